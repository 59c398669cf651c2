"""The estate for the components, read once a run by the stack's own settings."""

from __future__ import annotations

import os
from functools import cache

import pulumi

from components.settings import cloud_settings
from estate.client import Cloud
from estate.live import read_estate
from estate.model import Estate


def read() -> Estate:
    """Return the estate by the stack's `alicloud:*` config and, behind it, the environment.

    Raises the errors of `estate.errors` where settings, credentials or permissions do not suffice.
    """
    return _read(is_dry_run=pulumi.runtime.is_dry_run())


@cache
def _read(*, is_dry_run: bool) -> Estate:
    """Read it again for an update that follows a preview in the same process."""
    del is_dry_run
    cloud = Cloud(cloud_settings(os.environ))
    return read_estate(cloud, cloud.now())
