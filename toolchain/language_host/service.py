"""The engine's LanguageRuntime service, for Python."""
# ruff: noqa: N802 - the methods' names are the protocol's.

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from toolchain.language_host import commands
from toolchain.language_host.children import Child, Children, Chunk, Stream
from toolchain.language_host.inspection import Inspection, inspect
from toolchain.language_host.interpreters import Interpreter, InterpreterError, choose_interpreter, install_command
from toolchain.versions import ENGINE


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Starts Python programs, policy packs and plugins for the engine at `engine_address`.

    What only the official host can do (generating SDKs, installing packages) is answered with UNIMPLEMENTED or with
    the command to run instead.
    """

    def __init__(self, engine_address: str, exec_script: Path, children: Children) -> None:
        self._engine_address = engine_address
        self._exec_script = exec_script
        self._children = children

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Take the engine's address, which is newer than the one on the command line."""
        self._engine_address = request.engine_address or self._engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Report the version of the engine that this host is built with."""
        return plugin_pb2.PluginInfo(version=str(ENGINE))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """List the provider plugins that the SDKs in the program's Python ask for."""
        interpreter = self._interpreter(request.info, os.environ, context)
        plugins = self._inspect(interpreter, context).plugins
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    name=plugin.name, kind="resource", version=plugin.version, server=plugin.server
                )
                for plugin in plugins
            ]
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """List what is installed in the program's Python."""
        interpreter = self._interpreter(request.info, os.environ, context)
        packages = self._inspect(interpreter, context).packages
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in packages]
        )

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Say which Python the program runs on."""
        interpreter = self._interpreter(request.info, os.environ, context)
        version = self._inspect(interpreter, context).version
        return language_pb2.AboutResponse(executable=interpreter.path, version=version)

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Ask nothing: every option has a default."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Install nothing, and say what to run."""
        interpreter = self._interpreter(request.info, os.environ, context)
        command = install_command(Path(request.info.root_directory or request.directory), interpreter)
        _abort(context, grpc.StatusCode.FAILED_PRECONDITION, f"this Pulumi build installs no packages; run: {command}")
        yield language_pb2.InstallDependenciesResponse()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run a Pulumi program to its end; its output goes to this process's own, which the engine reads."""
        interpreter = self._interpreter(request.info, os.environ, context)
        command = commands.program_command(interpreter.path, self._exec_script, self._engine_address, request)
        environment = interpreter.environ(os.environ) | commands.program_environment(request)
        child = self._start(command, Path(request.pwd), environment, context, piped=False)
        exit_code = child.wait()
        self._children.forget(child)
        outcome = commands.run_outcome(exit_code)
        return language_pb2.RunResponse(error=str(outcome.get("error", "")), bail=bool(outcome.get("bail", False)))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a plugin, streaming its output and at last its exit code."""
        base = commands.parse_environment(request.env) or dict(os.environ)
        interpreter = self._interpreter(request.info, base, context)
        child = self._start(
            commands.plugin_command(interpreter.path, request),
            commands.plugin_directory(request),
            interpreter.environ(base),
            context,
            piped=True,
        )
        try:
            for chunk in child.output():
                yield _as_response(chunk)
            yield language_pb2.RunPluginResponse(exitcode=child.wait())
        finally:
            self._children.forget(child)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End everything that is running."""
        self._children.end_all()
        return empty_pb2.Empty()

    def _start(
        self,
        command: list[str],
        cwd: Path,
        environment: Mapping[str, str],
        context: grpc.ServicerContext,
        *,
        piped: bool,
    ) -> Child:
        try:
            child = self._children.start(command, cwd, environment, piped=piped)
        except OSError as error:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, f"cannot start {command[0]} in {cwd}: {error}")
        # The engine cancels its request to stop a plugin. Where it did so while the process was being started, the
        # callback is refused.
        if not context.add_callback(child.end_soon):
            child.end()
        return child

    def _interpreter(
        self, info: language_pb2.ProgramInfo, environment: Mapping[str, str], context: grpc.ServicerContext
    ) -> Interpreter:
        options = json_format.MessageToDict(info.options)
        try:
            return choose_interpreter(Path(info.root_directory), options, environment)
        except InterpreterError as error:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(error))

    def _inspect(self, interpreter: Interpreter, context: grpc.ServicerContext) -> Inspection:
        try:
            return inspect(interpreter)
        except InterpreterError as error:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(error))


def _as_response(chunk: Chunk) -> language_pb2.RunPluginResponse:
    if chunk.stream is Stream.STDOUT:
        return language_pb2.RunPluginResponse(stdout=chunk.data)
    return language_pb2.RunPluginResponse(stderr=chunk.data)


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort returned")
