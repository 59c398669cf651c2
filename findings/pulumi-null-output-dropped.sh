#!/bin/sh
# A key whose value is None does not reach the engine: a reader of outputs cannot tell "none" from "not there".
#
# Package:   pulumi 3.272.0.
# Behaviour: serializing a component's outputs or a resource's inputs leaves out each key of a map whose value is None,
#            at the top; in a nested map the key stays with a null, and null items of a list stay.
# Output:    {'nested': {'a': None, 'b': 1.0}, 'items': [None]}
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
import asyncio

from google.protobuf import json_format
from pulumi.runtime.rpc import serialize_properties


async def main():
    outputs = {"gone": None, "nested": {"a": None, "b": 1}, "items": [None]}
    return json_format.MessageToDict(await serialize_properties(outputs, {}))


sent = asyncio.run(main())
print(sent)
raise SystemExit(0 if "gone" not in sent and sent == {"nested": {"a": None, "b": 1.0}, "items": [None]} else 1)
EOF
