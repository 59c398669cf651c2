#!/bin/sh
# The connections of Alibaba Cloud's Python SDKs stay open after their client is gone.
#
# Packages:  darabonba-core 1.0.9, seen by alibabacloud-ecs20140526 7.11.8 (alibabacloud-tea-openapi 0.4.6).
# Behaviour: connections are kept in a dictionary of the class, by host and port, which nothing ever empties, and no client
#            has a way to close them. A process that talks with ever new endpoints runs out of file descriptors.
# Output:    20 endpoints asked, all clients deleted: 20 connections are open
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9
"$dir/venv/bin/python" - <<'EOF'
import gc
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import DescribeRegionsRequest
from alibabacloud_tea_openapi.models import Config

ENDPOINTS = 20
opened = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        opened.add(self.client_address)

    def finish(self):
        opened.discard(self.client_address)
        super().finish()

    def do_POST(self):
        body = json.dumps({"RequestId": "1", "Regions": {"Region": []}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(port):
    endpoint = f"127.0.0.1:{port}"
    config = Config(access_key_id="id", access_key_secret="secret", endpoint=endpoint, protocol="http")
    Client(config).describe_regions(DescribeRegionsRequest())


for _ in range(ENDPOINTS):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ask(server.server_port)
gc.collect()
print(f"{ENDPOINTS} endpoints asked, all clients deleted: {len(opened)} connections are open")
raise SystemExit(0 if len(opened) == ENDPOINTS else 1)
EOF
