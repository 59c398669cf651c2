#!/bin/sh
# A program that reads a secret of its config without saying that it is one has it in plain text in the state, unwarned.
#
# Package:   pulumi 3.272.0.
# Behaviour: `pulumi config set --secret` makes a key a secret, of an object the whole one even if only one part is.
#            Config.get, require, get_object and so on give its plain value, and warn of nothing; what they give goes to
#            the engine, and into the state, unmarked. Only get_secret, get_secret_object and so on keep the mark: what
#            the person at the terminal decided has no effect.
# Output:    get_object: {'owner': 'hunter2'}, secret: False, warnings: 0; get_secret_object: secret: True
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
import asyncio
import json

import pulumi

warnings = []
pulumi.log.warn = lambda *arguments, **options: warnings.append(arguments)
pulumi.runtime.set_all_config({"shop:settings": json.dumps({"owner": "hunter2"})}, ["shop:settings"])
config = pulumi.Config("shop")


async def main():
    plain = config.get_object("settings")
    marked = config.get_secret_object("settings")
    return plain, await pulumi.Output.from_input(plain).is_secret(), await marked.is_secret()


plain, is_secret, other = asyncio.run(main())
print(f"get_object: {plain}, secret: {is_secret}, warnings: {len(warnings)}; get_secret_object: secret: {other}")
raise SystemExit(0 if (plain, is_secret, other, warnings) == ({"owner": "hunter2"}, False, True, []) else 1)
EOF
