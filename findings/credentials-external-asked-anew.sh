#!/bin/sh
# A profile of mode External has its command run for each request, unless the command tells when its keys expire.
#
# Package:   alibabacloud-credentials 1.0.12.
# Behaviour: an answer without `expiration`, as access keys that never expire have none, is stale at once: each
#            get_credentials runs the command again, and an SDK client gets its credentials at each request. A command that
#            takes a second, or asks somebody for a code, does so for each page of a list.
# Output:    without expiration: 3 requests, 3 runs
#            with expiration: 3 requests, 1 runs
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check alibabacloud-credentials==1.0.12
cat > "$dir/command" <<'EOF'
#!/bin/sh
echo run >> "$HOME/runs"
cat "$HOME/answer"
EOF
chmod +x "$dir/command"
mkdir -p "$dir/home/.aliyun"
HOME="$dir/home" COMMAND="$dir/command" "$dir/venv/bin/python" - <<'EOF'
import json
import os
from pathlib import Path

from alibabacloud_credentials.client import Client
from alibabacloud_credentials.provider import CLIProfileCredentialsProvider

home = Path.home()
work = {"name": "work", "mode": "External", "process_command": os.environ["COMMAND"]}
keys = {"mode": "AK", "access_key_id": "id", "access_key_secret": "secret"}
session = {**keys, "mode": "StsToken", "sts_token": "token", "expiration": "2099-01-01T00:00:00Z"}
runs = []
for name, answer in (("without expiration", keys), ("with expiration", session)):
    (home / ".aliyun" / "config.json").write_text(json.dumps({"current": "work", "profiles": [work]}))
    (home / "answer").write_text(json.dumps(answer))
    (home / "runs").write_text("")
    client = Client(provider=CLIProfileCredentialsProvider(profile_name="work"))
    for _ in range(3):
        assert client.get_credential().get_access_key_id() == "id"
    runs.append(len((home / "runs").read_text().splitlines()))
    print(f"{name}: 3 requests, {runs[-1]} runs")
raise SystemExit(0 if runs == [3, 1] else 1)
EOF
