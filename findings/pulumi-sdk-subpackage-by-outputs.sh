#!/bin/sh
# One resource of a generated Pulumi SDK is imported alone, or with all of its package, by whether it has nested outputs.
#
# Packages:  pulumi 3.272.0, seen by pulumi-alicloud 4.0.0.
# Behaviour: subpackages are lazy modules, whose __init__ does not run when a module in them is imported. A module that
#            says `from . import outputs` has it run, and that imports each resource and data source of the service.
# Output:    security_group imports 1 module of ecs; network imports 107 modules of vpc
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-alicloud==4.0.0
"$dir/venv/bin/python" - <<'EOF'
import importlib
import sys


def imported(package, resource):
    importlib.import_module(f"pulumi_alicloud.{package}.{resource}")
    return sum(name.startswith(f"pulumi_alicloud.{package}.") for name in sys.modules)


alone, together = imported("ecs", "security_group"), imported("vpc", "network")
print(f"security_group imports {alone} module of ecs; network imports {together} modules of vpc")
raise SystemExit(0 if (alone, together) == (1, 107) else 1)
EOF
