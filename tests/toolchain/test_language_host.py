"""The language host as the engine meets it: a process that prints its port and answers over gRPC."""
# ruff: noqa: S106 - "pwd" is a working directory.

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from toolchain.launchers import language_host_launcher
from toolchain.versions import ENGINE, PLUGIN

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 60

#: Stands for the SDK's exec script: the program's last argument is the exit code.
EXEC_SCRIPT = "import os, sys; print('cwd', os.getcwd(), flush=True); sys.exit(int(sys.argv[-1]))"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running host, as `ensure` sets it up."""
    exec_script = tmp_path / "exec.py"
    exec_script.write_text(EXEC_SCRIPT)
    launcher = tmp_path / "pulumi-language-python"
    launcher.write_text(language_host_launcher(sys.executable, CHECKOUT, exec_script))
    launcher.chmod(0o755)
    command = [str(launcher), "-v=9", "--logtostderr", "127.0.0.1:1"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    with process:
        yield process
        process.kill()


@pytest.fixture
def stub(host: subprocess.Popen[str]) -> Iterator[language_pb2_grpc.LanguageRuntimeStub]:
    assert host.stdout is not None
    port = int(host.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)


@pytest.fixture
def info(tmp_path: Path) -> language_pb2.ProgramInfo:
    """A program in tmp_path/project that runs on this test's own Python."""
    project = tmp_path / "project"
    project.mkdir()
    info = language_pb2.ProgramInfo(root_directory=str(project), program_directory=str(project), entry_point=".")
    info.options.update({"virtualenv": sys.prefix})
    return info


def run_plugin(
    stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo, code: str
) -> list[language_pb2.RunPluginResponse]:
    Path(info.program_directory, "__main__.py").write_text(code)
    environment = [f"PATH={os.environ['PATH']}", "GREETING=hello"]
    request = language_pb2.RunPluginRequest(info=info, pwd="/", kind="resource", env=environment, args=["engine:1"])
    return list(stub.RunPlugin(request, timeout=SECONDS))


