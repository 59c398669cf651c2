"""The stack's `alicloud:*` config: what no plugin may be configured with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from components.settings import cloud_settings, settings_from
from estate.errors import SettingsError

KEYS = {"ALICLOUD_ACCESS_KEY": "LTAI-key", "ALICLOUD_SECRET_KEY": "secret"}
PLAIN = {"region": "cn-hangzhou", "protocol": "HTTP", "endpoints": '{"ecs": "127.0.0.1:8815"}'}


@pytest.fixture(autouse=True)
def _no_config_is_left() -> Iterator[None]:
    yield
    pulumi.runtime.set_all_config({})


def _configure(config: dict[str, str]) -> None:
    pulumi.runtime.set_all_config({f"alicloud:{key}": value for key, value in config.items()})


def test_the_billing_service_is_not_asked_in_plain_text() -> None:
    _configure(PLAIN)
    with pytest.raises(SettingsError, match=r"alicloud:accountType: expected Domestic .* or International"):
        cloud_settings(KEYS)


@pytest.mark.parametrize(
    ("config", "environ"),
    [
        (PLAIN | {"accountType": "Domestic"}, {}),
        (PLAIN, {"ALIBABA_CLOUD_ACCOUNT_TYPE": "International"}),
        (PLAIN | {"endpoints": '{"bssopenapi": "127.0.0.1:8815"}'}, {}),
        ({"region": "cn-hangzhou"}, {}),
        ({"region": "cn-hangzhou", "protocol": "HTTPS"}, {}),
    ],
)
def test_otherwise_the_plugin_may_be_configured(config: dict[str, str], environ: dict[str, str]) -> None:
    _configure(config)
    assert cloud_settings(KEYS | environ).region == "cn-hangzhou"


REAL = {"region": "cn-hangzhou"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ECS_ENDPOINT", "alicloud:endpoints.ecs"),
        ("VPC_ENDPOINT", "alicloud:endpoints.vpc"),
        ("ALIBABA_CLOUD_ENDPOINT_ECS", "alicloud:endpoints.ecs"),
        ("ALIBABA_CLOUD_ENDPOINT_VPC", "alicloud:endpoints.vpc"),
        ("LOCATION_ENDPOINT", "endpoints of ecs and vpc in alicloud:endpoints"),
    ],
)
def test_the_plugin_builds_where_the_estate_is_read(name: str, expected: str) -> None:
    """A variable that only the plugin reads is refused by name, unless the config has an endpoint anyway."""
    other = {name: "other.example"}
    _configure(REAL)
    with pytest.raises(SettingsError, match=f"{name}: expected {expected}.*the alicloud plugin would build there"):
        cloud_settings(KEYS | other)
    _configure(REAL | {"endpoints": '{"ecs": "ecs.example", "vpc": "vpc.example"}'})
    assert cloud_settings(KEYS | other).endpoints["ecs"] == "ecs.example"
    _configure(REAL)
    assert cloud_settings(KEYS | {name: " "}).endpoints == {}


def test_a_file_of_endpoints_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes before the endpoints of the config."""
    _configure(REAL | {"endpoints": '{"ecs": "ecs.example", "vpc": "vpc.example"}'})
    monkeypatch.chdir(tmp_path)
    assert cloud_settings(KEYS | {"TF_ENDPOINT_PATH": str(tmp_path / "endpoints.xml")}).region == "cn-hangzhou"
    (tmp_path / "endpoints.xml").write_text("<Endpoints/>", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        cloud_settings(KEYS | {"TF_ENDPOINT_PATH": str(tmp_path / "endpoints.xml")})
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["endpoints.xml", "TF_ENDPOINT_PATH"]


def test_a_misspelt_key_is_named_beside_what_is_missing_without_it() -> None:
    """The plugin refuses it, and the engine ends the call by which the caller is asked for."""
    config = {"alicloud:regio": "cn-hangzhou", "alicloud:acountType": "Domestic", "classic-to-vpc:migration": "{}"}
    with pytest.raises(SettingsError) as refused:
        settings_from(config, KEYS)
    assert refused.value.problems[:2] == (
        "alicloud:regio: unknown key; did you mean alicloud:region?",
        "alicloud:acountType: unknown key; did you mean alicloud:accountType?",
    )
    assert "alicloud:region: expected a region id" in refused.value.problems[2]


def test_every_key_of_the_plugin_is_known() -> None:
    taken = {"alicloud:region": "cn-hangzhou", "alicloud:maxRetryTimeout": "30", "alicloud:pluginDownloadURL": "x"}
    assert settings_from({**taken, "alicloud:skipRegionValidation": "true"}, KEYS).region == "cn-hangzhou"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("accountType", "Dom", "expected Domestic or International, found 'Dom'"),
        ("skipRegionValidation", "perhaps", "expected true or false, found 'perhaps'"),
    ],
)
def test_a_value_that_the_plugin_refuses_is_named(key: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=f"alicloud:{key}: {expected}"):
        settings_from({"alicloud:region": "cn-hangzhou", f"alicloud:{key}": value}, KEYS)
    assert settings_from({"alicloud:region": "cn-hangzhou", "alicloud:accountType": "domestic"}, KEYS)
