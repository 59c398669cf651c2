"""State in a bucket, by the URLs of docs/state.md, on a real S3 server: two at once, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

import toolchain
from demo.project import REPOSITORY
from tests.e2e.test_canaries import processes

pytestmark = pytest.mark.engine

PAGE = (REPOSITORY / "docs/state.md").read_text(encoding="utf-8")
_KEYS = {"aws_access_key_id": "not-a-key", "aws_secret_access_key": "canary-of-the-bucket"}
PASSPHRASE, CONFIGURED = "canary of the passphrase", "canary-in-the-config"
#: By the name of its service.
URLS = {name: url for url, name in re.findall(r'export PULUMI_BACKEND_URL="(s3://[^"]*)" # (\w+)', PAGE)}
BUCKET = "state"

PROGRAM = """\
import os
import time
from pathlib import Path

import pulumi

if hold := os.environ.get("HOLD"):
    Path(hold + ".begun").touch()
    while not Path(hold).exists():
        time.sleep(0.05)
pulumi.export("writer", pulumi.Config().require_secret("writer"))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that speaks S3 on loopback, with one empty bucket."""
    moto = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    url = f"http://{host}:{port}"
    _client(url).create_bucket(Bucket=BUCKET)
    yield url
    moto.stop()


def _client(url: str) -> boto3.client:
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", **_KEYS)


class Writer:
    """One of a team: own home, own checkout, the state in the team's bucket."""

    def __init__(self, directory: Path, engine: toolchain.Engine, backend: str) -> None:
        self.directory = directory
        (directory / "home").mkdir(parents=True)
        (directory / "Pulumi.yaml").write_text(
            f"name: shop\nruntime:\n  name: python\n  options: {{virtualenv: {REPOSITORY}/.venv}}\n", encoding="utf-8"
        )
        (directory / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        self.environ = {
            **{name: value for name, value in engine.environ(os.environ).items() if not name.startswith("AWS_")},
            "HOME": str(directory / "home"),
            "PULUMI_BACKEND_URL": backend,
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            **{name.upper(): value for name, value in _KEYS.items()},
            "NO_PROXY": "127.0.0.1",
        }

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.directory,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out, err


def at(url: str, server: str) -> str:
    """The URL of the page with what is the bucket's and the server's of this test, and all else as it stands."""
    options = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    # A bucket as a part of the host's name needs a name server, which loopback has none of.
    return f"s3://{BUCKET}?{urlencode(options | {'endpoint': server, 's3ForcePathStyle': 'true'})}"


@pytest.mark.timeout(300)
def test_two_write_at_once_and_nothing_is_lost(engine: toolchain.Engine, server: str, tmp_path: Path) -> None:
    """Ann by the URL for OSS, Bob by that for S3."""
    ann, bob = (Writer(tmp_path / name, engine, at(URLS[name], server)) for name in ("OSS", "S3"))
    code, _, err = ann.run("stack", "init", "prod")
    assert code == 0, err
    assert ann.run("config", "set", "--stack", "prod", "--secret", "writer", CONFIGURED)[0] == 0
    (bob.directory / "Pulumi.prod.yaml").write_bytes((ann.directory / "Pulumi.prod.yaml").read_bytes())
    up = ("up", "--stack", "prod", "--yes", "--skip-preview")
    hold = tmp_path / "hold"
    with ann.start(*up, HOLD=str(hold)) as first:
        try:
            wait_for(Path(f"{hold}.begun"), first)
            listed = b"".join(processes(first.pid).values())
            code, out, err = bob.run(*up)
            assert code != 0
            assert "the stack is currently locked by 1 lock(s)" in out + err
        finally:
            hold.touch()
        out, err = first.communicate(timeout=120)
    assert first.returncode == 0, out + err
    code, out, err = bob.run(*up)
    assert code == 0, out + err
    assert bob.run("stack", "output", "writer", "--stack", "prod", "--show-secrets")[:2] == (0, f"{CONFIGURED}\n")
    code, out, _ = ann.run("stack", "history", "--stack", "prod", "--json")
    assert (code, len(json.loads(out))) == (0, 2), "both updates are told"
    keys = [item["Key"] for item in _client(server).list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert all(key.startswith(".pulumi/") for key in keys), "what docs/ram/state.json allows"
    assert [key for key in keys if "/locks/" in key] == []
    held = {key: _client(server).get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    assert b'"ciphertext"' in held[".pulumi/stacks/shop/prod.json"]
    # History and copies are there too, and a process list is everybody's.
    for secret in (CONFIGURED, PASSPHRASE, _KEYS["aws_secret_access_key"]):
        assert [key for key, content in held.items() if secret.encode() in content] == []
        assert secret.encode() not in listed


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a file is there, or the process that makes it has ended."""
    while not path.exists() and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    assert path.exists()
