"""The Python language host as the engine meets it: what the official one does, on whichever one the engine has.

These tests pass on the official host and on ours alike; toolchain/README.md names them, row by row.
"""
# ruff: noqa: S106 - "pwd" is a working directory.

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, engine_pb2_grpc, language_pb2, language_pb2_grpc

from tests.toolchain.conftest import MakeTool
from toolchain import Engine
from toolchain.versions import ENGINE, PLUGIN

pytestmark = pytest.mark.engine

SECONDS: Final = 60

#: Of the environment, what a host of these tests starts with.
KEPT: Final = ("PATH", "HOME", "LANG")

#: A policy pack that answers what a test asks for: its environment, or so many bytes.
PACK: Final = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    def GetAnalyzerInfo(self, request, context):
        told = {"environ": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv}
        return analyzer_pb2.AnalyzerInfo(name="pack", description=json.dumps(told))

    def AnalyzeStack(self, request, context):
        message = "m" * int(request.resources[0].name)
        return analyzer_pb2.AnalyzeResponse(diagnostics=[analyzer_pb2.AnalyzeDiagnostic(message=message)])

server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)])
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
print("the pack is there", flush=True)
server.wait_for_termination()
"""

#: Stands for the SDK's script, which lies beside the host and runs a program.
EXEC_SCRIPT: Final = """
import os, runpy, sys
os.chdir(sys.argv[sys.argv.index("--pwd") + 1])
runpy.run_path(sys.argv[-1], run_name="__main__")
"""

#: A program or plugin that runs until it is interrupted; it waits for the signal, which so cannot come too early.
WAITING: Final = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print(os.getpid(), flush=True)
signal.sigwait([signal.SIGINT])
print("interrupted", flush=True)
"""

#: One that goes on all the same.
STUBBORN: Final = f"{WAITING}signal.sigwait([signal.SIGUSR1])"


