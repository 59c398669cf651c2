"""Where keys come from, how they are renewed before and after they end, and what is said where there are none."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from estate.client import Cloud
from estate.credentials import RENEWED_BEFORE, Credentials, Keys
from estate.errors import CloudError, CredentialsError, PermissionDenied
from estate.identity import AssumedRole, OidcRole, Source, StaticKeys
from estate.live import read_estate
from estate.settings import CloudSettings
from simulator.server import Simulator
from tests.estate import estates
from tests.simulator import oidc

ROLE_ARN = f"acs:ram::{estates.ACCOUNT}:role/migrator"
SESSION = f"acs:ram::{estates.ACCOUNT}:assumed-role/migrator/terraform"


@pytest.fixture
def simulator() -> Simulator:
    account = f"acs:ram::{estates.ACCOUNT}"
    role = {
        "name": "migrator",
        "role_id": "3" * 18,
        "trusts": [f"{account}:user/tester", f"{account}:role/migrator", f"{account}:oidc-provider/ci"],
    }
    return estates.begun(estates.estate(roles=[role], oidc_providers=[oidc.provider().model_dump()]))


def session_with(simulator: Simulator, environ: dict[str, str] | None = None, **config: Any) -> Cloud:
    """Return a session with the simulated cloud with nothing but these sources."""
    plain = {key: value for key, value in simulator.config().items() if key not in ("accessKey", "secretKey")}
    return Cloud(CloudSettings.from_config(plain | config, environ or {}), sleep=lambda seconds: None)


def keys_of(simulator: Simulator, user: str = "tester") -> dict[str, str]:
    key, secret = simulator.credentials_of(user)
    return {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}


def as_role(simulator: Simulator, **block: Any) -> Cloud:
    return session_with(simulator, keys_of(simulator), assumeRole={"roleArn": ROLE_ARN, **block})


def opened(simulator: Simulator) -> int:
    """Return how many sessions of roles were opened."""
    return len(simulator.requests(action="sts:AssumeRole*", outcome="OK"))


# ---- sessions that end ----


def test_a_session_that_ends_in_the_run_is_opened_anew(simulator: Simulator) -> None:
    cloud = as_role(simulator)
    assert cloud.caller().arn == SESSION
    simulator.simulation.end_sessions()
    cloud.call("ecs:DescribeZones", region_id=cloud.region)
    assert opened(simulator) == 2
    assert [entry["outcome"] for entry in simulator.requests(action="ecs:*")] == ["InvalidSecurityToken.Expired", "OK"]


def test_a_write_that_meets_an_ended_session_is_made_once_with_the_next(simulator: Simulator) -> None:
    cloud = as_role(simulator)
    cloud.caller()
    simulator.simulation.end_sessions()
    cloud.call("ecs:AttachClassicLinkVpc", region_id=cloud.region, instance_id="i-3", vpc_id="vpc-1")
    written = simulator.requests(action="ecs:AttachClassicLinkVpc")
    assert [entry["outcome"] for entry in written] == ["InvalidSecurityToken.Expired", "OK"]


def test_the_whole_estate_is_read_by_sessions_that_are_about_to_end(simulator: Simulator) -> None:
    """Container Registry and OSS too, whose SDKs have ways of their own to ask for credentials."""
    simulator.simulation.cloud.estate.timings.session = RENEWED_BEFORE / 2
    cloud = as_role(simulator)
    assert read_estate(cloud, datetime.now(UTC)).account_id == estates.ACCOUNT
    assert {entry["caller"] for entry in simulator.requests(action="o*:*")} == {"migrator/terraform"}
    assert opened(simulator) > 10


def test_an_ended_session_is_opened_anew_for_oss(simulator: Simulator) -> None:
    cloud = as_role(simulator)
    cloud.call("oss:ListBuckets")
    simulator.simulation.end_sessions()
    cloud.call("oss:ListBuckets")
    assert opened(simulator) == 2


def test_a_token_that_nobody_can_renew_is_reported_by_its_name(simulator: Simulator) -> None:
    given = as_role(simulator).credentials.keys()
    environ = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": given.access_key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": given.secret_key,
        "ALIBABA_CLOUD_SECURITY_TOKEN": given.security_token or "",
    }
    cloud = session_with(simulator, environ)
    assert cloud.caller().arn == SESSION
    simulator.simulation.end_sessions()
    before = len(simulator.requests())
    with pytest.raises(CredentialsError) as caught:
        cloud.call("ecs:DescribeZones", region_id=cloud.region)
    assert len(simulator.requests()) == before + 1
    assert "InvalidSecurityToken.Expired" in str(caught.value)
    assert "They come from ALIBABA_CLOUD_ACCESS_KEY_ID." in str(caught.value)
    assert not any(secret in str(caught.value) for secret in given.secrets())


@pytest.mark.parametrize(("left", "number"), [(RENEWED_BEFORE + 1, 1), (RENEWED_BEFORE - 1, 2)])
def test_a_session_is_opened_anew_some_minutes_before_it_ends(left: float, number: int) -> None:
    calls: list[tuple[str, Keys | None, dict[str, Any]]] = []
    now = [0.0]

    def ask(action: str, signer: Keys | None, fields: dict[str, Any]) -> Any:
        calls.append((action, signer, fields))
        ends = datetime.fromtimestamp(0, UTC) + timedelta(seconds=3600 * len(calls))
        given = SimpleNamespace(
            access_key_id=f"ak-{len(calls)}",
            access_key_secret="sk",  # noqa: S106
            security_token="t",  # noqa: S106
            expiration=ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        return SimpleNamespace(credentials=given)

    credentials = Credentials(_role(), ask, lambda: now[0])
    assert credentials.keys().access_key == "ak-1"
    now[0] = 3600 - left
    assert credentials.keys().access_key == f"ak-{number}"
    assert {call[1].access_key for call in calls if call[1]} == {"ak"}
    assert calls[0][2] == {
        "role_arn": ROLE_ARN,
        "role_session_name": "ci",
        "duration_seconds": 900,
        "policy": "{}",
        "external_id": "ours",
    }


def _role() -> Source:
    base = StaticKeys.model_validate({"named": "X", "access_key": "ak", "secret_key": "sk"})
    return AssumedRole(
        named="X", base=base, role_arn=ROLE_ARN, session_name="ci", policy="{}", external_id="ours", seconds=900
    )


def test_the_file_of_an_oidc_token_is_read_at_each_renewal(simulator: Simulator, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(oidc.token(sub="first") + "\n")
    block = {
        "oidcProviderArn": f"acs:ram::{estates.ACCOUNT}:oidc-provider/ci",
        "roleArn": ROLE_ARN,
        "oidcTokenFile": str(file),
    }
    cloud = session_with(simulator, assumeRoleWithOidc=block)
    assert isinstance(cloud.settings.identity.source, OidcRole)
    assert cloud.caller().arn == SESSION
    simulator.simulation.end_sessions()
    expired = oidc.token(exp=1)
    file.write_text(expired)
    with pytest.raises(CloudError, match=r"AuthenticationFail\.OIDCToken\.Expired") as caught:
        cloud.call("ecs:DescribeZones", region_id=cloud.region)
    assert expired not in str(caught.value)
    file.write_text(oidc.token(sub="second"))
    cloud.call("ecs:DescribeZones", region_id=cloud.region)
    file.unlink()
    simulator.simulation.end_sessions()
    with pytest.raises(CredentialsError, match=r"The OIDC token for alicloud:assumeRoleWithOidc\.roleArn cannot be"):
        cloud.call("ecs:DescribeZones", region_id=cloud.region)


# ---- refusals ----


def test_a_role_that_may_not_be_assumed_is_reported_by_the_ram_action(simulator: Simulator) -> None:
    cloud = session_with(simulator, keys_of(simulator, "blind"), assumeRole={"roleArn": ROLE_ARN})
    with pytest.raises(PermissionDenied, match="Grant the RAM action sts:AssumeRole"):
        cloud.caller()


def test_a_role_that_is_not_there_is_reported(simulator: Simulator) -> None:
    with pytest.raises(CloudError, match=r"sts:AssumeRole failed with EntityNotExist\.Role"):
        as_role(simulator, roleArn=f"{ROLE_ARN}-not").caller()


def test_a_secret_that_is_wrong_is_reported_by_its_name(simulator: Simulator) -> None:
    environ = keys_of(simulator) | {"ALICLOUD_SECRET_KEY": "wrong-secret"}
    with pytest.raises(CredentialsError, match=r"They come from ALICLOUD_ACCESS_KEY\.") as caught:
        session_with(simulator, environ).caller()
    assert "wrong-secret" not in str(caught.value)


# ---- services and commands ----


class Service:
    """A service with credentials on loopback, that answers as it is told to."""

    def __init__(self, port: int) -> None:
        self.uri = f"http://127.0.0.1:{port}/keys?of=hush"
        self.status = 200
        self.answer: Any = {}
        self.requests: list[str] = []


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            started.requests.append(self.path)
            payload = (
                started.answer.encode() if isinstance(started.answer, str) else json.dumps(started.answer).encode()
            )
            self.send_response(started.status)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        started = Service(server.server_address[1])
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield started
        server.shutdown()


def _given(keys: Keys) -> dict[str, str]:
    return {
        "Code": "Success",
        "AccessKeyId": keys.access_key,
        "AccessKeySecret": keys.secret_key,
        "SecurityToken": keys.security_token or "",
        "Expiration": (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_a_service_is_asked_again_when_its_session_has_ended(
    simulator: Simulator, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No proxy stands between us and loopback, whatever the environment says.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    service.answer = _given(as_role(simulator).credentials.keys())
    cloud = session_with(simulator, credentialsUri=service.uri)
    assert cloud.caller().arn == SESSION
    simulator.simulation.end_sessions()
    service.answer = _given(as_role(simulator).credentials.keys())
    cloud.call("ecs:DescribeZones", region_id=cloud.region)
    assert service.requests == ["/keys?of=hush"] * 2


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, "hush"),
        (200, "no JSON, hush"),
        (200, {"Code": "Failed", "AccessKeySecret": "hush"}),
        (200, {"Code": "Success", "AccessKeyId": "hush"}),
    ],
)
def test_a_service_without_credentials_is_reported_by_its_name(
    simulator: Simulator, service: Service, status: int, answer: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    service.status, service.answer = status, answer
    with pytest.raises(CredentialsError) as caught:
        session_with(simulator, {"ALICLOUD_CREDENTIALS_URI": service.uri}).caller()
    assert str(caught.value).startswith("ALICLOUD_CREDENTIALS_URI gives no credentials")
    captured = capfd.readouterr()
    assert "hush" not in f"{caught.value}{captured.out}{captured.err}"
    assert "Traceback" not in captured.err


def _profile(tmp_path: Path, command: str) -> dict[str, str]:
    file = tmp_path / "config.json"
    profile = {"name": "one", "mode": "External", "process_command": command}
    file.write_text(json.dumps({"current": "one", "profiles": [profile]}))
    return {"ALICLOUD_PROFILE": "one", "ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)}


def test_a_command_gives_credentials_and_is_not_started_for_each_call(simulator: Simulator, tmp_path: Path) -> None:
    key, secret = simulator.credentials_of("tester")
    answer = json.dumps({"mode": "AK", "access_key_id": key, "access_key_secret": secret})
    script, count = tmp_path / "run.py", tmp_path / "count"
    script.write_text(f"open({str(count)!r}, 'a').write('x')\nprint({answer!r})")
    cloud = session_with(simulator, _profile(tmp_path, f"{sys.executable} {script}"))
    for _ in range(3):
        cloud.call("ecs:DescribeZones", region_id=cloud.region)
    assert count.read_text() == "x"


def test_a_command_that_fails_is_reported_by_the_name_of_its_profile(
    simulator: Simulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("credentials").setLevel(logging.INFO)
    with pytest.raises(CredentialsError, match=r"ALICLOUD_PROFILE \(one\) gives no credentials"):
        session_with(simulator, _profile(tmp_path, "false")).caller()
    assert capfd.readouterr().err == ""
