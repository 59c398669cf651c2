#!/bin/sh
# Pulumi's Python Automation API loses structured config when it reads a stack file, and fails on a number or a boolean.
#
# Package:   pulumi 3.272.0.
# Behaviour: LocalWorkspace.stack_settings keeps config values that are text or secret. A list or a map is left out
#            without a word, and so is `environment`, the environments of Pulumi ESC; whoever changes one value and
#            saves what was read deletes them from Pulumi.STACK.yaml. A number or a boolean raises TypeError.
# Output:    read: ['shop:region']
#            saved: {'config': {'shop:region': 'cn-beijing'}}
#            with a number: TypeError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0 pyyaml==6.0.3
cd "$dir"
# The workspace asks a pulumi for its version; nothing else is run.
mkdir -p cli/bin
printf '#!/bin/sh\necho v3.272.0\n' > cli/bin/pulumi
chmod +x cli/bin/pulumi
cat > Pulumi.yaml <<'EOF'
name: shop
runtime: python
EOF
cat > Pulumi.dev.yaml <<'EOF'
environment:
  - shop/dev
config:
  shop:region: cn-hangzhou
  shop:zones: [cn-hangzhou-b, cn-hangzhou-g]
  shop:window:
    start: 2026-12-12T22:00:00+08:00
EOF
cat > Pulumi.number.yaml <<'EOF'
config:
  shop:replicas: 3
EOF
venv/bin/python - <<'EOF'
from pathlib import Path

import yaml
from pulumi import automation

command = automation.PulumiCommand(root=str(Path("cli").resolve()))
workspace = automation.LocalWorkspace(work_dir=".", pulumi_command=command)
settings = workspace.stack_settings("dev")
read = sorted(settings.config)
print("read:", read)
settings.config["shop:region"] = "cn-beijing"
workspace.save_stack_settings("dev", settings)
saved = yaml.safe_load(Path("Pulumi.dev.yaml").read_text())
print("saved:", saved)
try:
    workspace.stack_settings("number")
    number = "read"
except Exception as error:
    number = type(error).__name__
print("with a number:", number)
expected = (["shop:region"], {"config": {"shop:region": "cn-beijing"}}, "TypeError")
raise SystemExit(0 if (read, saved, number) == expected else 1)
EOF
