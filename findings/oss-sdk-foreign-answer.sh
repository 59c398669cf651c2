#!/bin/sh
# Alibaba Cloud's OSS SDK reads an answer without a list of buckets as no buckets.
#
# Package:   alibabacloud-oss-v2 1.4.1.
# Behaviour: an answer to ListBuckets that has no Buckets element, only the root of another's making, raises nothing; its
#            result has the same None as that of an account without buckets, and is_truncated is None in place of False.
# Output:    empty account: buckets=None is_truncated=False
#            no Buckets element: buckets=None is_truncated=None
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check alibabacloud-oss-v2==1.4.1
"$dir/venv/bin/python" - <<'EOF'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import alibabacloud_oss_v2 as oss

ROOT = "<ListAllMyBucketsResult>{}</ListAllMyBucketsResult>"
ANSWERS = {
    "empty account": ROOT.format("<Owner><ID>1</ID></Owner><IsTruncated>false</IsTruncated><Buckets></Buckets>"),
    "no Buckets element": ROOT.format("<Message>log in first</Message>"),
}
answer = ""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = answer.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
config = oss.config.load_default()
config.region, config.disable_ssl = "cn-hangzhou", True
config.endpoint = f"127.0.0.1:{server.server_port}"
config.credentials_provider = oss.credentials.StaticCredentialsProvider("id", "secret")
client = oss.Client(config)
read = {}
for name, answer in ANSWERS.items():
    result = client.list_buckets(oss.ListBucketsRequest())
    read[name] = (result.buckets, result.is_truncated)
    print(f"{name}: buckets={result.buckets} is_truncated={result.is_truncated}")
raise SystemExit(0 if read == {"empty account": (None, False), "no Buckets element": (None, None)} else 1)
EOF
