"""The settings of the cloud, taken from the stack's `alicloud:*` config, and the providers that they make."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components import alimigrate
from estate.settings import CloudSettings

_KEYS = ("region", "protocol", "endpoints", "accountId", "accessKey", "secretKey", "securityToken")


def cloud_settings(environ: Mapping[str, str]) -> CloudSettings:
    """Settings that the estate's reader and both providers share; the environment stands behind the stack's config.

    Raises estate.errors.SettingsError, all problems at once.
    """
    config = pulumi.Config("alicloud")
    return CloudSettings.from_config({key: config.get(key) for key in _KEYS}, environ)


def local_provider(settings: CloudSettings) -> alimigrate.Provider:
    """The `alimigrate` provider for the same cloud as `alicloud`.

    Only credentials of the stack's config are handed on, as secrets; those of the environment are left there, so that
    they never reach the state.
    """
    config = pulumi.Config("alicloud")
    return alimigrate.Provider(
        "alimigrate",
        region=settings.region,
        protocol=settings.protocol,
        endpoints=dict(settings.endpoints),
        account_id=settings.account_id,
        access_key=config.get_secret("accessKey"),
        secret_key=config.get_secret("secretKey"),
        security_token=config.get_secret("securityToken"),
    )
