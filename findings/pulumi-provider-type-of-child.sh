#!/bin/sh
# Pulumi's experimental Python provider gives a resource with a parent the wrong type.
#
# Package:   pulumi 3.272.0, pulumi.provider.experimental.
# Behaviour: `type` of a request is cut out of the URN, in which the types of all parents stand before the resource's
#            own, parted by "$". A provider that looks its resources up by `request.type` knows none that has a parent.
# Output:    without a parent: tiny:index:Thing
#            with a parent: app:index:Component$tiny:index:Thing
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
from pulumi.provider.experimental.provider import CreateRequest

found = {}
for name, types in (("without", "tiny:index:Thing"), ("with", "app:index:Component$tiny:index:Thing")):
    request = CreateRequest(f"urn:pulumi:dev::app::{types}::thing", {}, 0, False)
    found[name] = request.type
    print(f"{name} a parent: {request.type}")
expected = {"without": "tiny:index:Thing", "with": "app:index:Component$tiny:index:Thing"}
raise SystemExit(0 if found == expected else 1)
EOF
