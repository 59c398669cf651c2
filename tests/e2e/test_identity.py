"""Reader, alimigrate and alicloud are the same caller, from every source; docs/identity.md is the table of these tests.

Alibaba's own provider code runs here, without the engine, which hands it the stack's config and its own environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import toolchain
from demo.project import REPOSITORY
from estate.errors import CredentialsError, SettingsError
from simulator.server import Simulator, running
from tests.e2e.alicloud_plugin import PluginError
from tests.e2e.callers import Place, estate_with_roles
from tests.e2e.isolation import isolated, why_not
from tests.estate.identity.families import CONFIG_FAMILY, FAMILIES, PAIRS
from tests.simulator import oidc
from tests.simulator.api.examples.sts import ASSUME, WITH_EXTERNAL_ID
from tests.simulator.signing import Direct

pytestmark = pytest.mark.engine

ACCOUNT = "acs:ram::1234567890123456"
DEMO, BLIND, ROLE = f"{ACCOUNT}:user/demo", f"{ACCOUNT}:user/blind", f"{ACCOUNT}:assumed-role/migrator"
ROLE_ARN = f"{ACCOUNT}:role/migrator"
IDP = f"{ACCOUNT}:oidc-provider/ci"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Simulator]:
    """The sample estate with roles and an identity provider."""
    with running(estate_with_roles()) as simulator:
        yield simulator


@contextmanager
def _service(cloud: Simulator) -> Iterator[str]:
    """Serve sessions of the role for whoever asks, on loopback; the URI."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = Direct(cloud.simulation)("sts:AssumeRole", **ASSUME)["Credentials"]
            payload = json.dumps({"Code": "Success", **given}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/keys"
        server.shutdown()


@pytest.fixture
def uri(cloud: Simulator) -> Iterator[str]:
    with _service(cloud) as serving:
        yield serving


@pytest.fixture
def place(cloud: Simulator, engine: toolchain.Engine, uri: str, tmp_path: Path) -> Place:
    return Place(cloud, engine, tmp_path, uri)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_families(place: Place, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Keys of two users in two families: the request log shows one caller."""
    place.give(first, place.keys("demo"))
    place.give(second, place.keys("blind"))
    before = len(place.cloud.requests())
    assert {caller.arn for caller in place.callers()} == {DEMO}
    assert [entry["caller"] for entry in place.cloud.requests()[before:]] == ["demo"] * 3


def test_a_mixture_that_alicloud_would_sign_with_is_refused_before_anything_is_asked(place: Place) -> None:
    place.give(FAMILIES[0], place.keys("demo")[:1])
    place.give(FAMILIES[1], place.keys("blind"))
    before = len(place.cloud.requests())
    for ask in (place.reader, place.alimigrate):
        with pytest.raises(SettingsError, match="ALIBABA_CLOUD_ACCESS_KEY_SECRET: expected the secret of ALICLOUD_ACC"):
            ask()
    assert len(place.cloud.requests()) == before
    with pytest.raises(PluginError, match="SignatureDoesNotMatch"):
        place.alicloud()


@pytest.mark.parametrize(
    ("key", "environ", "profile"),
    [
        ("cn-hangzhou", {"ALICLOUD_REGION": "cn-beijing", "ALIBABA_CLOUD_REGION": "cn-shanghai"}, "cn-qingdao"),
        (" cn-hangzhou ", {}, None),
        (None, {"ALICLOUD_REGION": "cn-hangzhou", "ALIBABA_CLOUD_REGION": "cn-shanghai"}, "cn-qingdao"),
        (None, {"ALIBABA_CLOUD_REGION": "cn-hangzhou"}, "cn-qingdao"),
        (None, {"ALICLOUD_REGION": "", "ALIBABA_CLOUD_REGION": "cn-hangzhou"}, None),
        (None, {}, "cn-hangzhou"),
    ],
    ids=["key", "key with spaces", "first variable", "second variable", "an empty variable", "profile"],
)
def test_all_three_work_in_one_region(
    place: Place, key: str | None, environ: dict[str, str], profile: str | None
) -> None:
    """The plugin sends the region that it found with its request, whatever the request is about."""
    place.config["region"] = key
    place.environ |= environ
    if profile is None:
        place.give(FAMILIES[0], place.keys("demo"))
    else:
        _profile(place, "AK", region_id=profile)
        place.environ["ALICLOUD_PROFILE"] = "one"
    before = len(place.cloud.requests())
    place.callers()
    regions = [entry["parameters"].get("RegionId") for entry in place.cloud.requests()[before:]]
    assert place.session().region == "cn-hangzhou"
    assert regions[-1] == "cn-hangzhou"


@dataclass(frozen=True)
class Source:
    """One row of the table: how a source is set, and who is the caller then."""

    caller: str
    given: Callable[[Place], object]


def _named(role: str = "", **block: Any) -> dict[str, Any]:
    return {"roleArn": role or ROLE_ARN, **block}


def _profile(place: Place, mode: str, **fields: Any) -> None:
    key, secret = place.keys("blind")
    place.profiles({"name": "one", "mode": mode, "access_key_id": key, "access_key_secret": secret, **fields})


def _sts_profile(place: Place) -> None:
    key, secret, token = place.opened()
    _profile(place, "StsToken", access_key_id=key, access_key_secret=secret, sts_token=token)
    place.environ["ALICLOUD_PROFILE"] = "one"


def _elsewhere(place: Place) -> None:
    _profile(place, "AK")
    (place.home / ".aliyun" / "config.json").rename(place.home / "elsewhere.json")
    place.config |= {"profile": "one", "sharedCredentialsFile": "~/elsewhere.json"}


def _external(place: Place) -> None:
    key, secret = place.keys("blind")
    answer = json.dumps({"mode": "AK", "access_key_id": key, "access_key_secret": secret})
    script = place.home / "credentials.py"
    script.write_text(f"print({answer!r})")
    place.profiles({"name": "one", "mode": "External", "process_command": f"{sys.executable} {script}"})
    place.config["profile"] = "one"


def _oidc_file(place: Place) -> str:
    file = place.home / "token"
    file.write_text(oidc.token())
    return str(file)


def _env_keys(place: Place, user: str = "blind") -> None:
    place.give(FAMILIES[0], place.keys(user))


def _with(*steps: Callable[[Place], object], **config: Any) -> Callable[[Place], object]:
    """Set keys of the stack, then do `steps`."""

    def give(place: Place) -> None:
        place.config |= config
        for step in steps:
            step(place)

    return give


def _variables(**environ: str) -> Callable[[Place], object]:
    return lambda place: place.environ.update(environ)


_OIDC = {"oidcProviderArn": IDP, "roleArn": ROLE_ARN}
_OIDC_VARIABLES = {
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": IDP,
    "ALIBABA_CLOUD_ROLE_ARN": ROLE_ARN,
    "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
}

#: By the row of docs/identity.md; "demo" is nobody here, so that a fallback would show.
SOURCES: dict[str, dict[str, Source]] = {
    "static keys": {
        **{
            family[0]: Source(BLIND, lambda place, family=family: place.give(family, place.keys("blind")))  # type: ignore[misc]
            for family in (CONFIG_FAMILY, *FAMILIES)
        },
        **{
            family[2]: Source(f"{ROLE}/ann", lambda place, family=family: place.give(family, place.opened()))  # type: ignore[misc]
            for family in (CONFIG_FAMILY, *FAMILIES)
        },
        "halves of two families": Source(
            BLIND,
            lambda place: place.environ.update(
                ALICLOUD_ACCESS_KEY=place.keys("blind")[0], ALIBABA_CLOUD_ACCESS_KEY_SECRET=place.keys("blind")[1]
            ),
        ),
    },
    "profile": {
        "AK": Source(BLIND, _with(lambda place: _profile(place, "AK"), profile="one")),
        "AK, ALIBABA_CLOUD_PROFILE": Source(
            BLIND, _with(lambda place: _profile(place, "AK"), _variables(ALIBABA_CLOUD_PROFILE="one"))
        ),
        "AK, another file": Source(BLIND, _elsewhere),
        "AK, behind keys of the environment": Source(
            DEMO, _with(lambda place: _profile(place, "AK"), lambda place: _env_keys(place, "demo"), profile="one")
        ),
        "StsToken": Source(f"{ROLE}/ann", _sts_profile),
        "RamRoleArn": Source(
            f"{ROLE}/bob",
            _with(
                lambda place: _profile(place, "RamRoleArn", ram_role_arn=ROLE_ARN, ram_session_name="bob"),
                profile="one",
            ),
        ),
        "External": Source(BLIND, _external),
    },
    "credentials URI": {
        "alone": Source(f"{ROLE}/ann", lambda place: place.config.update(credentialsUri=place.uri)),
        "behind keys of the environment": Source(
            DEMO,
            _with(
                lambda place: place.environ.update(ALIBABA_CLOUD_CREDENTIALS_URI=place.uri),
                lambda place: _env_keys(place, "demo"),
            ),
        ),
    },
    "role": {
        "all keys": Source(
            f"{ROLE.replace('migrator', WITH_EXTERNAL_ID)}/ci",
            _with(
                lambda place: _env_keys(place, "demo"),
                assumeRole=_named(
                    f"{ACCOUNT}:role/{WITH_EXTERNAL_ID}",
                    sessionName="ci",
                    externalId="ours",
                    sessionExpiration=900,
                    policy='{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
                ),
            ),
        ),
        "variables alone": Source(
            f"{ROLE}/ci",
            _with(
                _env_keys,
                _variables(ALICLOUD_ASSUME_ROLE_ARN=ROLE_ARN, ALIBABA_CLOUD_ROLE_SESSION_NAME="ci"),
                assumeRole={},
            ),
        ),
        "the session's usual name": Source(f"{ROLE}/terraform", _with(_env_keys, assumeRole=_named())),
        "with the token of a session": Source(
            f"{ROLE}/terraform",
            _with(lambda place: place.give(FAMILIES[1], place.opened()), assumeRole=_named()),
        ),
        "in place of the one of a profile": Source(
            f"{ROLE}/bob",
            _with(
                lambda place: _profile(place, "RamRoleArn", ram_role_arn="acs:none", ram_session_name="bob"),
                profile="one",
                assumeRole=_named(),
            ),
        ),
    },
    "role by OIDC": {
        "all keys": Source(
            f"{ROLE}/ci",
            lambda place: place.config.update(
                assumeRoleWithOidc=_OIDC
                | {"oidcTokenFile": _oidc_file(place), "roleSessionName": "ci", "sessionExpiration": 900}
            ),
        ),
        "variables alone": Source(
            f"{ROLE}/pod",
            _with(
                lambda place: place.environ.update(_OIDC_VARIABLES, ALIBABA_CLOUD_OIDC_TOKEN_FILE=_oidc_file(place)),
                assumeRoleWithOidc={},
            ),
        ),
        "a token without a file": Source(
            f"{ROLE}/terraform",
            lambda place: place.config.update(assumeRoleWithOidc=_OIDC | {"oidcToken": oidc.token()}),
        ),
        "behind keys of the environment": Source(
            BLIND,
            _with(
                _env_keys,
                lambda place: place.config.update(assumeRoleWithOidc=_OIDC | {"oidcTokenFile": _oidc_file(place)}),
            ),
        ),
        "and from there another role": Source(
            f"{ROLE}/terraform",
            lambda place: place.config.update(
                assumeRoleWithOidc=_OIDC | {"oidcTokenFile": _oidc_file(place), "roleSessionName": "first"},
                assumeRole=_named(),
            ),
        ),
    },
}
CASES = [(row, case) for row, cases in SOURCES.items() for case in cases]


@pytest.mark.parametrize(("row", "case"), CASES)
def test_every_source(place: Place, row: str, case: str) -> None:
    source = SOURCES[row][case]
    source.given(place)
    callers = place.callers()
    assert [caller.arn for caller in callers] == [source.caller] * 3


@pytest.mark.skipif(why_not() is not None, reason=f"no network of its own: {why_not()}")
def test_the_role_of_an_ecs_instance(engine: toolchain.Engine) -> None:
    """The metadata service is at its own address, on loopback."""
    report = isolated([sys.executable, "-m", "tests.e2e.metadata"], engine.environ(os.environ), REPOSITORY)
    assert report.code == 0, report.output
    answers = json.loads(report.output.splitlines()[-1])
    assert answers["callers"] == [f"{ROLE}/vm-1"] * 3
    assert answers["refreshed"] == [f"{ROLE}/vm-1"] * 2
    assert answers["asked"] == ["/latest/meta-data/ram/security-credentials/node"]
    assert "NO_PROXY: expected 100.100.100.200 in it, for ALICLOUD_ECS_ROLE_NAME" in answers["without NO_PROXY"]
    assert "403" in answers["alicloud without NO_PROXY"]
    # What the plugin asks the proxy for in that case, and nothing else, is asked of anybody beyond loopback.
    assert {line.split()[1].removesuffix("?") for line in report.proxied} == {
        "http://100.100.100.200/latest/api/token",
        "http://100.100.100.200/latest/meta-data/ram/security-credentials/node",
    }
    assert report.packets == ()


@pytest.mark.parametrize(
    ("row", "case", "renewed"),
    [
        ("role", "variables alone", True),
        ("role by OIDC", "all keys", False),
        ("credentials URI", "alone", False),
        ("static keys", "ALICLOUD_SECURITY_TOKEN", False),
    ],
)
def test_sessions_that_end_in_the_run(
    engine: toolchain.Engine, tmp_path: Path, row: str, case: str, renewed: bool
) -> None:
    """The reader goes on wherever that is possible; alicloud renews roles alone, as docs/identity.md says."""
    estate = estate_with_roles()
    # Alibaba's provider renews a session three minutes before its end.
    estate.timings.session = 170
    with running(estate) as cloud, _service(cloud) as uri:
        place = Place(cloud, engine, tmp_path, uri)
        source = SOURCES[row][case]
        source.given(place)
        session = place.session()
        with place.plugin() as alicloud:
            assert (session.caller().arn, alicloud.caller()) == (source.caller, source.caller)
            cloud.simulation.end_sessions()
            if row == "static keys":
                with pytest.raises(CredentialsError, match=r"Expired.* come from ALICLOUD_ACCESS_KEY\."):
                    session.call("sts:GetCallerIdentity")
            else:
                assert session.call("sts:GetCallerIdentity").arn == source.caller
            if renewed:
                assert alicloud.caller() == source.caller
            else:
                with pytest.raises(PluginError, match=r"InvalidSecurityToken\.Expired"):
                    alicloud.caller()
