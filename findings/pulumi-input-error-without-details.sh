#!/bin/sh
# A component provider that raises InputPropertiesError with a message alone fails with an AttributeError instead.
#
# Package:   pulumi 3.272.0, pulumi.provider.server.
# Behaviour: `errors` of InputPropertiesError may be left out. What the server answers then lacks an attribute that grpc
#            reads, and the message is lost: the user sees an internal error. With an empty list the message arrives.
# Output:    errors left out: UNKNOWN: Unexpected <class 'AttributeError'>: 'Status' object has no attribute 'trailing_metadata'
#            errors=[]: INVALID_ARGUMENT: zone: expected a zone of the region
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - 2>/dev/null <<'EOF'
import asyncio

import grpc
from pulumi import InputPropertiesError
from pulumi.provider import Provider
from pulumi.provider.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, resource_pb2, resource_pb2_grpc

MESSAGE = "zone: expected a zone of the region"
RAISED = {"errors left out": InputPropertiesError(MESSAGE), "errors=[]": InputPropertiesError(MESSAGE, [])}


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    async def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)


class Network(Provider):
    def __init__(self):
        super().__init__("1.0.0")

    def construct(self, name, resource_type, inputs, options=None):
        raise RAISED[name]


async def answers():
    monitor, provider = grpc.aio.server(), grpc.aio.server()
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), monitor)
    address = f"127.0.0.1:{monitor.add_insecure_port('127.0.0.1:0')}"
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(Network(), [], address), provider)
    port = provider.add_insecure_port("127.0.0.1:0")
    await monitor.start()
    await provider.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        for name in RAISED:
            request = provider_pb2.ConstructRequest(name=name, type="app:index:Network", monitorEndpoint=address)
            try:
                await stub.Construct(request)
            except grpc.aio.AioRpcError as error:
                print(f"{name}: {error.code().name}: {error.details()}")
                yield error.code().name, MESSAGE in error.details()
    await provider.stop(None)
    await monitor.stop(None)


async def main():
    return [answer async for answer in answers()]


raise SystemExit(0 if asyncio.run(main()) == [("UNKNOWN", False), ("INVALID_ARGUMENT", True)] else 1)
EOF
