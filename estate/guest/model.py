"""The scripts' findings, and the evidence made of them: immutable, camelCase in files, None where unknown."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

SCRIPT_VERSION: Final = 1
"""The version of the scripts that this version of the model describes."""

Source: TypeAlias = Literal["cloud-assistant", "file"]
Names: TypeAlias = tuple[Annotated[str, Field(max_length=400)], ...]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class FileSystem(_Strict):
    """A mounted file system.

    `state`, counts and times are those of tune2fs for ext2 to ext4. Those of Windows are clean or dirty. Other
    file systems have no state, because nothing checks them at boot.
    """

    device: str = Field(description="What is mounted, such as /dev/xvda1.")
    mount: str = Field(description="Where it is mounted.")
    type: str = Field(description="ext4, xfs, ntfs ...")
    read_only: bool | None = Field(default=None, description="Mounted read-only, as after an error.")
    state: str | None = Field(default=None, description="clean, or what else its superblock says.")
    error_count: int | None = Field(default=None, ge=0, description="Errors that the kernel noted.")
    fsck_pass: int | None = Field(default=None, ge=0, description="Last field of /etc/fstab; 0: not checked at boot.")
    mount_count: int | None = Field(default=None, ge=0, description="Mounts since its last check.")
    max_mount_count: int | None = Field(
        default=None, description="Mounts after which it is checked; 0, or -1 of tune2fs: never."
    )
    last_checked: AwareDatetime | None = Field(default=None, description="When it was checked last.")
    check_interval_seconds: int | None = Field(
        default=None, ge=0, description="Time after which it is checked; 0: never."
    )

    @field_validator("max_mount_count")
    @classmethod
    def _never_is_zero(cls, count: int | None) -> int | None:
        return None if count is None else max(count, 0)


class GuestFacts(_Strict):
    """The findings of one run of a script. A missing key is unknown; an empty list means that there is none."""

    schema_version: int = Field(description="Version of the script: 1.")
    os: Literal["linux", "windows"] = Field(description="Which script it was.")
    os_name: str | None = Field(default=None, description="Name and version of the system.")
    host_name: str | None = Field(default=None, description="Its host name.")
    instance_id: str | None = Field(default=None, description="What the system itself takes for its instance id.")
    collected_at: AwareDatetime = Field(description="The guest's own time, with its UTC offset.")
    privileged: bool = Field(description="Run as root or administrator; otherwise most keys are absent.")
    system_disk_free_mib: int | None = Field(default=None, ge=0, description="Free space of the system disk, in MiB.")
    uptime_seconds: int | None = Field(default=None, ge=0, description="Seconds since the last start.")
    ip_addresses: Names | None = Field(default=None, description="IPv4 addresses of its interfaces.")
    running_kernel: str | None = Field(default=None, description="Linux: uname -r.")
    newest_kernel: str | None = Field(default=None, description="Linux: the newest one in /boot, else in /lib/modules.")
    reboot_pending: Names | None = Field(default=None, description="What asks for a restart.")
    security_running: Names | None = Field(default=None, description="Processes of security software.")
    security_installed: Names | None = Field(default=None, description="Directories of security software.")
    licence_managers: Names | None = Field(default=None, description="Processes that serve or check licences.")
    mac_bound_licences: Names | None = Field(default=None, description="Licence files that name a MAC address.")
    mac_addresses: Names | None = Field(default=None, description="Interfaces and their MAC addresses.")
    mac_bound_config: Names | None = Field(default=None, description="Network settings that name a MAC address.")
    interface_names: Names | None = Field(default=None, description="Settings that name a network interface.")
    ftp_servers: Names | None = Field(default=None, description="FTP servers that run, and port 21 if it is open.")
    ftp_passive: Names | None = Field(default=None, description="Their settings of passive mode.")
    file_systems: tuple[FileSystem, ...] | None = Field(default=None, description="Mounted from local disks.")
    network_mounts: Names | None = Field(
        default=None, description="Linux: file systems of other machines, mounted or in /etc/fstab."
    )
    fstab_devices: Names | None = Field(default=None, description="Linux: entries of /etc/fstab by xvd names.")
    device_names: Names | None = Field(default=None, description="Linux: other settings that use xvd names.")
    san_policy: Literal["OnlineAll", "OfflineShared", "OfflineAll", "OfflineInternal"] | None = Field(
        default=None, description="Windows: what becomes of a disk that is new to it."
    )
    data_disks: Names | None = Field(default=None, description="Windows: disks beside the system disk.")


class Evidence(_Strict):
    """The findings in one instance, who collected them, and how."""

    instance_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$", description="ECS instance id.")
    collected_by: str = Field(min_length=1, description="Who ran the script: a name or an address.")
    collected_at: AwareDatetime = Field(description="When, with its UTC offset.")
    source: Source = Field(description="cloud-assistant, or file for a script run by hand.")
    facts: GuestFacts = Field(description="What the script printed.")


class EvidenceFile(_Strict):
    """A file of evidence; it holds one entry for each instance and source."""

    schema_version: Literal[1] = Field(description="Version of this format: 1.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="In any order.")
