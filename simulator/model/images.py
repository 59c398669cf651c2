"""ECS: images."""

from typing import Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import ResourceGroupId, Strict, Tags


class Image(Strict):
    """An image from which instances are created."""

    id: str
    name: str
    os_name: str
    os_type: Literal["linux", "windows"] = "linux"
    platform: str = Field(default="Aliyun", description="As in CentOS, Ubuntu or Windows Server 2022.")
    architecture: Literal["x86_64", "arm64", "i386"] = "x86_64"
    size_gib: int = Field(default=20, ge=1, description="Least size of a system disk made from the image.")
    owner_alias: Literal["system", "self", "others", "marketplace"] = "system"
    description: str = ""
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags


def public_images() -> list[Image]:
    """Return the images of an estate whose file has none."""
    return [
        Image(
            id="aliyun_3_x64_20G_alibase_20260613.vhd",
            name="aliyun_3_x64_20G_alibase_20260613.vhd",
            os_name="Alibaba Cloud Linux 3.2104 LTS 64-bit",
            tags={},
        ),
        Image(
            id="centos_7_9_x64_20G_alibase_20211227.vhd",
            name="centos_7_9_x64_20G_alibase_20211227.vhd",
            os_name="CentOS 7.9 64-bit",
            platform="CentOS",
            tags={},
        ),
    ]
