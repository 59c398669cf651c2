#!/bin/sh
# One header decides which exception an error of Alibaba Cloud becomes, not its code.
#
# Package:   alibabacloud-tea-openapi 0.4.6, seen by alibabacloud-ecs20140526 7.11.8.
# Behaviour: the error code Throttling.User raises ClientException, unless the answer has the header x-acs-retry-after;
#            with that header any error code, InvalidParameter too, raises ThrottlingException. Who catches
#            ThrottlingException to wait and ask again misses most throttling, and may repeat what can never succeed.
# Output:    Throttling.User without the header: ClientException
#            InvalidParameter with the header: ThrottlingException
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
from alibabacloud_ecs20140526.models import DescribeRegionsRequest
from alibabacloud_tea_openapi.models import Config

code, header = "", False


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.dumps({"RequestId": "1", "Code": code, "Message": "no"}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        if header:
            self.send_header("x-acs-retry-after", "1000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"127.0.0.1:{server.server_port}"
client = Client(Config(access_key_id="id", access_key_secret="secret", endpoint=endpoint, protocol="http"))
raised = []
for code, header in (("Throttling.User", False), ("InvalidParameter", True)):
    try:
        client.describe_regions(DescribeRegionsRequest())
    except Exception as error:
        raised.append(type(error).__name__)
        print(f"{code} {'with' if header else 'without'} the header: {raised[-1]}")
raise SystemExit(0 if raised == ["ClientException", "ThrottlingException"] else 1)
EOF
