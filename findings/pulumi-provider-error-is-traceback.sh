#!/bin/sh
# An error of a provider written in Python reaches the user as a Python traceback.
#
# Package:   pulumi 3.272.0, pulumi.provider.experimental.
# Behaviour: the server wraps every exception that a provider raises, also one whose message is written for a user, into
#            a new one with the whole traceback in its text, and pulumi prints that text. There is no way to send the
#            message alone.
# Output:    Unexpected <class 'Exception'>: the VPC is gone:
#              File ".../pulumi/provider/experimental/server.py", line 77, in wrapper
#            ... and so on
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
import asyncio

import grpc
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc


class Gone(Provider):
    async def create(self, request):
        raise ValueError("the VPC is gone")


async def answer():
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer([], "0.1.0", Gone(), "127.0.0.1:1"), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        try:
            await stub.Create(provider_pb2.CreateRequest(urn="urn:pulumi:dev::app::tiny:index:Thing::thing"))
        except grpc.RpcError as error:
            return error.details()
        finally:
            await server.stop(None)


details = asyncio.run(answer())
print(details)
raise SystemExit(0 if "the VPC is gone" in details and 'File "' in details else 1)
EOF
