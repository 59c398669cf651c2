#!/bin/sh
# Behind a proxy, Alibaba Cloud's Python SDKs forget the certificates that SSL_CERT_FILE names.
#
# Packages:  alibabacloud-tea-openapi 0.4.6, darabonba-core 1.0.9, seen by alibabacloud-ecs20140526 7.11.8.
# Behaviour: a call straight to an endpoint trusts what SSL_CERT_FILE names, as Python does. With HTTPS_PROXY set, the same
#            call to the same endpoint fails, and REQUESTS_CA_BUNDLE has no effect. A company that inspects TLS needs both.
# Output:    straight: answered
#            by the proxy: certificate verify failed
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  alibabacloud-ecs20140526==7.11.8 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9 trustme==1.2.1
DIR="$dir" "$dir/venv/bin/python" - <<'EOF'
import os
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(name, None)
ca = trustme.CA()
ca_file = os.path.join(os.environ["DIR"], "ca.pem")
ca.cert_pem.write_to_path(ca_file)
os.environ["SSL_CERT_FILE"] = ca_file


class Cloud(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"RequestId": "1", "Regions": {"Region": []}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Proxy(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as beyond:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=copy, args=(beyond, self.connection), daemon=True)
            back.start()
            copy(self.connection, beyond)
            back.join()

    def log_message(self, *_):
        pass


def copy(source, target):
    try:
        while read := source.recv(65536):
            target.sendall(read)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(handler, context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ca.issue_cert("127.0.0.1").configure_cert(context)
cloud, proxy = serve(Cloud, context), serve(Proxy)

from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import DescribeRegionsRequest
from alibabacloud_tea_openapi.models import Config


def ask():
    client = Client(Config(access_key_id="id", access_key_secret="secret", endpoint=cloud, protocol="https"))
    try:
        client.describe_regions(DescribeRegionsRequest())
    except Exception as error:
        return "certificate verify failed" if "certificate verify failed" in str(error) else repr(error)
    return "answered"


straight = ask()
print("straight:", straight)
os.environ["HTTPS_PROXY"] = f"http://{proxy}"
os.environ["REQUESTS_CA_BUNDLE"] = ca_file
by_proxy = ask()
print("by the proxy:", by_proxy)
raise SystemExit(0 if (straight, by_proxy) == ("answered", "certificate verify failed") else 1)
EOF
