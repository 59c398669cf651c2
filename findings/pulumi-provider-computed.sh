#!/bin/sh
# Pulumi's experimental Python provider cannot send the unknown value that it defines.
#
# Package:   pulumi 3.272.0, pulumi.provider.experimental.
# Behaviour: PropertyValue.computed() makes an unknown value, and marshal() refuses it. What the engine sends as unknown
#            arrives as a plain text (its sentinel), which a provider takes for a value if it does not know it.
# Output:    PropertyValue.computed().marshal(): ValueError: Unsupported value type: <class 'pulumi.provider.experimental.property_value.Computed'>
#            the engine's unknown arrives as: string
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
from google.protobuf import struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue, PropertyValueType
from pulumi.runtime.rpc import UNKNOWN

refused = ""
try:
    PropertyValue.computed().marshal()
except ValueError as error:
    refused = f"ValueError: {error}"
print("PropertyValue.computed().marshal():", refused or "is sent")
read = PropertyValue.unmarshal(struct_pb2.Value(string_value=UNKNOWN))
print("the engine's unknown arrives as:", read.type.name.lower())
raise SystemExit(0 if refused and read.type is PropertyValueType.STRING else 1)
EOF
