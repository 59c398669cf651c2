#!/bin/sh
# Asking a policy's properties whether a key is there raises, where its value is unknown.
#
# Package:   pulumi-policy 1.21.0 (pulumi 3.272.0).
# Behaviour: properties are wrapped in proxies that raise at every unknown value: `"key" in props` and `props.get("key")`
#            too, and `dict(props)` for all of them at once. And a dict is no dict any more: isinstance says so.
# Output:    'vpcId' in props: UnknownValueError
#            props.get('vpcId'): UnknownValueError
#            dict(props): UnknownValueError
#            isinstance(props['tags'], dict): False
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi-policy==1.21.0 pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

props = unknown_checking_proxy({"vpcId": UNKNOWN_STRING_VALUE, "tags": {"team": "shop"}})
ATTEMPTS = {
    "'vpcId' in props": lambda: "vpcId" in props,
    "props.get('vpcId')": lambda: props.get("vpcId"),
    "dict(props)": lambda: dict(props),
    "isinstance(props['tags'], dict)": lambda: isinstance(props["tags"], dict),
}
seen = []
for name, attempt in ATTEMPTS.items():
    try:
        seen.append(str(attempt()))
    except Exception as error:
        seen.append(type(error).__name__)
    print(f"{name}: {seen[-1]}")
raise SystemExit(0 if seen == ["UnknownValueError"] * 3 + ["False"] else 1)
EOF
