"""The official release, from a stand-in of its download server on loopback."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toolchain import Origin, ToolchainError, ensure
from toolchain.progress import Reporter
from toolchain.releases import NotDownloadedError, Patience, download, release_directory
from toolchain.versions import ENGINE, MINIMUM_PULUMI

ARCHIVE = f"pulumi-v{ENGINE}-linux-x64.tar.gz"
CHECKSUMS = f"pulumi-{ENGINE}-checksums.txt"

PATIENCE = Patience(silence=10, whole=10)

PULUMI = f"""#!{sys.executable}
import os, pathlib, sys
if sys.argv[1] == "version":
    print("v{ENGINE}")
if sys.argv[1:3] == ["plugin", "install"]:
    if "--file" not in sys.argv and "NO_PLUGIN" in os.environ:
        sys.exit("no route to the plugins")
    pathlib.Path(os.environ["PULUMI_HOME"], "plugin").write_text(" ".join(sys.argv[3:]))
"""


@dataclass
class Server:
    """A stand-in of the download server: what it serves, and what it was asked."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    #: Paths answered with a part of what their Content-Length says, or with nothing at all.
    truncated: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    redirects: dict[str, str] = field(default_factory=dict)

    def publish(self, archive: bytes) -> None:
        digest = hashlib.sha256(archive).hexdigest()
        other = f"{'0' * 64}  pulumi-v{ENGINE}-darwin-arm64.tar.gz\n"
        self.files = {ARCHIVE: archive, CHECKSUMS: f"{other}{digest}  {ARCHIVE}\n".encode()}


@pytest.fixture
def server() -> Iterator[Server]:
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            state.requests.append(self.path)
            if name in state.hanging:
                done.wait()
            elif name in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[name])
                self.end_headers()
            elif name in state.files:
                body = state.files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if name in state.truncated else body)
            else:
                self.send_error(404)

        def do_CONNECT(self) -> None:
            state.requests.append(f"CONNECT {self.path}")
            self.send_error(403, "Not on the list")

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(f"http://127.0.0.1:{listener.server_port}")
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    yield state
    done.set()
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every machine is one that there is a release for, and no proxy of the caller's is asked."""
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    directory = tmp_path / "cache" / "toolchain"
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def get(server: Server, cache: Path, environment: dict[str, str], reporter: Reporter) -> Callable[..., Path]:
    """Downloads from the stand-in, with little patience unless the test says otherwise."""

    def run(base: str | None = None, patience: Patience = PATIENCE) -> Path:
        return download(ENGINE, cache, environment | {"TOOLCHAIN_RELEASES": base or server.url}, reporter, patience)

    return run


def packed(files: dict[str, str | None]) -> bytes:
    """An archive of executable files, by path; a path with None is a link to /etc/passwd."""
    buffer = io.BytesIO()
    # Without the time of day, so that the same files are the same bytes.
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.mode = 0o755
            if content is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(member)
            else:
                member.size = len(content.encode())
                archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def release(**more: str | None) -> bytes:
    return packed({"pulumi/pulumi": PULUMI, "pulumi/pulumi-language-python": "", **more})


def test_a_good_release_is_unpacked_and_downloaded_once(server: Server, get: Callable[..., Path]) -> None:
    server.publish(release())
    directory = get()
    assert sorted(path.name for path in directory.iterdir()) == ["pulumi", "pulumi-language-python"]
    assert get() == directory
    assert server.requests == [f"/{CHECKSUMS}", f"/{ARCHIVE}"]


def test_a_wrong_checksum_is_named_and_nothing_is_unpacked(
    server: Server, get: Callable[..., Path], cache: Path
) -> None:
    server.publish(release())
    server.files[ARCHIVE] = other = release(**{"pulumi/more": ""})
    with pytest.raises(NotDownloadedError) as failure:
        get()
    assert f"has the SHA-256 checksum {hashlib.sha256(other).hexdigest()}" in str(failure.value)
    assert hashlib.sha256(release()).hexdigest() in str(failure.value)
    assert not [path for path in cache.iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    "checksums", [b"", b"<html>Sign in</html>", f"123  {ARCHIVE}\n".encode(), f"{'0' * 64}  other.tar.gz\n".encode()]
)
def test_without_a_published_checksum_nothing_is_downloaded(
    checksums: bytes, server: Server, get: Callable[..., Path]
) -> None:
    server.publish(release())
    server.files[CHECKSUMS] = checksums
    with pytest.raises(NotDownloadedError, match="has no SHA-256 checksum of"):
        get()
    assert server.requests == [f"/{CHECKSUMS}"]


@pytest.mark.parametrize("name", [CHECKSUMS, ARCHIVE])
def test_a_truncated_file_is_not_used(name: str, server: Server, get: Callable[..., Path], cache: Path) -> None:
    server.publish(release())
    server.truncated = {name}
    with pytest.raises(NotDownloadedError, match=r"broke off after \d+ of \d+ bytes"):
        get()
    assert not [path for path in cache.iterdir() if path.is_dir()]