class TestAnswers:
    def test_handshake(self, stub: language_pb2_grpc.LanguageRuntimeStub) -> None:
        request = language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:2")
        assert stub.Handshake(request, timeout=SECONDS) == language_pb2.LanguageHandshakeResponse()

    def test_plugin_info(self, stub: language_pb2_grpc.LanguageRuntimeStub) -> None:
        assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=SECONDS).version == str(ENGINE)

    def test_required_packages_are_those_of_the_programs_python(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        answer = stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info), timeout=SECONDS)
        assert ("alicloud", "resource", str(PLUGIN)) in {(p.name, p.kind, p.version) for p in answer.packages}

    def test_program_dependencies(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        answer = stub.GetProgramDependencies(language_pb2.GetProgramDependenciesRequest(info=info), timeout=SECONDS)
        assert {"pulumi", "pulumi-policy"} <= {d.name.replace("_", "-") for d in answer.dependencies}

    def test_about_names_the_interpreter(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        answer = stub.About(language_pb2.AboutRequest(info=info), timeout=SECONDS)
        assert answer.executable == str(Path(sys.prefix) / "bin" / "python")
        assert answer.version == ".".join(str(number) for number in sys.version_info[:3])

    def test_no_options_to_ask_for(self, stub: language_pb2_grpc.LanguageRuntimeStub) -> None:
        assert not stub.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest(), timeout=SECONDS).prompts

    def test_installing_says_what_to_run(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        request = language_pb2.InstallDependenciesRequest(info=info)
        with pytest.raises(grpc.RpcError) as error:
            list(stub.InstallDependencies(request, timeout=SECONDS))
        assert "run: " in error.value.details()

    @pytest.mark.parametrize("method", ["Run", "RunPlugin", "GetRequiredPackages"])
    def test_a_missing_virtualenv_is_one_clear_error(
        self, method: str, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        info.options.update({"virtualenv": "venv"})
        request = getattr(language_pb2, f"{method}Request")(info=info)
        with pytest.raises(grpc.RpcError) as error:
            list(getattr(stub, method)(request, timeout=SECONDS))
        assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert f"python3 -m venv {info.root_directory}/venv" in error.value.details()

    def test_what_only_the_official_host_does_is_unimplemented(
        self, stub: language_pb2_grpc.LanguageRuntimeStub
    ) -> None:
        with pytest.raises(grpc.RpcError) as error:
            stub.GeneratePackage(language_pb2.GeneratePackageRequest(), timeout=SECONDS)
        assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


class TestRun:
    @pytest.mark.parametrize(
        ("exit_code", "expected"),
        [
            (0, language_pb2.RunResponse()),
            (32, language_pb2.RunResponse(bail=True)),
            (3, language_pb2.RunResponse(error="Program exited with non-zero exit code: 3")),
        ],
    )
    def test_exit_codes(
        self,
        exit_code: int,
        expected: language_pb2.RunResponse,
        host: subprocess.Popen[str],
        stub: language_pb2_grpc.LanguageRuntimeStub,
        info: language_pb2.ProgramInfo,
    ) -> None:
        request = language_pb2.RunRequest(info=info, pwd=info.root_directory, project="p", args=[str(exit_code)])
        assert stub.Run(request, timeout=SECONDS) == expected
        assert host.stdout is not None
        assert host.stdout.readline() == f"cwd {info.root_directory}\n"


class TestRunPlugin:
    def test_streams_both_outputs_and_then_the_exit_code(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        code = "import os, sys; print(sys.argv[1:], os.environ['GREETING'], os.getcwd()); sys.exit('oh no')"
        messages = run_plugin(stub, info, code)
        assert b"".join(m.stdout for m in messages) == b"['engine:1'] hello /\n"
        assert b"".join(m.stderr for m in messages) == b"oh no\n"
        assert [m.WhichOneof("output") for m in messages][-1] == "exitcode"
        assert messages[-1].exitcode == 1

    def test_output_larger_than_a_pipe_arrives_whole(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        messages = run_plugin(stub, info, "print('x' * 1_000_000, end='')")
        assert b"".join(m.stdout for m in messages) == b"x" * 1_000_000

    def test_the_virtualenv_is_activated(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        messages = run_plugin(stub, info, "import os; print(os.environ['VIRTUAL_ENV'])")
        assert messages[0].stdout.decode().strip() == sys.prefix

    def test_a_directory_that_is_gone(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> None:
        request = language_pb2.RunPluginRequest(info=info, pwd="/no/such/directory", kind="resource")
        with pytest.raises(grpc.RpcError) as error:
            list(stub.RunPlugin(request, timeout=SECONDS))
        assert "cannot start" in error.value.details()


class TestTheEnd:
    """Nothing that the host started outlives its request or the host."""

    WAITING = "import os, signal; print(os.getpid(), flush=True); signal.pause()"

    @pytest.fixture
    def running(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, info: language_pb2.ProgramInfo
    ) -> tuple[grpc.Future, int]:
        """A plugin that runs until it is ended, and its process id."""
        Path(info.program_directory, "__main__.py").write_text(self.WAITING)
        call = stub.RunPlugin(language_pb2.RunPluginRequest(info=info, pwd="/", kind="resource"), timeout=SECONDS)
        return call, int(next(call).stdout)

    def assert_gone(self, pid: int) -> None:
        # A process file descriptor becomes readable when its process ends, so there is nothing to poll.
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        assert select.select([descriptor], [], [], SECONDS)[0], f"{pid} is still running"
        os.close(descriptor)

    def test_a_cancelled_request_ends_its_process(self, running: tuple[grpc.Future, int]) -> None:
        call, pid = running
        call.cancel()
        self.assert_gone(pid)

    def test_cancel_ends_everything(
        self, stub: language_pb2_grpc.LanguageRuntimeStub, running: tuple[grpc.Future, int]
    ) -> None:
        _, pid = running
        stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
        self.assert_gone(pid)

    def test_the_host_ends_with_the_engine(self, host: subprocess.Popen[str], running: tuple[grpc.Future, int]) -> None:
        _, pid = running
        assert host.stdin is not None
        host.stdin.close()
        assert host.wait(SECONDS) == 0
        self.assert_gone(pid)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_signals_end_it_quietly(
        self, number: signal.Signals, host: subprocess.Popen[str], running: tuple[grpc.Future, int]
    ) -> None:
        _, pid = running
        host.send_signal(number)
        assert host.wait(SECONDS) == 0
        assert host.stderr is not None
        assert host.stderr.read() == ""
        self.assert_gone(pid)
