#!/bin/sh
# A program that reads a stack by Pulumi's Python Automation API changes the stack that the user's terminal has selected.
#
# Package:   pulumi 3.272.0.
# Behaviour: select_stack and create_or_select_stack run `pulumi stack select`, which writes the choice to the user's
#            Pulumi home. Every other command of the API names its stack with --stack, so nothing needs the choice; but
#            the next `pulumi up` in that directory updates the stack that a script only looked at.
# Output:    stack select --stack prod
#            stack output --json --stack prod
#            stack output --json --show-secrets --stack prod
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
cd "$dir"
# It stands for the engine, and writes down what it is run with.
mkdir -p cli/bin
cat > cli/bin/pulumi <<EOF
#!/bin/sh
case "\$1" in version) echo v3.272.0 ;; *) echo "\$@" >> "$dir/commands"; echo "{}" ;; esac
EOF
chmod +x cli/bin/pulumi
cat > Pulumi.yaml <<'EOF'
name: shop
runtime: python
EOF
venv/bin/python - <<'EOF'
import re
from pathlib import Path

from pulumi import automation

command = automation.PulumiCommand(root=str(Path("cli").resolve()))
stack = automation.select_stack("prod", work_dir=".", opts=automation.LocalWorkspaceOptions(pulumi_command=command))
stack.outputs()
lines = [line.replace("--non-interactive ", "") for line in Path("commands").read_text().splitlines()]
print("\n".join(dict.fromkeys(lines)))
others = [line for line in lines if not line.startswith("stack select ")]
named = all(re.search(r"--stack prod\b", line) for line in others)
raise SystemExit(0 if lines[0] == "stack select --stack prod" and others and named else 1)
EOF
