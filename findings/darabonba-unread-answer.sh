#!/bin/sh
# Where Alibaba Cloud's Python SDKs cannot read an answer they raise nothing, and the response has no body.
#
# Packages:  darabonba-core 1.0.9, seen by alibabacloud-ecs20140526 7.11.8 (alibabacloud-tea-openapi 0.4.6).
# Behaviour: an answer with status 200 that has a text where the model has an object: what the model raises is swallowed.
#            Status code and headers are there, body is None, and the reason is told nowhere.
# Output:    a model read by itself: AttributeError
#            by the client: status_code=200 body=None
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import DescribeInstancesRequest, DescribeInstancesResponseBody
from alibabacloud_tea_openapi.models import Config

ANSWER = {"RequestId": "1", "TotalCount": 1, "Instances": {"Instance": ["i-1"]}}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


try:
    DescribeInstancesResponseBody().from_map(ANSWER)
    by_itself = "read"
except Exception as error:
    by_itself = type(error).__name__
print("a model read by itself:", by_itself)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"127.0.0.1:{server.server_port}"
client = Client(Config(access_key_id="id", access_key_secret="secret", endpoint=endpoint, protocol="http"))
response = client.describe_instances(DescribeInstancesRequest(region_id="cn-hangzhou"))
print(f"by the client: status_code={response.status_code} body={response.body}")
raise SystemExit(0 if (by_itself, response.status_code, response.body) == ("AttributeError", 200, None) else 1)
EOF
