"""DHCP options sets, and their attachment to VPCs.

Codes: references of AttachDhcpOptionsSetToVpc, ReplaceVpcDhcpOptionsSet and DeleteDhcpOptionsSet of the VPC API (2025
and 2026), and what alicloud 1.285.0 expects of them. Undocumented: the code for a second set of a VPC
(OperationFailed.AttachmentExist here), the code for wrong texts (InvalidParameter here), and what becomes
of the set of a VPC that is deleted (it is free again here).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.cloud.blocks import parsed
from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.names import check_description
from simulator.cloud.state import Cloud
from simulator.model.dhcp_options import DhcpAttachment, DhcpOptionsSet

#: DNS servers of a DHCP options set (SDK text of CreateDhcpOptionsSet)
MAX_SERVERS = 4
MAX_NAME = 128
# The format of both lease times (SDK text of CreateDhcpOptionsSet)
_LEASES = {"h": (range(24, 1177), range(87600, 175201)), "d": (range(1, 50), range(3650, 7301))}


@dataclass(frozen=True)
class DhcpOptions:
    """The settings of a new DHCP options set, or the changes of one; None changes nothing."""

    name: str | None = None
    description: str | None = None
    domain_name: str | None = None
    domain_name_servers: Sequence[str] | None = None
    lease_time: str | None = None
    ipv6_lease_time: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def check(new: DhcpOptions) -> None:
    """Check texts, addresses and times; raise InvalidParameter."""
    name = new.name or ""
    if name and (len(name) > MAX_NAME or not re.fullmatch(r"[^\W\d_][\w-]*", name)):
        raise invalid_parameter("DhcpOptionsSetName")
    check_description(new.description or "", "InvalidParameter")
    servers = new.domain_name_servers or ()
    if len(servers) > MAX_SERVERS or any("/" in server or parsed(server) is None for server in servers):
        raise invalid_parameter("DomainNameServers")
    for parameter, text in (("LeaseTime", new.lease_time), ("Ipv6LeaseTime", new.ipv6_lease_time)):
        if text is not None and not _is_lease(text):
            raise invalid_parameter(parameter)


def create(cloud: Cloud, new: DhcpOptions) -> DhcpOptionsSet:
    """Make a set, Pending for `timings.vpc` seconds; raises as `check` does."""
    check(new)
    options_set = DhcpOptionsSet(
        id=cloud.ids.new("dopt", new.name or "", length=21),
        status="Pending",
        created_at=cloud.clock.now(),
        tags=new.tags,
    )
    _take(options_set, new)
    cloud.begins(options_set, cloud.estate.timings.vpc)
    cloud.estate.dhcp_options_sets.append(options_set)
    return options_set


def modify(cloud: Cloud, set_id: str, changes: DhcpOptions) -> None:
    """Change what is given; raises InvalidDhcpOptionsSetId.NotFound, and as `check` does."""
    check(changes)
    _take(find(cloud, set_id), changes)


def delete(cloud: Cloud, set_id: str) -> None:
    """Delete an unused set: Deleting for `timings.vpc` seconds, then gone; raises as `check_deletable`."""
    gone = check_deletable(cloud, set_id)
    gone.status = "Deleting"
    cloud.begins(gone, cloud.estate.timings.vpc, leaving=True)


def check_deletable(cloud: Cloud, set_id: str) -> DhcpOptionsSet:
    """Return the set if it can be deleted.

    Raises InvalidDhcpOptionsSetId.NotFound, IncorrectStatus.DhcpOptionsSet, DependencyViolation.VpcAttachment.
    """
    options_set = _settled(cloud, set_id)
    if attachments_of(cloud, set_id):
        raise CloudError("DependencyViolation.VpcAttachment", "The DHCP options set is attached to a VPC.")
    return options_set


def check_attachable(cloud: Cloud, set_id: str, vpc_id: str) -> None:
    """Make the checks of `attach`, for dry runs too.

    Raises InvalidDhcpOptionsSetId.NotFound, IncorrectStatus.DhcpOptionsSet, InvalidVpcId.NotFound, IncorrectVpcStatus,
    OperationFailed.AttachmentExist.
    """
    _settled(cloud, set_id)
    if cloud.vpc(vpc_id).status != "Available":
        raise CloudError("IncorrectVpcStatus", "Current VPC status does not support this operation.")
    if cloud.estate.dhcp_attachments.find(vpc_id):
        raise CloudError("OperationFailed.AttachmentExist", "The VPC is already attached to a DHCP options set.")


def attach(cloud: Cloud, set_id: str, vpc_id: str) -> None:
    """Attach a set to a VPC: Pending for `timings.vpc` seconds; raises as `check_attachable` does."""
    check_attachable(cloud, set_id, vpc_id)
    attachment = DhcpAttachment(vpc_id=vpc_id, dhcp_options_set_id=set_id, status="Pending")
    cloud.begins(attachment, cloud.estate.timings.vpc)
    cloud.estate.dhcp_attachments.append(attachment)


def check_detachable(cloud: Cloud, set_id: str, vpc_id: str) -> DhcpAttachment:
    """Return the attachment if it can be removed.

    Raises InvalidDhcpOptionsSetId.NotFound, InvalidVpcId.NotFound, OperationFailed.AttachmentNotExist,
    IncorrectStatus.DhcpOptionsSet.
    """
    find(cloud, set_id)
    cloud.vpc(vpc_id)
    attachment = cloud.estate.dhcp_attachments.find(vpc_id)
    if attachment is None or attachment.dhcp_options_set_id != set_id:
        raise _not_attached()
    if attachment.status != "InUse":
        raise _incorrect_status()
    return attachment


def detach(cloud: Cloud, set_id: str, vpc_id: str) -> None:
    """Detach a set from a VPC: Pending for `timings.vpc` seconds; raises as `check_detachable` does."""
    ended = check_detachable(cloud, set_id, vpc_id)
    ended.status = "Pending"
    cloud.begins(ended, cloud.estate.timings.vpc, leaving=True)


def replace(cloud: Cloud, set_id: str, vpc_id: str) -> None:
    """Replace the set of a VPC.

    Raises InvalidDhcpOptionsSetId.NotFound, InvalidVpcId.NotFound, OperationFailed.AttachmentNotExist,
    IncorrectStatus.DhcpOptionsSet.
    """
    _settled(cloud, set_id)
    cloud.vpc(vpc_id)
    attachment = cloud.estate.dhcp_attachments.find(vpc_id)
    if attachment is None:
        raise _not_attached()
    if attachment.status != "InUse":
        raise _incorrect_status()
    attachment.dhcp_options_set_id, attachment.status = set_id, "Pending"
    cloud.begins(attachment, cloud.estate.timings.vpc)


def attachments_of(cloud: Cloud, set_id: str) -> list[DhcpAttachment]:
    """Return the attachments of a set."""
    return [item for item in cloud.estate.dhcp_attachments if item.dhcp_options_set_id == set_id]


def find(cloud: Cloud, set_id: str) -> DhcpOptionsSet:
    """Return the set; raises InvalidDhcpOptionsSetId.NotFound (400, as documented)."""
    options_set = cloud.estate.dhcp_options_sets.find(set_id)
    if options_set is None:
        raise CloudError("InvalidDhcpOptionsSetId.NotFound", "The specified dhcpOptionsSetId does not exist.")
    return options_set


def _settled(cloud: Cloud, set_id: str) -> DhcpOptionsSet:
    options_set = find(cloud, set_id)
    if options_set.status != "Available":
        raise _incorrect_status()
    return options_set


def _incorrect_status() -> CloudError:
    return CloudError("IncorrectStatus.DhcpOptionsSet", "The status of the DHCP options set is incorrect.")


def _not_attached() -> CloudError:
    return CloudError("OperationFailed.AttachmentNotExist", "The current VPC is not attached to a DHCP options set.")


def _is_lease(text: str) -> bool:
    match = re.fullmatch(r"([0-9]{1,6})([hd])", text)
    return match is not None and any(int(match[1]) in span for span in _LEASES[match[2]])


def _take(changed: DhcpOptionsSet, new: DhcpOptions) -> None:
    changed.name = changed.name if new.name is None else new.name
    changed.description = changed.description if new.description is None else new.description
    changed.domain_name = changed.domain_name if new.domain_name is None else new.domain_name
    if new.domain_name_servers is not None:
        changed.domain_name_servers = list(new.domain_name_servers)
    changed.lease_time = new.lease_time or changed.lease_time
    changed.ipv6_lease_time = new.ipv6_lease_time or changed.ipv6_lease_time
