#!/bin/sh
# Alibaba Cloud's typed SDKs keep whatever type an answer has, against their own annotations.
#
# Package:   alibabacloud-ecs20140526 7.11.8 (alibabacloud-tea-openapi 0.4.6).
# Behaviour: the model says `total_count: int`. Where the answer has "12" as text, the attribute is the text: a
#            comparison with a number raises TypeError far away, and "12" == 12 is false.
# Output:    annotated int, read as str: '12'
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import inspect

from alibabacloud_ecs20140526.models import DescribeInstancesResponseBody

annotated = inspect.signature(DescribeInstancesResponseBody.__init__).parameters["total_count"].annotation
body = DescribeInstancesResponseBody().from_map({"RequestId": "1", "TotalCount": "12"})
named = getattr(annotated, "__name__", annotated)
print(f"annotated {named}, read as {type(body.total_count).__name__}: {body.total_count!r}")
raise SystemExit(0 if (named, body.total_count) == ("int", "12") else 1)
EOF
