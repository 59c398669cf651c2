#!/bin/sh
# A mandatory policy that meets an unknown value does not stop a preview.
#
# Package:   pulumi-policy 1.21.0 (pulumi 3.272.0).
# Behaviour: the Python SDK turns the exception of an unknown value into a diagnostic of level ADVISORY, whatever the
#            policy's own level. In a first preview nearly every id is unknown. The resources after the first unknown
#            one are not judged at all: a loop over them ends there.
# Output:    ADVISORY: can't run policy 'all-closed' from policy pack 'pack@v0.0.1' during preview: ...
#            violations reported: none
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi-policy==1.21.0 pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
from pulumi.runtime import proto
from pulumi.runtime.rpc import UNKNOWN
from pulumi_policy import EnforcementLevel, StackValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer


def all_closed(args, report):
    for resource in args.resources:
        if resource.props["open"] == "yes":
            report(f"{resource.name} is open", resource.urn)


policy = StackValidationPolicy("all-closed", "Nothing is open.", all_closed, EnforcementLevel.MANDATORY)
servicer = _PolicyAnalyzerServicer("pack", "0.0.1", [policy], EnforcementLevel.MANDATORY)
request = proto.AnalyzeStackRequest()
for name, value in (("first", UNKNOWN), ("second", "yes")):
    resource = request.resources.add(type="app:index:Door", urn=f"urn:pulumi:dev::app::app:index:Door::{name}", name=name)
    resource.properties.update({"open": value})
answer = servicer.AnalyzeStack(request, None)
levels = [proto.EnforcementLevel.Name(item.enforcementLevel) for item in answer.diagnostics]
for level, item in zip(levels, answer.diagnostics):
    print(f"{level}: {item.message}")
reported = [item.message for item in answer.diagnostics if "is open" in item.message]
print("violations reported:", *(reported or ["none"]))
raise SystemExit(0 if levels == ["ADVISORY"] and not reported else 1)
EOF
