#!/bin/sh
# Alibaba Cloud's typed SDKs read a foreign or partial answer as an empty result.
#
# Package:   alibabacloud-ecs20140526 7.11.8 (alibabacloud-tea-openapi 0.4.6).
# Behaviour: an answer with status 200 whose JSON is not the API's (of a gateway, a captive portal) raises nothing: the
#            response object has None everywhere, and code that lists instances sees none. An answer that says
#            TotalCount 2 and has no list is taken, too.
# Output:    foreign: request_id=None total_count=None instances=None
#            partial: request_id=1 total_count=2 instances=None
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import DescribeInstancesRequest
from alibabacloud_tea_openapi.models import Config

ANSWERS = {"foreign": b'{"message": "log in first"}', "partial": b'{"RequestId": "1", "TotalCount": 2}'}
answer = b""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"127.0.0.1:{server.server_port}"
client = Client(Config(access_key_id="id", access_key_secret="secret", endpoint=endpoint, protocol="http"))
read = {}
for name, answer in ANSWERS.items():
    body = client.describe_instances(DescribeInstancesRequest(region_id="cn-hangzhou")).body
    read[name] = (body.request_id, body.total_count, body.instances)
    print(f"{name}: request_id={body.request_id} total_count={body.total_count} instances={body.instances}")
raise SystemExit(0 if read == {"foreign": (None, None, None), "partial": ("1", 2, None)} else 1)
EOF
