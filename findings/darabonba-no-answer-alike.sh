#!/bin/sh
# Alibaba Cloud's Python SDKs raise the same error for a request that was never sent and for one that got no answer.
#
# Packages:  darabonba-core 1.0.9, seen by alibabacloud-ecs20140526 7.11.8 (alibabacloud-tea-openapi 0.4.6).
# Behaviour: a refused connection and a read timeout both end as UnretryableException around a RetryError. Neither has a
#            cause, code is None, and a traceback ends there. Whether a write may have taken effect can only be told by
#            the words of requests, or by the undocumented __context__ of the inner error. To catch requests' own
#            exceptions catches nothing.
# Output:    refused: UnretryableException(RetryError) code=None cause=None, behind it ConnectionError
#            no answer: UnretryableException(RetryError) code=None cause=None, behind it ReadTimeout
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import socket
import traceback

from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import StartInstanceRequest
from alibabacloud_tea_openapi.models import Config
from requests.exceptions import RequestException

silent = socket.create_server(("127.0.0.1", 0))
with socket.create_server(("127.0.0.1", 0)) as closed:
    nobody = closed.getsockname()[1]


def error_of(port):
    keys = {"access_key_id": "id", "access_key_secret": "secret"}
    client = Client(Config(**keys, endpoint=f"127.0.0.1:{port}", protocol="http", read_timeout=300))
    try:
        client.start_instance(StartInstanceRequest(instance_id="i-1"))
    except RequestException:
        raise SystemExit("the SDK lets the error of requests through")
    except Exception as error:
        return error
    raise SystemExit("no error")


shown = []
for name, port in (("refused", nobody), ("no answer", silent.getsockname()[1])):
    error = error_of(port)
    inner = error.inner_exception
    alike = f"{type(error).__name__}({type(inner).__name__}) code={error.code} cause={error.__cause__ or error.__context__}"
    shown.append((alike, type(inner.__context__).__name__, "requests.exceptions" in "".join(traceback.format_exception(error))))
    print(f"{name}: {alike}, behind it {shown[-1][1]}")
same = "UnretryableException(RetryError) code=None cause=None"
raise SystemExit(0 if shown == [(same, "ConnectionError", False), (same, "ReadTimeout", False)] else 1)
EOF