@pytest.mark.parametrize("name", [CHECKSUMS, ARCHIVE])
def test_a_server_that_hangs_is_waited_for_no_longer_than_allowed(
    name: str, server: Server, get: Callable[..., Path]
) -> None:
    server.publish(release())
    server.hanging = {name}
    with pytest.raises(NotDownloadedError, match=r"does not answer: silent for 0\.2 seconds"):
        get(patience=Patience(0.2, 10))


def test_a_file_that_takes_too_long_as_a_whole(server: Server, get: Callable[..., Path]) -> None:
    server.publish(release())
    with pytest.raises(NotDownloadedError, match="did not arrive within -1 seconds"):
        get(patience=Patience(10, -1))


def test_a_version_that_is_not_published(get: Callable[..., Path]) -> None:
    with pytest.raises(NotDownloadedError, match="answers 404 Not Found"):
        get()


def test_a_place_that_cannot_be_reached(get: Callable[..., Path]) -> None:
    with pytest.raises(NotDownloadedError, match=r"cannot be reached: .*refused"):
        get("http://127.0.0.1:1")


def test_a_proxy_that_refuses(server: Server, get: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    with pytest.raises(NotDownloadedError, match=r"cannot be reached: .*403 Not on the list"):
        get("https://releases.invalid/sdk")
    assert server.requests == ["CONNECT releases.invalid:443"]


def test_no_proxy_exempts_a_host(server: Server, get: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    server.publish(release())
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert get().is_dir()


def test_a_redirection_by_another_scheme_is_refused(server: Server, get: Callable[..., Path]) -> None:
    server.publish(release())
    server.redirects = {ARCHIVE: "ftp://127.0.0.1/release"}
    with pytest.raises(NotDownloadedError, match="by another scheme"):
        get()


def test_a_redirection_by_the_same_scheme_is_followed(server: Server, get: Callable[..., Path]) -> None:
    server.publish(release())
    server.files["elsewhere"] = server.files.pop(ARCHIVE)
    server.redirects = {ARCHIVE: f"{server.url}/elsewhere"}
    assert get().is_dir()


def test_only_plain_files_of_the_releases_own_directory_are_written(
    server: Server, get: Callable[..., Path], tmp_path: Path
) -> None:
    server.publish(
        release(
            **{
                "../outside": "x",
                "pulumi/../outside": "x",
                "/outside": "x",
                "pulumi/deep/file": "x",
                "pulumi/link": None,
            }
        )
    )
    assert sorted(path.name for path in get().iterdir()) == ["pulumi", "pulumi-language-python"]
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"not an archive", "cannot be unpacked"),
        (release()[: len(release()) // 2], "cannot be unpacked"),
        (packed({"pulumi/README": ""}), "holds no pulumi"),
        (packed({"pulumi/pulumi": PULUMI}), "has no pulumi-language-python"),
        (
            packed({"pulumi/pulumi": "#!/bin/sh\nexit 1", "pulumi/pulumi-language-python": ""}),
            "does not say its version",
        ),
        (
            packed({"pulumi/pulumi": PULUMI.replace(str(ENGINE), "3.300.0"), "pulumi/pulumi-language-python": ""}),
            "holds Pulumi 3.300.0",
        ),
    ],
    ids=["no archive", "cut off", "no CLI", "no Python support", "does not run", "another version"],
)
def test_an_archive_that_is_not_the_release(
    archive: bytes, reason: str, server: Server, get: Callable[..., Path], cache: Path
) -> None:
    server.publish(archive)
    with pytest.raises(NotDownloadedError, match=reason):
        get()
    assert not [path for path in cache.iterdir() if path.is_dir()]


@pytest.mark.parametrize("place", ["http://mirror.example.com/pulumi", "ftp://127.0.0.1/", "mirror"])
def test_a_place_whose_checksums_prove_nothing_is_refused(place: str, get: Callable[..., Path]) -> None:
    with pytest.raises(ToolchainError, match="must be an https:// address"):
        get(place)


@pytest.mark.parametrize(("system", "machine"), [("Windows", "AMD64"), ("Linux", "riscv64")])
def test_a_platform_without_a_release(
    system: str, machine: str, get: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(NotDownloadedError, match=f"no official release for {system} on {machine}"):
        get()
    assert server.requests == []


class TestChoice:
    """What `ensure` makes of it."""

    def test_the_official_release_comes_before_a_build(
        self,
        server: Server,
        environment: dict[str, str],
        reporter: Reporter,
        log: io.StringIO,
        fake_go: Callable[..., Path],
        go_builds: Callable[[], list[str]],
    ) -> None:
        fake_go()
        server.publish(release())
        engine = ensure(environment=environment | {"TOOLCHAIN_RELEASES": server.url}, reporter=reporter)
        assert (engine.origin, engine.version) == (Origin.DOWNLOADED, ENGINE)
        assert engine.pulumi_home is not None
        assert (engine.pulumi_home / "plugin").read_text() == "resource alicloud v4.0.0"
        assert f"using the official Pulumi CLI {ENGINE}, downloaded: no pulumi on PATH\n" in log.getvalue()
        assert go_builds() == []

    def test_a_second_call_asks_nobody(self, server: Server, environment: dict[str, str], reporter: Reporter) -> None:
        server.publish(release())
        environment["TOOLCHAIN_RELEASES"] = server.url
        first = ensure(environment=environment, reporter=reporter)
        server.requests.clear()
        assert ensure(environment=first.environ(environment), reporter=reporter) == first
        assert server.requests == []

    def test_a_plugin_that_cannot_be_downloaded_is_built(
        self,
        server: Server,
        environment: dict[str, str],
        reporter: Reporter,
        fake_go: Callable[..., Path],
        go_builds: Callable[[], list[str]],
    ) -> None:
        fake_go()
        server.publish(release())
        environment |= {"TOOLCHAIN_RELEASES": server.url, "NO_PLUGIN": "1"}
        engine = ensure(environment=environment, reporter=reporter)
        assert engine.origin is Origin.DOWNLOADED
        assert engine.pulumi_home is not None
        assert "--file" in (engine.pulumi_home / "plugin").read_text()
        assert len(go_builds()) == 2

    def test_an_engine_that_cannot_be_downloaded_is_built_and_one_line_says_why(
        self, environment: dict[str, str], reporter: Reporter, log: io.StringIO, fake_go: Callable[..., Path]
    ) -> None:
        fake_go()
        engine = ensure(environment=environment, reporter=reporter)
        assert engine.origin is Origin.BUILT
        choice = [line for line in log.getvalue().splitlines() if "using" in line]
        assert len(choice) == 1
        assert choice[0].startswith(f"toolchain: using our own build of Pulumi CLI {ENGINE}: no pulumi on PATH, and ")
        assert f"the official release is not available: http://127.0.0.1:1/{CHECKSUMS} cannot be reached: " in choice[0]

    def test_a_build_that_is_there_is_used_without_asking(
        self,
        server: Server,
        environment: dict[str, str],
        reporter: Reporter,
        log: io.StringIO,
        fake_go: Callable[..., Path],
    ) -> None:
        fake_go()
        first = ensure(environment=environment, reporter=reporter)
        assert ensure(environment=environment | {"TOOLCHAIN_RELEASES": server.url}, reporter=reporter) == first
        assert server.requests == []
        assert "no pulumi on PATH; it was built here before\n" in log.getvalue()

    def test_without_go_it_is_built_with_the_go_of_pypi(
        self,
        environment: dict[str, str],
        reporter: Reporter,
        log: io.StringIO,
        fake_uv: Callable[[], Path],
        uv_calls: Callable[[], list[str]],
        go_builds: Callable[[], list[str]],
    ) -> None:
        fake_uv()
        engine = ensure(environment=environment, reporter=reporter)
        again = ensure(environment=environment, reporter=reporter)
        assert (engine.origin, again) == (Origin.BUILT, engine)
        assert (len(uv_calls()), len(go_builds())) == (1, 3)
        assert log.getvalue().count("is built with Go from PyPI: there is no Go on PATH\n") == 1

    def test_a_build_that_is_asked_for_downloads_nothing(
        self, server: Server, environment: dict[str, str], reporter: Reporter, fake_go: Callable[..., Path]
    ) -> None:
        fake_go()
        server.publish(release())
        environment["TOOLCHAIN_RELEASES"] = server.url
        assert ensure(force_build=True, environment=environment, reporter=reporter).origin is Origin.BUILT
        assert server.requests == []

    def test_the_least_version_is_downloaded_too(
        self, server: Server, environment: dict[str, str], reporter: Reporter, cache: Path
    ) -> None:
        archive = packed(
            {
                "pulumi/pulumi": PULUMI.replace(str(ENGINE), str(MINIMUM_PULUMI)),
                "pulumi/pulumi-language-python": "",
            }
        )
        name = ARCHIVE.replace(str(ENGINE), str(MINIMUM_PULUMI))
        checksums = f"{hashlib.sha256(archive).hexdigest()}  {name}\n".encode()
        server.files = {name: archive, CHECKSUMS.replace(str(ENGINE), str(MINIMUM_PULUMI)): checksums}
        environment |= {"TOOLCHAIN_RELEASES": server.url, "TOOLCHAIN_ENGINE": "least"}
        engine = ensure(environment=environment, reporter=reporter)
        assert (engine.origin, engine.version) == (Origin.DOWNLOADED, MINIMUM_PULUMI)
        assert release_directory(MINIMUM_PULUMI, cache).is_dir()
