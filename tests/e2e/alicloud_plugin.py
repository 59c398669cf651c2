"""The alicloud plugin by itself, as the engine starts it: configured, and asked for one thing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

import toolchain

_URN = "urn:pulumi:test::test::pulumi:providers:alicloud::default"


class PluginError(Exception):
    """What the plugin says of a configuration that it does not take."""


class Plugin:
    """A running plugin, configured."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def caller(self) -> str:
        """Return the ARN of whoever it calls as."""
        return str(self.ask("alicloud:index/getCallerIdentity:getCallerIdentity")["arn"])

    def ask(self, function: str) -> dict[str, Any]:
        """Return what one of its functions answers. Raises PluginError."""
        with _told():
            answer = self._stub.Invoke(provider_pb2.InvokeRequest(tok=function, args=struct_pb2.Struct()))
        answered: dict[str, Any] = json_format.MessageToDict(getattr(answer, "return"))
        return answered

    def create(self, type_token: str, inputs: Mapping[str, Any]) -> str:
        """Make a resource and return its id. Raises PluginError."""
        given = struct_pb2.Struct()
        given.update(inputs)
        urn = f"urn:pulumi:test::test::{type_token}::one"
        with _told():
            checked = self._stub.Check(provider_pb2.CheckRequest(urn=urn, news=given))
            assert not checked.failures, checked.failures
            made = self._stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs))
        return str(made.id)


@contextmanager
def plugin(engine: toolchain.Engine, config: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Plugin]:
    """Start the plugin with `alicloud:*` config, keys without that prefix. Raises PluginError."""
    host = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(_Engine(), host)
    address = f"127.0.0.1:{host.add_insecure_port('127.0.0.1:0')}"
    host.start()
    process = subprocess.Popen([_binary(engine), address], stdout=subprocess.PIPE, env=dict(environ), text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            given = struct_pb2.Struct()
            # As the engine hands config on: texts, and JSON of what is none.
            given.update({key: item if isinstance(item, str) else json.dumps(item) for key, item in config.items()})
            with _told():
                checked = stub.CheckConfig(provider_pb2.CheckRequest(urn=_URN, news=given))
                assert not checked.failures, checked.failures
                stub.Configure(provider_pb2.ConfigureRequest(args=checked.inputs, acceptSecrets=True))
            yield Plugin(stub)
    finally:
        process.terminate()
        process.wait()
        host.stop(None)


class _Engine(engine_pb2_grpc.EngineServicer):
    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name of the gRPC method
        """Take what the plugin logs."""
        return empty_pb2.Empty()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise PluginError(str(error.details())) from None


def _binary(engine: toolchain.Engine) -> Path:
    home = engine.pulumi_home or Path.home() / ".pulumi"
    return next(home.glob("plugins/resource-alicloud-v4.0.0/pulumi-resource-alicloud*"))
