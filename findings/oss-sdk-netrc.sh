#!/bin/sh
# An entry in ~/.netrc takes the place of the signature of Alibaba Cloud's OSS SDK.
#
# Package:   alibabacloud-oss-v2 1.4.1.
# Behaviour: the SDK signs a request in its Authorization header and sends it by a session of requests that trusts the
#            environment: where ~/.netrc (or the file in NETRC) has an entry for the host, or a default one, its user and
#            password replace the header. OSS then refuses the call, and has been told a password of another service.
# Output:    without an entry: OSS4-HMAC-SHA256
#            with a default entry: Basic
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check alibabacloud-oss-v2==1.4.1
echo 'default login somebody password something' > "$dir/netrc"
chmod 600 "$dir/netrc"
NETRC_FILE="$dir/netrc" "$dir/venv/bin/python" - <<'EOF'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import alibabacloud_oss_v2 as oss

schemes = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        schemes.append((self.headers.get("Authorization") or "none").split()[0])
        body = b"<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>"
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
config = oss.config.load_default()
config.region, config.disable_ssl = "cn-hangzhou", True
config.endpoint = f"127.0.0.1:{server.server_port}"
config.credentials_provider = oss.credentials.StaticCredentialsProvider("id", "secret")
client = oss.Client(config)
for name, file in (("without an entry", os.devnull), ("with a default entry", os.environ["NETRC_FILE"])):
    os.environ["NETRC"] = file
    client.list_buckets(oss.ListBucketsRequest())
    print(f"{name}: {schemes[-1]}")
raise SystemExit(0 if schemes == ["OSS4-HMAC-SHA256", "Basic"] else 1)
EOF
