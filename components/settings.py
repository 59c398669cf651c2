"""The settings of the cloud, taken from the stack's `alicloud:*` config."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from estate.settings import CloudSettings

_KEYS = ("region", "protocol", "endpoints", "accountId", "accessKey", "secretKey", "securityToken")


def cloud_settings(environ: Mapping[str, str]) -> CloudSettings:
    """Settings that the estate's reader and both providers share; the environment stands behind the stack's config.

    Raises estate.errors.SettingsError, all problems at once.
    """
    config = pulumi.Config("alicloud")
    return CloudSettings.from_config({key: config.get(key) for key in _KEYS}, environ)
