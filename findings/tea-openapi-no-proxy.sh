#!/bin/sh
# NO_PROXY has no effect in Alibaba Cloud's Python SDKs.
#
# Packages:  alibabacloud-tea-openapi 0.4.6, darabonba-core 1.0.9, seen by alibabacloud-ecs20140526 7.11.8.
# Behaviour: with HTTP_PROXY set, a call to a host that NO_PROXY and no_proxy name goes to the proxy all the same, and
#            the proxy's answer is taken for the cloud's. The package requests, which they stand on, goes to the host.
# Output:    the SDK reached: proxy
#            requests reached: cloud
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

reached = []


def serve(name):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reached.append(name)
            body = b'{"RequestId": "1", "Regions": {"Region": []}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


cloud, proxy = serve("cloud"), serve("proxy")
for name in ("HTTP_PROXY", "http_proxy"):
    os.environ[name] = f"http://{proxy}"
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = "127.0.0.1,localhost"

import requests
from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import DescribeRegionsRequest
from alibabacloud_tea_openapi.models import Config

client = Client(Config(access_key_id="id", access_key_secret="secret", endpoint=cloud, protocol="http"))
client.describe_regions(DescribeRegionsRequest())
print("the SDK reached:", *reached)
by_sdk = reached[:]
reached.clear()
requests.post(f"http://{cloud}/", timeout=10)
print("requests reached:", *reached)
raise SystemExit(0 if (by_sdk, reached) == (["proxy"], ["cloud"]) else 1)
EOF