class Log(engine_pb2_grpc.EngineServicer):
    """The engine's side: what the host tells it."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        self.messages.append(request.message)
        return empty_pb2.Empty()


class Host:
    """A host that runs, and the engine that it talks to."""

    def __init__(self, process: subprocess.Popen[str], log: Log) -> None:
        self.process = process
        self.log = log
        assert process.stdout is not None
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{int(process.stdout.readline())}", options=[("grpc.max_receive_message_length", -1)]
        )
        self.stub: Any = language_pb2_grpc.LanguageRuntimeStub(self._channel)

    def __getattr__(self, method: str) -> Any:
        """Call a method by its name in the protocol, with the fields of its request, to the end of its answer."""
        request = getattr(language_pb2, f"{method.removesuffix('Prompts')}Request")

        def call(**fields: Any) -> Any:
            answer = getattr(self.stub, method)(request(**fields), timeout=SECONDS)
            return list(answer) if hasattr(answer, "__next__") else answer

        return call

    def error(self, method: str, **fields: Any) -> str:
        """Call a method that must fail; what it says."""
        with pytest.raises(grpc.RpcError) as raised:
            getattr(self, method)(**fields)
        return str(raised.value.details())

    def line(self) -> str:
        """The next line that a program prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def extra_environment() -> dict[str, str]:
    """Variables of the host's own, to be set before it is started."""
    return {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture
def host(engine: Engine, tmp_path: Path, extra_environment: dict[str, str]) -> Iterator[Host]:
    log = Log()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(log, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | extra_environment
    binary = tmp_path / "host" / "pulumi-language-python"
    binary.parent.mkdir()
    shutil.copy2(engine.language_host, binary)
    binary.with_name("pulumi-language-python-exec").write_text(EXEC_SCRIPT)
    process = subprocess.Popen(
        [binary, address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
    )
    with process:
        try:
            yield Host(process, log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            server.stop(None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


@pytest.fixture
def info(project: Path) -> language_pb2.ProgramInfo:
    """A program in tmp_path/project that runs on this test's own Python."""
    return program_info(project, virtualenv=sys.prefix)


def program_info(directory: Path, **options: Any) -> language_pb2.ProgramInfo:
    info = language_pb2.ProgramInfo(
        root_directory=str(directory), program_directory=str(directory), entry_point="__main__.py"
    )
    info.options.update(options)
    return info


def path_entry() -> str:
    return f"PATH={os.environ['PATH']}"


def bare_virtualenv(directory: Path) -> Path:
    """A virtual environment without pip, as `uv venv` makes it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
    return directory


def output(answers: list[Any]) -> tuple[str, str]:
    return (b"".join(item.stdout for item in answers).decode(), b"".join(item.stderr for item in answers).decode())


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"virtualenv": 3}, "virtualenv option must be a string"),
            ({"toolchain": 3}, "toolchain option must be a string"),
            ({"toolchain": "conda"}, "unsupported toolchain option: conda"),
            ({"typechecker": True}, "typechecker option must be a string"),
            ({"typechecker": "ty"}, "unsupported typechecker option: ty"),
        ],
    )
    def test_a_wrong_option_is_refused(
        self, options: dict[str, object], message: str, host: Host, project: Path
    ) -> None:
        assert message in host.error("Run", info=program_info(project, **options))

    def test_without_a_virtualenv_a_program_runs_on_the_python_on_path(self, host: Host, project: Path) -> None:
        assert host.About(info=program_info(project)).executable

    def test_without_a_virtualenv_a_plugin_runs_in_venv(self, host: Host, project: Path) -> None:
        (project / "__main__.py").touch()
        error = host.error("RunPlugin", info=program_info(project), kind="resource", pwd="/", env=[path_entry()])
        assert f"{project}/venv/bin/python" in error

    def test_about_names_interpreter_and_toolchain(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        info.options.update({"toolchain": "pip"})
        answer = host.About(info=info)
        assert answer.executable == str(Path(sys.prefix) / "bin" / "python")
        assert answer.version == ".".join(str(number) for number in sys.version_info[:3])
        assert answer.metadata["toolchain"] == "Pip"
        pip = [*version("pip").split("."), "0"][:3]
        assert answer.metadata["toolchainVersion"] == ".".join(pip)

    def test_version_and_prompts(self, host: Host, engine: Engine, project: Path) -> None:
        assert host.stub.GetPluginInfo(empty_pb2.Empty()).version.lstrip("v") == str(engine.version)
        assert [prompt.key for prompt in host.RuntimeOptionsPrompts(info=program_info(project)).prompts] == [
            "toolchain"
        ]
        pip = program_info(project, toolchain="pip")
        assert [prompt.key for prompt in host.RuntimeOptionsPrompts(info=pip).prompts] == ["virtualenv"]
        pip.options.update({"virtualenv": "venv"})
        assert not host.RuntimeOptionsPrompts(info=pip).prompts


class TestPackages:
    def test_required_packages_are_those_of_the_installed_sdks(
        self, host: Host, info: language_pb2.ProgramInfo
    ) -> None:
        packages = {item.name: (item.kind, item.version) for item in host.GetRequiredPackages(info=info).packages}
        assert packages == {"alicloud": ("resource", f"v{PLUGIN}")}

    def test_an_environment_without_pip_is_an_error(self, host: Host, project: Path) -> None:
        bare_virtualenv(project / "venv")
        expected = f"{project}/venv/bin/python -m pip list --format json"
        for method in ("GetRequiredPackages", "GetProgramDependencies"):
            error = host.error(method, info=program_info(project, virtualenv="venv"), **_transitive(method))
            assert expected in error
            assert "exit status 1" in error

    def test_installed_packages_come_from_pip(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        every = host.GetProgramDependencies(info=info, transitiveDependencies=True).dependencies
        direct = host.GetProgramDependencies(info=info).dependencies
        assert {"pulumi", "pulumi-alicloud", "pip", "grpcio"} <= {item.name for item in every}
        assert "grpcio" not in {item.name for item in direct}

    def test_a_missing_virtualenv_is_made(self, host: Host, project: Path) -> None:
        """Without an index, pip cannot be updated; by then the environment is there."""
        error = host.error("GetRequiredPackages", info=program_info(project, virtualenv="venv"))
        assert "updating pip, setuptools, and wheel" in error
        assert (project / "venv" / "bin" / "pip").exists()
        assert "Creating virtual environment...\n" in host.log.messages
        installed = "".join(output_or_error(host, info=program_info(project, virtualenv="venv")))
        assert "Installing dependencies..." in installed
        assert "updating pip, setuptools, and wheel" in installed

    def test_a_file_where_the_virtualenv_should_be_is_an_error(self, host: Host, project: Path) -> None:
        (project / "venv").touch()
        assert "not a directory" in host.error("GetRequiredPackages", info=program_info(project, virtualenv="venv"))


class TestPackagesOfPip:
    """Where `toolchain` says pip, another way may lead to the same answer: pip takes half a second to say it."""

    @pytest.fixture
    def extra_environment(self, tmp_path: Path) -> dict[str, str]:
        """SDKs that are found before those of the environment: one of them is in both."""
        sdks = tmp_path / "sdks"
        for name, number in (
            ("Pulumi_Shop", "1.2.post3"),
            ("shelf", "3.0"),
            ("pulumi-ALICLOUD", "9.8.7"),
            ("tea", "1"),
        ):
            metadata = sdks / f"{name.replace('-', '_')}-{number}.dist-info/METADATA"
            metadata.parent.mkdir(parents=True)
            metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n", encoding="utf-8")
        plugin = sdks / "shelf/pulumi-plugin.json"
        plugin.parent.mkdir()
        plugin.write_text('{"resource": true, "name": "rack", "version": "4.5.6"}', encoding="utf-8")
        return {"PYTHONPATH": str(sdks)}

    def test_the_option_changes_no_answer(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        def needed() -> dict[str, str]:
            return {item.name: item.version for item in host.GetRequiredPackages(info=info).packages}

        without = needed()
        assert without["shop"] == "v1.2.0+post3"
        assert without["rack"] == "v4.5.6"
        info.options.update({"toolchain": "pip"})
        assert needed() == without


def _transitive(method: str) -> dict[str, bool]:
    return {"transitiveDependencies": True} if method == "GetProgramDependencies" else {}


def output_or_error(host: Host, info: language_pb2.ProgramInfo) -> Iterator[str]:
    """All that `pulumi install` shows, and the error at its end."""
    try:
        for item in host.stub.InstallDependencies(language_pb2.InstallDependenciesRequest(info=info), timeout=SECONDS):
            yield item.stdout.decode() + item.stderr.decode()
    except grpc.RpcError as error:
        yield str(error.details())


class TestUv:
    @pytest.fixture
    def extra_environment(self, make_tool: MakeTool, tools: Path) -> dict[str, str]:
        make_tool("uv", "print('uv 0.13.9')")
        return {"PATH": os.pathsep.join([str(tools), "/usr/bin", "/bin"])}

    def test_without_a_lock_file_it_is_an_error(self, host: Host, project: Path) -> None:
        bare_virtualenv(project / ".venv")
        error = host.error("GetRequiredPackages", info=program_info(project, toolchain="uv"))
        assert "could not find uv.lock" in error or "could not find pyproject.toml" in error

    def test_a_lock_file_in_a_directory_above_chooses_uv(self, host: Host, project: Path, tmp_path: Path) -> None:
        (tmp_path / "uv.lock").write_text("version = 1\n")
        bare_virtualenv(project / "venv")
        assert "-m pip list" not in _output(host, program_info(project, virtualenv="venv"))
        assert "-m pip list" in _output(host, program_info(project, virtualenv="venv", toolchain="pip"))


def _output(host: Host, info: language_pb2.ProgramInfo) -> str:
    try:
        return str(host.GetRequiredPackages(info=info))
    except grpc.RpcError as error:
        return str(error.details())


class TestRun:
    def test_needs_its_virtualenv(self, host: Host, project: Path) -> None:
        error = host.error("Run", info=program_info(project, virtualenv="venv"))
        assert "The 'virtualenv' option in Pulumi.yaml is set to \"venv\"" in error
        assert f"-m venv {project}/venv" in error

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("pass", language_pb2.RunResponse()),
            ("import os; os._exit(32)", language_pb2.RunResponse(bail=True)),
            ("import os; os._exit(3)", language_pb2.RunResponse(error="program exited with non-zero exit code: 3")),
        ],
    )
    def test_exit_codes(
        self, code: str, expected: language_pb2.RunResponse, host: Host, info: language_pb2.ProgramInfo
    ) -> None:
        directory = Path(info.program_directory)
        (directory / "__main__.py").write_text(f"import os; print(os.getcwd(), flush=True); {code}")
        assert self.run(host, info) == expected
        assert host.line() == str(directory)

    def test_is_told_stack_and_config(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        code = """
import json, os, sys
names = ("PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS", "VIRTUAL_ENV")
print(json.dumps([sys.argv[1:], *(os.environ[name] for name in names)]), flush=True)
"""
        Path(info.program_directory, "__main__.py").write_text(code)
        host.Run(
            info=info,
            pwd=info.root_directory,
            project="p",
            stack="s",
            parallel=4,
            dryRun=True,
            organization="o",
            monitor_address="127.0.0.1:1",
            config={"a:b": "c"},
            configSecretKeys=["a:b"],
        )
        flags, *variables = json.loads(host.line())
        assert variables == ['{"a:b":"c"}', '["a:b"]', sys.prefix]
        assert flags.pop() == "__main__.py"
        assert flags[3].startswith("127.0.0.1:")
        assert dict(zip(flags[::2], flags[1::2], strict=True)) == {
            "--monitor": "127.0.0.1:1",
            "--engine": flags[3],
            "--project": "p",
            "--root_directory": info.root_directory,
            "--stack": "s",
            "--pwd": info.root_directory,
            "--dry_run": "true",
            "--parallel": "4",
            "--organization": "o",
        }

    def test_is_interrupted_when_its_request_ends(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        """As the engine does once a policy has refused a preview."""
        call, _ = self.start(host, info)
        call.cancel()
        assert host.line() == "interrupted"

    def test_is_interrupted_by_cancel(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        call, _ = self.start(host, info)
        host.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
        assert host.line() == "interrupted"
        call.result(SECONDS)

    def test_is_killed_when_it_does_not_end(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        call, pid = self.start(host, info, STUBBORN)
        call.cancel()
        assert host.line() == "interrupted"
        assert_gone(pid)

    @pytest.mark.parametrize("installed", [True, False])
    def test_a_type_checker_decides_whether_it_runs(
        self, installed: bool, host: Host, info: language_pb2.ProgramInfo
    ) -> None:
        directory = Path(info.program_directory)
        (directory / "__main__.py").write_text("number: int = 'text'\n")
        info.options.update({"typechecker": "mypy" if installed else "pyright"})
        error = host.error("Run", info=info, pwd=str(directory), project="p", stack="s", parallel=1)
        assert ("mypy failed" if installed else "pyright is not installed") in error

    def start(self, host: Host, info: language_pb2.ProgramInfo, code: str = WAITING) -> tuple[Any, int]:
        Path(info.program_directory, "__main__.py").write_text(code)
        request = language_pb2.RunRequest(info=info, pwd=info.root_directory, project="p", stack="s", parallel=1)
        call = host.stub.Run.future(request, timeout=SECONDS)
        return call, int(host.line())

    def run(self, host: Host, info: language_pb2.ProgramInfo) -> Any:
        return host.Run(info=info, pwd=info.root_directory, project="p", stack="s", parallel=1)


class TestRunPlugin:
    def plugin(self, host: Host, info: language_pb2.ProgramInfo, code: str, **variables: str) -> list[Any]:
        Path(info.program_directory, "__main__.py").write_text(code)
        entries = [f"{name}={value}" for name, value in variables.items()]
        answers: list[Any] = host.RunPlugin(info=info, pwd="/", kind="resource", env=entries, args=["engine:1"])
        return answers

    def test_streams_both_outputs_and_then_the_exit_code(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        code = "import os, sys; print(sys.argv[1:], os.environ['GREETING'], os.getcwd()); sys.exit('oh no')"
        answers = self.plugin(host, info, code, GREETING="hello")
        assert output(answers) == ("['engine:1'] hello /\n", "oh no\n")
        assert [item.WhichOneof("output") for item in answers][-1] == "exitcode"
        assert answers[-1].exitcode == 1

    def test_output_larger_than_a_pipe_arrives_whole(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        answers = self.plugin(host, info, "print('x' * 1_000_000, end='')")
        assert output(answers) == ("x" * 1_000_000, "")

    def test_the_requests_own_variables_win_over_the_environments(
        self, host: Host, info: language_pb2.ProgramInfo
    ) -> None:
        code = "import os; print(os.environ['PATH'], os.environ['VIRTUAL_ENV'])"
        assert output(self.plugin(host, info, code, PATH="/mine"))[0].split() == ["/mine", sys.prefix]
        ours = {"PATH": "/mine", "VIRTUAL_ENV": "/other"}
        assert output(self.plugin(host, info, code, **ours))[0].split() == ["/mine", "/other"]
        unsaid = output(self.plugin(host, info, code))[0].split()
        assert unsaid[0].startswith(f"{sys.prefix}/bin:")

    def test_without_main_it_must_be_a_package(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        error = host.error("RunPlugin", info=info, kind="resource", pwd="/", env=[path_entry()])
        assert "neither __main__.py nor a buildable pyproject.toml" in error

    def test_a_directory_that_is_gone_is_an_error(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        Path(info.program_directory, "__main__.py").touch()
        assert "/no/such" in host.error("RunPlugin", info=info, kind="resource", pwd="/no/such", env=[path_entry()])

    def test_ends_with_its_request(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        Path(info.program_directory, "__main__.py").write_text(WAITING)
        request = language_pb2.RunPluginRequest(info=info, pwd="/", kind="resource", env=[path_entry()])
        call = host.stub.RunPlugin(request, timeout=SECONDS)
        pid = int(next(call).stdout)
        call.cancel()
        assert_gone(pid)


def assert_gone(pid: int) -> None:
    """Wait for the end of a process: its descriptor becomes readable then, so there is nothing to poll."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with selectors.DefaultSelector() as selector:  # select() takes no descriptor above 1,023.
        selector.register(descriptor, selectors.EVENT_READ)
        ended = selector.select(SECONDS)
    os.close(descriptor)
    assert ended, f"{pid} is still running"


class TestPolicyPack:
    @pytest.fixture
    def call(self, host: Host, info: language_pb2.ProgramInfo) -> Any:
        """A pack that has been asked for; it is started once the stack is told."""
        Path(info.program_directory, "__main__.py").write_text(PACK)
        request = language_pb2.RunPluginRequest(
            info=info, pwd="/", kind="analyzer", env=[path_entry(), "PULUMI_STACK=mine"], args=["engine:1"]
        )
        return host.stub.RunPlugin(request, timeout=SECONDS)

    @pytest.fixture
    def pack(self, call: Any) -> Iterator[Any]:
        """The engine's connection to it, which takes messages as large as the engine does."""
        port = int(next(call).stdout)
        with grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", 400 * 1024 * 1024)]
        ) as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        call.cancel()

    def test_is_told_its_stack_in_its_environment(self, pack: Any, info: language_pb2.ProgramInfo) -> None:
        """A variable of the engine's own wins: that of the test's PULUMI_STACK."""
        pack.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                project="p", stack="s", organization="o", dry_run=True, config={"a:b": "c"}
            ),
            timeout=SECONDS,
        )
        seen = json.loads(pack.GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS).description)
        assert {name: value for name, value in seen["environ"].items() if name.startswith("PULUMI_")} == {
            "PULUMI_PROJECT": "p",
            "PULUMI_STACK": "mine",
            "PULUMI_ORGANIZATION": "o",
            "PULUMI_DRY_RUN": "true",
            "PULUMI_CONFIG": '{"a:b":"c"}',
        }
        assert seen["cwd"] == info.program_directory

    def test_its_answers_are_limited_to_4_mib(self, pack: Any, call: Any) -> None:
        def analyze(size: int) -> Any:
            resource = analyzer_pb2.AnalyzerResource(name=str(size), properties=struct_pb2.Struct())
            return pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[resource]), timeout=SECONDS)

        limit = 4 * 1024 * 1024
        assert len(analyze(limit - 100).diagnostics[0].message) == limit - 100
        with pytest.raises(grpc.RpcError) as error:
            analyze(limit)
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "received message larger than max" in error.value.details()
        assert next(call).stdout.startswith(b"the pack is there")

    def test_one_that_does_not_start_is_an_error(self, host: Host, info: language_pb2.ProgramInfo) -> None:
        Path(info.program_directory, "__main__.py").write_text("raise RuntimeError('no rules')")
        request = language_pb2.RunPluginRequest(info=info, pwd="/", kind="analyzer", env=[path_entry()], args=["e:1"])
        call = host.stub.RunPlugin(request, timeout=SECONDS)
        channel = grpc.insecure_channel(f"127.0.0.1:{int(next(call).stdout)}")
        with channel, pytest.raises(grpc.RpcError) as error:
            analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS)
        assert "could not read policy pack port" in error.value.details()
        output: list[bytes] = []
        with pytest.raises(grpc.RpcError):
            output.extend(item.stderr for item in call)
        assert b"no rules" in b"".join(output)

    def test_one_without_its_environment_is_an_error(self, host: Host, engine: Engine, project: Path) -> None:
        if engine.version < ENGINE:
            pytest.skip("hosts before that leave the engine waiting")
        (project / "__main__.py").write_text(PACK)
        request = language_pb2.RunPluginRequest(
            info=program_info(project, virtualenv="venv"), pwd="/", kind="analyzer", env=[path_entry()], args=["e:1"]
        )
        call = host.stub.RunPlugin(request, timeout=SECONDS)
        channel = grpc.insecure_channel(f"127.0.0.1:{int(next(call).stdout)}")
        with channel, pytest.raises(grpc.RpcError) as error:
            analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS)
        assert f"{project}/venv/bin/python: no such file" in str(error.value.details())


class TestTheEnd:
    def test_an_interrupt_ends_the_host_quietly(self, host: Host) -> None:
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(SECONDS) == 0
        assert host.process.stderr is not None
        assert host.process.stderr.read() == ""

    def test_sigterm_ends_the_host_at_once(self, host: Host) -> None:
        host.process.send_signal(signal.SIGTERM)
        assert host.process.wait(SECONDS) == -signal.SIGTERM
