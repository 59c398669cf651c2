"""The stack's `alicloud:*` config: what no plugin may be configured with."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi
import pytest

from components.settings import cloud_settings
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
