"""docs/network.md names every host that the reader calls on a real account."""

from __future__ import annotations

from pathlib import Path

import pytest

from estate.client import Cloud
from estate.settings import CloudSettings

DOCUMENT = (Path(__file__).parents[2] / "docs/network.md").read_text(encoding="utf-8")
SERVICES = ("sts", "ecs", "vpc", "slb", "rds", "kvstore", "dds", "cr", "oss")


@pytest.mark.parametrize("region", ["cn-hangzhou", "cn-beijing", "us-west-1"])
def test_the_hosts_are_those_that_the_sdks_choose(region: str) -> None:
    cloud = Cloud(CloudSettings.from_config({"region": region, "accessKey": "LTAI-key", "secretKey": "secret"}, {}))
    hosts = {cloud.endpoint(service) for service in SERVICES}
    general = {host.replace(f".{region}.", ".<region>.").replace(f"-{region}.", "-<region>.") for host in hosts}
    regional = {host for host in general if "<region>" in host}
    for host in general:
        exact = host.replace("<region>", region)
        in_some_regions = f"`{host.replace('.<region>', '')}`" in DOCUMENT and host in regional
        assert f"`{host}`" in DOCUMENT or f"`{exact}`" in DOCUMENT or in_some_regions, host
