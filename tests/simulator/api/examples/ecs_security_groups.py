"""Examples for simulator/api/ecs_security_groups.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.model.ecs import Direction, Rule, SecurityGroup
from simulator.model.estate import Estate
from simulator.model.prefix_lists import PrefixList
from tests.simulator.api.examples import Example, Given, Refusal, as_it_is
from tests.simulator.api.sample_ids import APP, UNUSED_GROUP, UNUSED_VPC, VPC, WEB

HTTPS_RULE = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "0.0.0.0/0"}
MAIL_RULE = {"IpProtocol": "TCP", "PortRange": "25/25", "DestCidrIp": "198.51.100.0/24", "NicType": "internet"}
DNS_RULE = {"IpProtocol": "UDP", "PortRange": "53/53", "DestCidrIp": "198.51.100.53/32"}
OWN_RULE, OTHER_RULE = "sgr-bp1own000000000001", "sgr-bp1other0000000001"
SHORT_LIST, LONG_LIST = "pl-bp1short0000000001", "pl-bp1long00000000001"

Call = dict[str, Any]


def _group(estate: Estate, group_id: str = UNUSED_GROUP) -> SecurityGroup:
    group = estate.security_groups.find(group_id)
    assert group
    return group


def _in_vpc(estate: Estate) -> None:
    """The unused group is in the VPC, which takes no links."""
    _group(estate).vpc_id = VPC
    for vpc in estate.vpcs:
        vpc.classic_link_enabled = False


def _advanced(estate: Estate) -> None:
    """The unused group is an advanced one in the VPC."""
    _in_vpc(estate)
    _group(estate).type = "enterprise"


def _apart(estate: Estate) -> None:
    """The unused group and `app` are in different VPCs."""
    _in_vpc(estate)
    _group(estate, APP).vpc_id = UNUSED_VPC


def _rules(direction: Direction, count: int, **peer: str) -> list[Rule]:
    return [
        Rule(
            id=f"sgr-bp1{number:013}",
            direction=direction,
            nic_type="intranet",
            ip_protocol="TCP",
            port_range=f"{port}/{port}",
            **(peer or {"cidr_ip": "198.51.100.0/24"}),
        )
        for number, port in enumerate(range(1000, 1000 + count))
    ]


def _full(direction: Direction) -> Given:
    """The unused group has as many rules as it can have."""

    def given(estate: Estate) -> None:
        _group(estate).rules = _rules(direction, estate.quotas.rules_per_group)

    return given


def _many_groups(direction: Direction) -> Given:
    """The unused group has as many rules that name a group as it can have."""

    def given(estate: Estate) -> None:
        _group(estate).rules = _rules(direction, 20, group_id=APP)

    return given


def _two_rules(direction: Direction) -> Given:
    """The unused group, in the VPC, has a rule for ports 1000 and one for 1001."""

    def given(estate: Estate) -> None:
        _in_vpc(estate)
        own, other = _rules(direction, 2)
        own.id, other.id = OWN_RULE, OTHER_RULE
        _group(estate).rules = [own, other]

    return given


def _two_lists(direction: Direction) -> Given:
    """The unused group, in the VPC, has a rule with a short prefix list and one other; there is a long list too."""

    def given(estate: Estate) -> None:
        _two_rules(direction)(estate)
        own = _group(estate).rules[0]
        own.cidr_ip, own.prefix_list_id = None, SHORT_LIST
        for list_id, entries in ((SHORT_LIST, 1), (LONG_LIST, estate.quotas.rules_per_group)):
            estate.prefix_lists.append(PrefixList(id=list_id, name="list", max_entries=entries, tags={}))

    return given


class _Cases:
    """The refusals that all three actions on rules of one direction share."""

    def __init__(self, direction: Direction, wrapped: Callable[[Call], Call]) -> None:
        self.direction = direction
        self.side = "Source" if direction == "ingress" else "Dest"
        self.ports: Call = {"IpProtocol": "TCP", "PortRange": "81/81"}
        self.rule: Call = {**self.ports, f"{self.side}CidrIp": "198.51.100.0/24"}
        self._wrapped = wrapped

    def refusal(
        self,
        code: str,
        rule: Mapping[str, Any],
        given: Given = as_it_is,
        status: int = 400,
        group_id: str = UNUSED_GROUP,
    ) -> Refusal:
        """A call about one rule that is refused."""
        return Refusal(code, {"SecurityGroupId": group_id, **self._wrapped(dict(rule))}, status, given)

    def shared(self) -> tuple[Refusal, ...]:
        """What is no rule."""
        rule, ports, side, refusal = self.rule, self.ports, self.side, self.refusal
        group, prefix_list = {**ports, "NicType": "intranet"}, {**ports, f"{side}PrefixListId": "pl-none"}
        icmp = {"PortRange": "-1/-1", f"{side}CidrIp": "10.0.0.1"}
        ipv6 = {"PortRange": "-1/-1", f"Ipv6{side}CidrIp": "2001:db8::/32"}
        return (
            refusal("InvalidSecurityGroupId.NotFound", rule, status=404, group_id="sg-none"),
            refusal("InvalidIpProtocol.ValueNotSupported", {**rule, "IpProtocol": "SCTP"}),
            refusal("InvalidIpProtocol.Malformed", {**rule, "PortRange": "90/80"}),
            refusal("InvalidNicType.ValueNotSupported", {**rule, "NicType": "wan"}),
            refusal("InvalidNicType.Mismatch", {**rule, "NicType": "internet"}, _in_vpc),
            refusal("InvalidSourcePortRange.Malformed", {**rule, "SourcePortRange": "0/1"}),
            refusal("InvalidPolicy.Malformed", {**rule, "Policy": "reject"}),
            refusal("InvalidPriority.Malformed", {**rule, "Priority": "high"}),
            refusal("InvalidPriority.ValueNotSupported", {**rule, "Priority": "0"}),
            refusal("InvalidPriority.ValueNotSupported", {**rule, "Priority": "110"}),
            refusal("InvalidSecurityGroupDiscription.Malformed", {**rule, "Description": "x" * 513}),
            refusal(f"MissingParameter.{side}", ports),
            refusal(f"InvalidParam.{side}Ip", {**rule, f"Ipv6{side}CidrIp": "2001:db8::/32"}),
            refusal(f"Invalid{side}CidrIp.Malformed", {**ports, f"{side}CidrIp": "198.51.100.0/33"}),
            refusal(f"Invalid{side}CidrIp.Malformed", {**ports, f"{side}CidrIp": "2001:db8::/32"}),
            refusal(f"InvalidParam.Ipv6{side}CidrIp", {**ports, f"Ipv6{side}CidrIp": "10.0.0.0/8"}),
            refusal("InvalidParam.Ipv6ProtocolConflictWithIpv4Address", {**icmp, "IpProtocol": "ICMPv6"}),
            refusal("InvalidParam.Ipv4ProtocolConflictWithIpv6Address", {**ipv6, "IpProtocol": "ICMP"}),
            refusal("NotSupported.ClassicNetworkPrefixList", prefix_list),
            refusal("InvalidPrefixListId.NotFound", prefix_list, _in_vpc, 404),
            refusal(f"Invalid{side}GroupId.NotFound", {**group, f"{side}GroupId": "sg-none"}, status=404),
            refusal(f"Invalid{side}GroupId.Mismatch", {**ports, f"{side}GroupId": APP}, status=403),
            refusal(f"Invalid{side}GroupId.Mismatch", {**group, f"{side}GroupId": APP}, _apart),
            refusal("InvalidParamter.Conflict", {**group, f"{side}GroupId": UNUSED_GROUP}, status=403),
            refusal("InvalidSecurityGroup.InvalidNetworkType", {**group, f"{side}GroupId": APP}, _in_vpc),
            refusal("InvalidGroupParameter.OperationDenied", {**group, f"{side}GroupId": APP}, _advanced),
            refusal(
                "InvalidGroupAuthParameter.OperationDenied",
                {**group, f"{side}GroupId": UNUSED_GROUP},
                _advanced,
                group_id=WEB,
            ),
        )


def _batch(rule: Call) -> Call:
    return {"Permissions": [rule]}


def _authorize_refusals(direction: Direction) -> tuple[Refusal, ...]:
    cases = _Cases(direction, _batch)
    rule, group = cases.rule, {**cases.ports, "NicType": "intranet", f"{cases.side}GroupId": APP}
    target = {"SecurityGroupId": UNUSED_GROUP}
    return (
        *cases.shared(),
        Refusal("InvalidParam.Permissions", {**target, **rule, "Permissions": [rule]}),
        Refusal("InvalidParam.DuplicatePermissions", {**target, "Permissions": [rule, {**rule, "IpProtocol": "tcp"}]}),
        cases.refusal("AuthorizationLimitExceed", rule, _full(direction), 403),
        cases.refusal("AuthorizedGroupRule.LimitExceed", group, _many_groups(direction)),
    )


def _revoke_refusals(direction: Direction) -> tuple[Refusal, ...]:
    cases = _Cases(direction, _batch)
    rule, target = cases.rule, {"SecurityGroupId": UNUSED_GROUP}
    return (
        *cases.shared(),
        Refusal("InvalidParam.Permissions", {**target, "SecurityGroupRuleId": [OWN_RULE], "Permissions": [rule]}),
        Refusal("InvalidParam.DuplicatePermissions", {**target, "Permissions": [rule, rule]}),
        Refusal("InvalidSecurityGroupRuleId.NotFound", {**target, "SecurityGroupRuleId": ["sgr-none"]}, 404),
        Refusal(
            "InvalidParam.SecurityGroupRuleIdRepeated",
            {**target, "SecurityGroupRuleId": [OWN_RULE, OWN_RULE]},
            given=_two_rules(direction),
        ),
        cases.refusal("InvalidSecurityGroupRule.RuleNotExist", rule),
        Refusal("InvalidSecurityGroupRule.RuleNotExist", {**target, **rule}),
    )


def _modify_refusals(direction: Direction) -> tuple[Refusal, ...]:
    cases = _Cases(direction, dict)
    own, two_rules = {"SecurityGroupRuleId": OWN_RULE}, _two_rules(direction)
    ipv6 = {f"Ipv6{cases.side}CidrIp": "2001:db8::/32"}
    classic = {**own, "NicType": "internet"}

    def in_classic(estate: Estate) -> None:
        two_rules(estate)
        _group(estate).vpc_id = None

    return (
        *cases.shared(),
        cases.refusal("InvalidSecurityGroupRuleId.NotFound", {"SecurityGroupRuleId": "sgr-none"}, status=404),
        cases.refusal("SecurityGroupRule.NotFound", {**cases.rule, "Description": "new"}, status=404),
        cases.refusal("InvalidOperation.ModifyNicType", classic, in_classic),
        cases.refusal("InvalidOperation.ModifySgRuleEntityType", {**own, **ipv6}, two_rules),
        cases.refusal("InvalidOperation.RuleDuplicate", {**own, "PortRange": "1001/1001"}, two_rules),
        cases.refusal(
            "AuthorizationLimitExceed", {**own, f"{cases.side}PrefixListId": LONG_LIST}, _two_lists(direction), 403
        ),
    )


def _unfinished_vpc(estate: Estate) -> None:
    estate.vpcs[0].status = "Pending"


EXAMPLES = (
    Example(
        "ecs:AuthorizeSecurityGroup",
        {"SecurityGroupId": WEB, "Permissions": [{**HTTPS_RULE, "PortRange": "8443/8443"}]},
        _authorize_refusals("ingress"),
    ),
    Example(
        "ecs:AuthorizeSecurityGroupEgress",
        {"SecurityGroupId": WEB, "Permissions": [MAIL_RULE]},
        _authorize_refusals("egress"),
    ),
    Example(
        "ecs:CreateSecurityGroup",
        {"SecurityGroupName": "new", "VpcId": VPC, "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": VPC}, given=_unfinished_vpc),
            Refusal("InvalidSecurityGroupName.Malformed", {"SecurityGroupName": "1x"}),
            Refusal("InvalidSecurityGroupName.Malformed", {"SecurityGroupName": "http://x"}),
            Refusal("InvalidSecurityGroupDiscription.Malformed", {"Description": "x" * 257}),
            Refusal("InvalidParams.GroupType", {"SecurityGroupType": "advanced", "VpcId": VPC}),
            Refusal("InvalidParams.VpcIdGroupType", {"SecurityGroupType": "enterprise"}),
            Refusal("QuotaExceed.Tags", {"Tag": [{"Key": f"k{number}", "Value": ""} for number in range(21)]}, 403),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "x"}]}),
        ),
    ),
    Example(
        "ecs:DeleteSecurityGroup",
        {"SecurityGroupId": UNUSED_GROUP},
        (
            Refusal("InvalidSecurityGroupId.NotFound", {"SecurityGroupId": "sg-none"}, 404),
            Refusal("DependencyViolation", {"SecurityGroupId": WEB}, 403),
        ),
    ),
    Example(
        "ecs:DescribeSecurityGroupAttribute",
        {"SecurityGroupId": WEB, "NicType": "intranet"},
        (
            Refusal("InvalidSecurityGroupId.NotFound", {"SecurityGroupId": "sg-none"}, 404),
            Refusal("InvalidNicType.ValueNotSupported", {"SecurityGroupId": WEB, "NicType": "wan"}),
            Refusal("InvalidDirection.ValueNotSupported", {"SecurityGroupId": WEB, "Direction": "up"}),
        ),
    ),
    Example("ecs:DescribeSecurityGroupReferences", {"SecurityGroupId": [WEB, APP]}),
    Example(
        "ecs:DescribeSecurityGroups",
        {"IsQueryEcsCount": True},
        (
            Refusal("InvalidSecurityGroupIds.Malformed", {"SecurityGroupIds": "sg-1"}),
            Refusal("InvalidNetworkType.ValueNotSupported", {"NetworkType": "lan"}),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "x"}]}),
        ),
    ),
    Example(
        "ecs:ModifySecurityGroupAttribute",
        {"SecurityGroupId": WEB, "Description": "changed"},
        (
            Refusal("InvalidSecurityGroupId.NotFound", {"SecurityGroupId": "sg-none"}, 404),
            Refusal("InvalidSecurityGroupName.Malformed", {"SecurityGroupId": WEB, "SecurityGroupName": "x"}),
            Refusal("InvalidSecurityGroupDiscription.Malformed", {"SecurityGroupId": WEB, "Description": "http://x"}),
        ),
    ),
    Example(
        "ecs:ModifySecurityGroupEgressRule",
        {"SecurityGroupId": WEB, **DNS_RULE, "Description": "changed"},
        _modify_refusals("egress"),
    ),
    Example(
        "ecs:ModifySecurityGroupPolicy",
        {"SecurityGroupId": WEB, "InnerAccessPolicy": "Drop"},
        (
            Refusal(
                "InvalidSecurityGroupId.NotFound", {"SecurityGroupId": "sg-none", "InnerAccessPolicy": "Drop"}, 404
            ),
            Refusal("InvalidPolicy.Malformed", {"SecurityGroupId": WEB, "InnerAccessPolicy": "Reject"}),
            Refusal(
                "InvalidParameter.InnerAccessPolicy",
                {"SecurityGroupId": UNUSED_GROUP, "InnerAccessPolicy": "Accept"},
                404,
                _advanced,
            ),
        ),
    ),
    Example(
        "ecs:ModifySecurityGroupRule",
        {"SecurityGroupId": WEB, **HTTPS_RULE, "Description": "changed"},
        _modify_refusals("ingress"),
    ),
    Example("ecs:RevokeSecurityGroup", {"SecurityGroupId": WEB, **HTTPS_RULE}, _revoke_refusals("ingress")),
    Example(
        "ecs:RevokeSecurityGroupEgress",
        {"SecurityGroupId": WEB, "Permissions": [DNS_RULE]},
        _revoke_refusals("egress"),
    ),
)
