"""The three parties that call the cloud are compared before anything is declared."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import settings
from estate.client import Caller, Cloud
from estate.errors import CredentialsError
from estate.settings import CloudSettings

CONFIG = {"region": "cn-hangzhou", "accessKey": "ak-hush", "secretKey": "sk-hush"}
ACCOUNT = "acs:ram::1234567890123456"
USER = f"{ACCOUNT}:user/demo"


class _Providers(pulumi.runtime.Mocks):
    """What alicloud and alimigrate answer."""

    def __init__(
        self, arn: str = USER, config: dict[str, Any] | None = None, error: str = "", region: str = "cn-hangzhou"
    ) -> None:
        self._arn, self._error, self._region = arn, error, region
        self._identity = CloudSettings.from_config(config or CONFIG, {}).identity

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if self._error:
            raise ValueError(self._error)
        if args.token == "alimigrate:index:getIdentity":  # noqa: S105 - the name of a function
            digest = self._identity.digest(args.args["nonce"])
            return {"named": self._identity.source.named, "digest": digest, "region": self._region}, []
        assert args.token == "alicloud:index/getCallerIdentity:getCallerIdentity"  # noqa: S105
        return {"id": "1", "accountId": "1234567890123456", "arn": self._arn, "identityType": "RAMUser"}, []


@pytest.fixture(autouse=True)
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


def _cloud(arn: str) -> Cloud:
    cloud = Cloud(CloudSettings.from_config(CONFIG, {}))
    cloud._caller = Caller("1234567890123456", arn)
    return cloud


def _check(providers: _Providers, arn: str = USER) -> None:
    mocks.set_mocks(providers, "classic-to-vpc", "test", preview=False)
    cloud = _cloud(arn)
    settings._check_alicloud(cloud, cloud.caller())
    settings.local_provider(cloud)


def test_the_same_caller_passes() -> None:
    _check(_Providers())


def test_two_sessions_of_one_role_are_the_same_caller() -> None:
    _check(_Providers(f"{ACCOUNT}:assumed-role/migrator/terraform"), f"{ACCOUNT}:assumed-role/migrator/ann")


@pytest.mark.parametrize(
    "arn",
    [
        f"{ACCOUNT}:user/blind",
        "acs:ram::9999999999999999:user/demo",
        f"{ACCOUNT}:root",
        f"{ACCOUNT}:assumed-role/demo/demo",
    ],
)
def test_another_caller_of_alicloud_is_refused_with_both_names(arn: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        _check(_Providers(arn))
    assert str(caught.value).startswith(
        f"alicloud calls the cloud as {arn}, but the estate is read as {USER}, by alicloud:accessKey."
    )


def test_another_role_is_refused() -> None:
    role = f"{ACCOUNT}:assumed-role/migrator/ann"
    with pytest.raises(CredentialsError, match="alicloud calls the cloud as"):
        _check(_Providers(f"{ACCOUNT}:assumed-role/other/ann"), role)


@pytest.mark.parametrize("change", [{"secretKey": "other"}, {"assumeRole": {"roleArn": "acs:ram::1:role/x"}}])
def test_other_credentials_of_alimigrate_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CredentialsError, match="alimigrate takes its credentials from alicloud:") as caught:
        _check(_Providers(config=CONFIG | change))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("region", "message"),
    [("cn-beijing", "in the region cn-beijing, but"), ("", "in the region that it takes where nothing names one, but")],
)
def test_another_region_of_the_engines_environment_is_refused(region: str, message: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        _check(_Providers(region=region))
    assert f"alicloud builds {message} the estate is read in cn-hangzhou" in str(caught.value)
    assert "Set alicloud:region in the stack file." in str(caught.value)


def test_a_provider_that_cannot_say_who_it_is_is_refused_without_its_secrets() -> None:
    """Alibaba's provider tells the whole request, an OIDC token included, where STS does not answer."""
    with pytest.raises(
        CredentialsError, match="alicloud cannot say who it is, with the credentials of alicloud:accessKey"
    ) as caught:
        _check(_Providers(error="Post https://sts?AccessKeyId=ak-hush&Token=sk-hush: no"))
    assert "hush" not in str(caught.value)
