#!/bin/sh
# pulumi-policy decodes all resources of a stack again for each policy that looks at the stack.
#
# Package:   pulumi-policy 1.21.0, with pulumi 3.272.0.
# Behaviour: the engine asks once for all stack policies of a pack. The SDK decodes every resource for each of them, even
#            for one that looks at none, so that a preview's time grows with policies times resources.
# Output:    1 policy, 100 resources: 100 decoded
#            10 policies, 100 resources: 1000 decoded
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-policy==1.21.0
"$dir/venv/bin/python" - <<'EOF'
from unittest import mock

from pulumi.runtime.proto.analyzer_pb2 import AnalyzerResource, AnalyzeStackRequest
from pulumi_policy import EnforcementLevel, StackValidationPolicy, policy

TYPE, RESOURCES = "random:index/randomId:RandomId", 100


def decoded(policies):
    pack = [StackValidationPolicy(f"policy-{number}", "-", lambda args, report: None) for number in range(policies)]
    servicer = policy._PolicyAnalyzerServicer("pack", "1.0.0", pack, EnforcementLevel.ADVISORY)
    urns = [f"urn:pulumi:dev::app::{TYPE}::{number}" for number in range(RESOURCES)]
    request = AnalyzeStackRequest(resources=[AnalyzerResource(type=TYPE, urn=urn, name=urn) for urn in urns])
    with mock.patch.object(policy, "deserialize_properties", side_effect=policy.deserialize_properties) as calls:
        servicer.AnalyzeStack(request, None)
    return calls.call_count


one, ten = decoded(1), decoded(10)
print(f"1 policy, {RESOURCES} resources: {one} decoded")
print(f"10 policies, {RESOURCES} resources: {ten} decoded")
raise SystemExit(0 if (one, ten) == (RESOURCES, 10 * RESOURCES) else 1)
EOF
