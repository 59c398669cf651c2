#!/bin/sh
# A program that is done stays, with all its memory, until the engine has ended, though nothing can call it any more.
#
# Package:   pulumi 3.272.0.
# Behaviour: once everything is declared, the Python SDK asks the engine by SignalAndWaitForShutdown when it may end, so
#            that hooks which run on deletion find it there. It does so for a program without any hook, transform or
#            other callback, too. The engine answers when all is done: policy packs judge the stack meanwhile, beside a
#            program that holds whatever it made.
# Output:    callback servers: 0; the engine is asked with 200 of 200 resources in memory; ended before the answer: False
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$dir/venv/bin/python" - <<'EOF'
import asyncio
import gc
import threading
from concurrent import futures

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import settings, stack
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

asked, answered, ended = threading.Event(), threading.Event(), threading.Event()


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request, context):
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::shop::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, request, context):
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request, context):
        asked.set()
        answered.wait(60)
        return empty_pb2.Empty()


class Engine(engine_pb2_grpc.EngineServicer):
    def Log(self, request, context):
        return empty_pb2.Empty()

    def GetRootResource(self, request, context):
        return engine_pb2.GetRootResourceResponse()

    def SetRootResource(self, request, context):
        return engine_pb2.SetRootResourceResponse()


server = grpc.server(futures.ThreadPoolExecutor(4))
resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
server.start()


def declare():
    for number in range(200):
        pulumi.ComponentResource("shop:index:Part", f"part-{number}")


def run():
    settings.configure(settings.Settings(project="shop", stack="dev", monitor=address, engine=address))
    asyncio.run(stack.run_in_stack(declare))
    ended.set()


program = threading.Thread(target=run)
program.start()
asked.wait(60)
alive = sum(isinstance(item, pulumi.ComponentResource) for item in gc.get_objects()) - 1  # the stack itself
before = ended.wait(2)
callbacks = len(_CallbackServicer._servicers)
answered.set()
program.join()
print(
    f"callback servers: {callbacks}; the engine is asked with {alive} of 200 resources in memory; "
    f"ended before the answer: {before}"
)
raise SystemExit(0 if (callbacks, alive, before) == (0, 200, False) else 1)
EOF
