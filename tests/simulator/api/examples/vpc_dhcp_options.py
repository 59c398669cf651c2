"""Examples for simulator/api/vpc_dhcp_options.py."""

from __future__ import annotations

from simulator.model.dhcp_options import DhcpAttachment, DhcpOptionsSet
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import UNUSED_VPC, VPC

SET, OTHER_SET = "dopt-bp1names00000000001", "dopt-bp1names00000000002"
NEW = {
    "DhcpOptionsSetName": "names",
    "DhcpOptionsSetDescription": "Names of the shop",
    "DomainName": "shop.example",
    "DomainNameServers": "192.0.2.53,192.0.2.54",
    "LeaseTime": "3650d",
    "Ipv6LeaseTime": "24h",
}
NAMED = {"DhcpOptionsSetId": SET}
ATTACHED = {"DhcpOptionsSetId": SET, "VpcId": VPC}
UNKNOWN = Refusal("InvalidDhcpOptionsSetId.NotFound", {"DhcpOptionsSetId": "dopt-none", "VpcId": VPC})
UNKNOWN_SET = Refusal("InvalidDhcpOptionsSetId.NotFound", {"DhcpOptionsSetId": "dopt-none"})


def sets(estate: Estate) -> None:
    """Two sets that no VPC has."""
    for set_id in (SET, OTHER_SET):
        estate.dhcp_options_sets.append(DhcpOptionsSet(id=set_id, name="names", tags={"team": "shop"}))


def attached(estate: Estate) -> None:
    """Two sets, and a VPC that has the first."""
    sets(estate)
    estate.dhcp_attachments.append(DhcpAttachment(vpc_id=VPC, dhcp_options_set_id=SET))


def attaching(estate: Estate) -> None:
    """Two sets, and a VPC that is about to have the first."""
    attached(estate)
    estate.dhcp_attachments[0].status = "Pending"


def pending(estate: Estate) -> None:
    """Two sets of which the first is not ready, and a VPC that has the second."""
    sets(estate)
    estate.dhcp_options_sets[0].status = "Pending"
    estate.dhcp_attachments.append(DhcpAttachment(vpc_id=VPC, dhcp_options_set_id=OTHER_SET))


def deleting_vpc(estate: Estate) -> None:
    """A VPC that is not Available."""
    sets(estate)
    vpc = estate.vpcs.find(VPC)
    assert vpc
    vpc.status = "Deleting"


EXAMPLES = (
    Example(
        "vpc:CreateDhcpOptionsSet",
        {**NEW, "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("MissingParameter.TagKey", {**NEW, "Tag": [{"Value": "b"}]}),
            Refusal("InvalidParameter", {**NEW, "DhcpOptionsSetName": "1st"}),
            Refusal("InvalidParameter", {**NEW, "DhcpOptionsSetDescription": "https://x"}),
            Refusal("InvalidParameter", {**NEW, "DomainNameServers": ",".join(["192.0.2.53"] * 5)}),
            Refusal("InvalidParameter", {**NEW, "DomainNameServers": "192.0.2.0/24"}),
            Refusal("InvalidParameter", {**NEW, "LeaseTime": "50d"}),
            Refusal("InvalidParameter", {**NEW, "Ipv6LeaseTime": "24"}),
            Refusal("DryRunOperation", {**NEW, "DryRun": True}),
        ),
    ),
    Example("vpc:GetDhcpOptionsSet", NAMED, given=attached),
    Example(
        "vpc:ListDhcpOptionsSets",
        {"DhcpOptionsSetName": "names", "Tags": [{"Key": "team", "Value": "shop"}]},
        (Refusal("InvalidParameter", {"DhcpOptionsSetId": ["dopt-none"] * 21}),),
        sets,
    ),
    Example(
        "vpc:UpdateDhcpOptionsSetAttribute",
        {**NAMED, **NEW},
        (UNKNOWN_SET, Refusal("DryRunOperation", {**NAMED, "DryRun": True}, given=sets)),
        sets,
    ),
    Example(
        "vpc:DeleteDhcpOptionsSet",
        NAMED,
        (
            UNKNOWN_SET,
            Refusal("IncorrectStatus.DhcpOptionsSet", NAMED, given=pending),
            Refusal("DependencyViolation.VpcAttachment", NAMED, given=attached),
            Refusal("DryRunOperation", {**NAMED, "DryRun": True}, given=sets),
        ),
        sets,
    ),
    Example(
        "vpc:AttachDhcpOptionsSetToVpc",
        ATTACHED,
        (
            UNKNOWN,
            Refusal("InvalidVpcId.NotFound", {**NAMED, "VpcId": "vpc-none"}, 404, sets),
            Refusal("IncorrectStatus.DhcpOptionsSet", {**NAMED, "VpcId": UNUSED_VPC}, given=pending),
            Refusal("IncorrectVpcStatus", ATTACHED, given=deleting_vpc),
            Refusal("OperationFailed.AttachmentExist", {**ATTACHED, "DhcpOptionsSetId": OTHER_SET}, given=attached),
            Refusal("DryRunOperation", {**ATTACHED, "DryRun": True}, given=sets),
        ),
        sets,
    ),
    Example(
        "vpc:DetachDhcpOptionsSetFromVpc",
        ATTACHED,
        (
            UNKNOWN,
            Refusal("InvalidVpcId.NotFound", {**NAMED, "VpcId": "vpc-none"}, 404, sets),
            Refusal("IncorrectStatus.DhcpOptionsSet", ATTACHED, given=attaching),
            Refusal("OperationFailed.AttachmentNotExist", ATTACHED, given=sets),
            Refusal("DryRunOperation", {**ATTACHED, "DryRun": True}, given=attached),
        ),
        attached,
    ),
    Example(
        "vpc:ReplaceVpcDhcpOptionsSet",
        {**ATTACHED, "DhcpOptionsSetId": OTHER_SET},
        (
            UNKNOWN,
            Refusal("InvalidVpcId.NotFound", {**NAMED, "VpcId": "vpc-none"}, 404, sets),
            Refusal("IncorrectStatus.DhcpOptionsSet", ATTACHED, given=attaching),
            Refusal("OperationFailed.AttachmentNotExist", ATTACHED, given=sets),
        ),
        attached,
    ),
)
