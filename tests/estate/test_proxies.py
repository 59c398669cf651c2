"""HTTP_PROXY, HTTPS_PROXY and NO_PROXY: one reading of them, and every client keeps to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from Tea.core import TeaCore
from Tea.request import TeaRequest

from demo.watch import Watch, watching
from estate.client import Cloud
from estate.errors import EstateError, MalformedAnswer, Unreachable
from estate.live import oss
from estate.proxies import METADATA_HOST, proxy_for, proxy_host
from estate.transport import honour_no_proxy
from simulator.server import running
from tests.estate import estates
from tests.estate.inspecting import inspecting
from tests.estate.stub import Stub, serving

PROXY = "http://proxy.example:3128"
ECS = "https://ecs.cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({}, ECS, None),
        ({"HTTPS_PROXY": PROXY}, ECS, PROXY),
        ({"https_proxy": PROXY}, ECS, PROXY),
        ({"HTTPS_PROXY": PROXY, "https_proxy": "http://other.example:1"}, ECS, PROXY),
        ({"HTTPS_PROXY": "", "https_proxy": PROXY}, ECS, PROXY),
        ({"HTTPS_PROXY": "proxy.example:3128"}, ECS, PROXY),
        ({"HTTP_PROXY": PROXY}, ECS, None),
        ({"HTTPS_PROXY": PROXY}, "http://ecs.cn-hangzhou.aliyuncs.com", None),
        ({"HTTP_PROXY": PROXY}, "http://ecs.cn-hangzhou.aliyuncs.com", PROXY),
        ({"ALL_PROXY": PROXY}, ECS, None),
    ],
)
def test_the_proxy_of_the_scheme_in_either_spelling(environ: dict[str, str], url: str, expected: str | None) -> None:
    assert proxy_for(url, environ) == expected


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8815", "127.0.0.1", "127.0.0.1:8815", "127.8.8.8", "[::1]", "[::1]:8815", METADATA_HOST],
)
def test_this_machine_has_no_proxy(host: str) -> None:
    assert proxy_for(f"http://{host}/", {"HTTP_PROXY": PROXY}) is None


NO_PROXY = [
    # entry, a host that it covers, one that it does not
    ("ecs.cn-hangzhou.aliyuncs.com", "ecs.cn-hangzhou.aliyuncs.com", "vpc.cn-hangzhou.aliyuncs.com"),
    ("aliyuncs.com", "ecs.cn-hangzhou.aliyuncs.com", "notaliyuncs.com"),
    ("aliyuncs.com", "aliyuncs.com", "aliyuncs.com.example"),
    (".aliyuncs.com", "ecs.cn-hangzhou.aliyuncs.com", "notaliyuncs.com"),
    ("*.aliyuncs.com", "ecs.cn-hangzhou.aliyuncs.com", "notaliyuncs.com"),
    ("ALIYUNCS.com", "ecs.cn-hangzhou.aliyuncs.com", "example.com"),
    ("aliyuncs.com", "ECS.cn-hangzhou.aliyuncs.com.", "example.com"),
    ("aliyuncs.com:443", "ecs.cn-hangzhou.aliyuncs.com", "ecs.cn-hangzhou.aliyuncs.com:8443"),
    ("aliyuncs.com:8443", "ecs.cn-hangzhou.aliyuncs.com:8443", "ecs.cn-hangzhou.aliyuncs.com"),
    ("a.example, aliyuncs.com ,b.example", "ecs.cn-hangzhou.aliyuncs.com", "c.example"),
    ("a.example b.example", "b.example", "c.example"),
    ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
    ("192.0.2.7:8080", "192.0.2.7:8080", "192.0.2.7"),
    ("192.0.2.0/24", "192.0.2.200", "198.51.100.1"),
    ("10.0.0.0/8", "10.25.16.10:8815", "ten.example"),
    ("2001:db8::7", "[2001:db8::7]", "[2001:db8::8]"),
    ("[2001:db8::7]", "[2001:db8::7]", "[2001:db8::8]"),
    ("[2001:db8::7]:8443", "[2001:db8::7]:8443", "[2001:db8::7]"),
    ("2001:db8::/32", "[2001:db8:1::1]", "[2001:db9::1]"),
]


@pytest.mark.parametrize("spelling", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(("entry", "covered", "other"), NO_PROXY)
def test_hosts_in_no_proxy_use_no_proxy(entry: str, covered: str, other: str, spelling: str) -> None:
    environ = {"HTTPS_PROXY": PROXY, spelling: entry}
    assert proxy_for(f"https://{covered}/", environ) is None
    assert proxy_for(f"https://{other}/", environ) == PROXY


def test_a_star_covers_everything() -> None:
    for value in ("*", "a.example,*"):
        assert proxy_for(ECS, {"HTTPS_PROXY": PROXY, "NO_PROXY": value}) is None


@pytest.mark.parametrize("value", ["", ",", " ", ".", "*.", ":443", "aliyuncs", "liyuncs.com", "ecs.*", "999.0.0.0/8"])
def test_entries_of_no_proxy_that_match_no_host(value: str) -> None:
    assert proxy_for(ECS, {"HTTPS_PROXY": PROXY, "NO_PROXY": value}) == PROXY


def test_the_password_of_a_proxy_is_not_told() -> None:
    assert proxy_host(ECS, {"HTTPS_PROXY": "http://me:secret@proxy.example:3128"}) == "proxy.example:3128"


OK = (200, {"RequestId": "REQ-0", "Zones": {"Zone": []}})
BUCKETS = "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>"
NAME = "ecs.cloud.test"


@pytest.fixture
def proxy() -> Iterator[Watch]:
    with watching() as proxy:
        yield proxy


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """A stub that answers as `ecs.cloud.test` too: no name is looked up beyond this process."""
    look_up = socket.getaddrinfo

    def on_loopback(host: Any, *args: Any, **options: Any) -> Any:
        return look_up("127.0.0.1" if str(host).endswith(NAME) else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", on_loopback)
    with serving() as stub:
        stub.answers("DescribeZones", OK)
        stub.answers("GET /", (200, BUCKETS))
        stub.answers("GET /credentials", (200, "{}"))
        yield stub


def _read(cloud: Cloud) -> None:
    cloud.call("ecs:DescribeZones", region_id="cn-hangzhou")


def _list_buckets(cloud: Cloud) -> None:
    with suppress(MalformedAnswer):  # the stub's answer has not the headers of OSS
        oss.bucket_names(cloud)


def _fetch_credentials(cloud: Cloud) -> None:
    """What alibabacloud-credentials does for a credentials URI: a request of the older SDK core."""
    honour_no_proxy()
    request = TeaRequest()
    request.method, request.protocol, request.pathname = "GET", "http", "/credentials"
    request.headers["host"], _, port = cloud.settings.endpoints["ecs"].partition(":")
    request.port = int(port)
    TeaCore.do_action(request, {"connectTimeout": 3000, "readTimeout": 3000})


clients = pytest.mark.parametrize("call", [_read, _list_buckets, _fetch_credentials])


@clients
def test_each_client_goes_straight_where_no_proxy_says_so(
    call: Callable[[Cloud], None], stub: Stub, proxy: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", ".cloud.test")
    host = f"{NAME}:{stub.port}"
    call(stub.cloud(endpoints={"ecs": host, "oss": host}))
    assert (bool(stub.calls), proxy.seen) == (True, [])


@clients
def test_each_client_goes_straight_to_loopback(
    call: Callable[[Cloud], None], stub: Stub, proxy: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    call(stub.cloud())
    assert (bool(stub.calls), proxy.seen) == (True, [])


@clients
def test_each_client_goes_through_the_proxy_otherwise(
    call: Callable[[Cloud], None], stub: Stub, proxy: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "other.test,127.0.0.1")
    host = f"{NAME}:{stub.port}"
    with suppress(EstateError):
        call(stub.cloud(endpoints={"ecs": host, "oss": host}))
    assert stub.calls == []
    assert all(f"http://{host}/" in line for line in proxy.seen)
    assert proxy.seen


def test_https_is_tunnelled_and_nothing_of_the_request_told(proxy: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as stub, pytest.raises(Unreachable, match=r"ecs\.cloud\.test \(through the proxy 127"):
        _read(stub.cloud(protocol="HTTPS", endpoints={"ecs": NAME}))
    # The version of HTTP is the interpreter's: 1.0, and 1.1 from Python 3.12 on.
    assert {line.rpartition(" ")[0] for line in proxy.seen} == {"CONNECT ecs.cloud.test:443"}


def test_the_answer_of_a_proxy_is_not_the_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as portal:
        portal.answers("DescribeZones", (200, {"Zones": {"Zone": []}}))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{portal.port}")
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(MalformedAnswer, match=r"ecs.cloud.test \(through the proxy 127"):
            _read(portal.cloud(endpoints={"ecs": NAME}))


def test_a_proxy_that_inspects_is_trusted_by_the_certificates_one_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDKs forget SSL_CERT_FILE behind a proxy; the alicloud plugin does not."""
    with serving() as stub, inspecting(NAME, {"RequestId": "REQ-0", "Zones": {"Zone": []}}, tmp_path) as (url, trusted):
        monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.setenv("NO_PROXY", "")
        cloud = stub.cloud(protocol="HTTPS", endpoints={"ecs": NAME})
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(Unreachable, match=r"ecs\.cloud\.test \(through the proxy 127"):
            _read(cloud)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        _read(cloud)


def test_passwords_of_netrc_are_not_sent_in_place_of_a_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password not-for-the-cloud\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with running(estates.estate()) as simulator:
        assert oss.bucket_names(estates.cloud(simulator)) == ["empty"]


def test_the_clients_need_no_help_of_the_tests(proxy: Watch) -> None:
    """The tests' own process has our sessions from the start; a process of its own gets them with its first client."""
    with serving() as stub:
        stub.answers("DescribeZones", OK)
        code = (
            "from tests.estate.stub import Stub\n"
            f"Stub({stub.port}).cloud().call('ecs:DescribeZones', region_id='cn-hangzhou')\n"
        )
        environ = {"PATH": os.environ["PATH"], "HTTP_PROXY": proxy.url, "http_proxy": proxy.url}
        subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert (len(stub.calls), proxy.seen) == (1, [])
