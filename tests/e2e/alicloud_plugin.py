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

    def schema(self) -> dict[str, Any]:
        """Return the schema of the package that it serves."""
        with _errors_raised():
            answer = self._stub.GetSchema(provider_pb2.GetSchemaRequest())
        schema: dict[str, Any] = json.loads(answer.schema)
        return schema

    def manage(self, type_token: str, inputs: Mapping[str, Any]) -> Managed:
        """Make a resource to go on with. Raises PluginError."""
        return Managed(self._stub, type_token, inputs)

    def caller(self) -> str:
        """Return the ARN of whoever it calls as."""
        return str(self.ask("alicloud:index/getCallerIdentity:getCallerIdentity")["arn"])

    def ask(self, function: str) -> dict[str, Any]:
        """Return what one of its functions answers. Raises PluginError."""
        with _errors_raised():
            answer = self._stub.Invoke(provider_pb2.InvokeRequest(tok=function, args=struct_pb2.Struct()))
        answered: dict[str, Any] = json_format.MessageToDict(getattr(answer, "return"))
        return answered

    def create(self, type_token: str, inputs: Mapping[str, Any]) -> str:
        """Make a resource and return its id. Raises PluginError."""
        return Managed(self._stub, type_token, inputs).id


class Managed:
    """One resource as the engine manages it: `inputs` as the program says them, `state` as the plugin knows it."""

    def __init__(self, stub: Any, type_token: str, inputs: Mapping[str, Any]) -> None:
        """Make it. Raises PluginError."""
        self._stub = stub
        self._urn = f"urn:pulumi:test::test::{type_token}::one"
        self._inputs = self._checked(inputs)
        with _errors_raised():
            created = stub.Create(provider_pb2.CreateRequest(urn=self._urn, properties=self._inputs))
        self.id, self._state = str(created.id), created.properties

    def refresh(self) -> list[str]:
        """Read it, and return the properties that the cloud has otherwise than the program says. Raises PluginError."""
        with _errors_raised():
            read = self._stub.Read(
                provider_pb2.ReadRequest(id=self.id, urn=self._urn, properties=self._state, inputs=self._inputs)
            )
        assert read.id == self.id, f"{self.id} is gone"
        self._state = read.properties
        return self._diff(self._inputs, read.inputs)[0]

    def update(self, inputs: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Change it; the properties that change, and those for which it would be made anew: then nothing is done.

        Raises PluginError.
        """
        checked = self._checked(inputs)
        changed, replaced = self._diff(checked, self._inputs)
        if changed and not replaced:
            with _errors_raised():
                updated = self._stub.Update(
                    provider_pb2.UpdateRequest(
                        id=self.id, urn=self._urn, olds=self._state, news=checked, old_inputs=self._inputs
                    )
                )
            self._state, self._inputs = updated.properties, checked
        return changed, replaced

    def imported(self) -> list[str]:
        """Read it by its id alone, and return the properties of which that knows another value. Raises PluginError."""
        with _errors_raised():
            read = self._stub.Read(provider_pb2.ReadRequest(id=self.id, urn=self._urn))
        known, self._state = self._state, read.properties
        different, _ = self._diff(self._inputs, read.inputs)
        self._state = known
        return different

    def delete(self) -> None:
        """Delete it. Raises PluginError."""
        with _errors_raised():
            self._stub.Delete(
                provider_pb2.DeleteRequest(id=self.id, urn=self._urn, properties=self._state, old_inputs=self._inputs)
            )

    def _checked(self, inputs: Mapping[str, Any]) -> Any:
        given = struct_pb2.Struct()
        given.update(inputs)
        with _errors_raised():
            checked = self._stub.Check(provider_pb2.CheckRequest(urn=self._urn, news=given))
        assert not checked.failures, checked.failures
        return checked.inputs

    def _diff(self, desired: Any, known: Any) -> tuple[list[str], list[str]]:
        with _errors_raised():
            found = self._stub.Diff(
                provider_pb2.DiffRequest(id=self.id, urn=self._urn, olds=self._state, news=desired, old_inputs=known)
            )
        if found.changes == provider_pb2.DiffResponse.DIFF_NONE:
            return [], []
        return sorted(found.diffs) or ["?"], sorted(found.replaces)


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
            with _errors_raised():
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
def _errors_raised() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise PluginError(str(error.details())) from None


def _binary(engine: toolchain.Engine) -> Path:
    home = engine.pulumi_home or Path.home() / ".pulumi"
    return next(home.glob("plugins/resource-alicloud-v4.0.0/pulumi-resource-alicloud*"))
