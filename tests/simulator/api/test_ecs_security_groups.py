"""Security groups: nic types, identity of rules, batches, references and deletion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.sdk import Api, refused

WEB, APP, MON = "sg-bp1web00000000000001", "sg-bp1app00000000000001", "sg-bp1mon00000000000001"
SHARED = "vpc-bp1shared0000000001"
TCP_81 = {"IpProtocol": "tcp", "PortRange": "81/81", "SourceCidrIp": "198.51.100.0/24"}


def _rules(api: Api, group_id: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id, **parameters)
    return list(answer["Permissions"]["Permission"])


def _group(api: Api, vpc_id: str | None = SHARED, name: str = "new") -> str:
    network = {"VpcId": vpc_id} if vpc_id else {}
    return str(api("ecs:CreateSecurityGroup", SecurityGroupName=name, **network)["SecurityGroupId"])


def test_a_classic_group_shows_one_nic_type_a_call(api: Api) -> None:
    internet = _rules(api, WEB)
    intranet = _rules(api, WEB, NicType="intranet")
    assert internet == _rules(api, WEB, NicType="internet")
    assert {rule["NicType"] for rule in internet} == {"internet"}
    assert {rule["NicType"] for rule in intranet} == {"intranet"}
    assert (len(internet), len(intranet)) == (6, 3)


@pytest.mark.parametrize("asked", [{}, {"NicType": "internet"}, {"NicType": "intranet"}])
def test_a_group_in_a_vpc_always_shows_intranet(api: Api, asked: dict[str, str]) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, **TCP_81)
    assert [rule["NicType"] for rule in _rules(api, group_id, **asked)] == ["intranet"]


@pytest.mark.parametrize(("direction", "count"), [("ingress", 4), ("egress", 2), ("all", 6)])
def test_directions(api: Api, direction: str, count: int) -> None:
    assert len(_rules(api, WEB, Direction=direction)) == count


def test_a_rule_as_the_api_spells_it(api: Api) -> None:
    drop = next(rule for rule in _rules(api, WEB) if rule["Policy"] == "Drop")
    assert drop["SecurityGroupRuleId"].startswith("sgr-")
    wanted = {
        "IpProtocol": "TCP",
        "PortRange": "22/22",
        "Priority": "1",
        "Direction": "ingress",
        "SourceCidrIp": "203.0.113.66/32",
        "DestCidrIp": "",
        "SourceGroupId": "",
        "Description": "Retired jump host",
    }
    assert {key: drop[key] for key in wanted} == wanted


def test_single_parameters_and_batches_add_rules_alike(api: Api) -> None:
    single, batch = _group(api, name="single"), _group(api, name="batch")
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=single, **TCP_81)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=batch, Permissions=[TCP_81])

    def told(rule: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in rule.items() if key not in ("SecurityGroupRuleId", "CreateTime")}

    assert [told(rule) for rule in _rules(api, single)] == [told(rule) for rule in _rules(api, batch)]


def test_an_identical_rule_again_succeeds_and_adds_nothing(api: Api) -> None:
    group_id = _group(api)
    for description in ("one", "one", "only the description differs"):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Description=description, **TCP_81)
    assert [rule["Description"] for rule in _rules(api, group_id)] == ["one"]


@pytest.mark.parametrize(
    "change", [{"Priority": "2"}, {"Policy": "drop"}, {"PortRange": "82/82"}, {"IpProtocol": "udp"}]
)
def test_a_rule_that_differs_in_more_is_another(api: Api, change: dict[str, str]) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[TCP_81, {**TCP_81, **change}])
    assert len(_rules(api, group_id)) == 2


def test_a_batch_is_all_or_nothing(api: Api) -> None:
    group_id = _group(api)
    with refused("InvalidPriority.ValueNotSupported"):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[TCP_81, {**TCP_81, "Priority": "101"}])
    assert _rules(api, group_id) == []


def test_a_batch_takes_100_and_a_group_200(api: Api) -> None:
    group_id = _group(api)
    rules = [{**TCP_81, "PortRange": f"{port}/{port}"} for port in range(1, 202)]
    with refused("InvalidParameter"):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[:101])
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[:100])
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[100:200])
    with refused("AuthorizationLimitExceed", 403):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[200:])
    assert len(_rules(api, group_id)) == 200


BAD_RULES: dict[str, tuple[dict[str, str], str, int]] = {
    "protocol": ({"IpProtocol": "SCTP"}, "InvalidIpProtocol.ValueNotSupported", 400),
    "no protocol": ({"IpProtocol": ""}, "InvalidIpProtocol.ValueNotSupported", 400),
    "all ports of TCP": ({"PortRange": "-1/-1"}, "InvalidIpProtocol.Malformed", 400),
    "ports of ICMP": ({"IpProtocol": "icmp"}, "InvalidIpProtocol.Malformed", 400),
    "ports turned round": ({"PortRange": "90/80"}, "InvalidIpProtocol.Malformed", 400),
    "port 0": ({"PortRange": "0/80"}, "InvalidIpProtocol.Malformed", 400),
    "port 65536": ({"PortRange": "1/65536"}, "InvalidIpProtocol.Malformed", 400),
    "source ports": ({"SourcePortRange": "x"}, "InvalidSourcePortRange.Malformed", 400),
    "policy": ({"Policy": "reject"}, "InvalidPolicy.Malformed", 400),
    "priority 0": ({"Priority": "0"}, "InvalidPriority.ValueNotSupported", 400),
    "priority 101": ({"Priority": "101"}, "InvalidPriority.ValueNotSupported", 400),
    "priority": ({"Priority": "high"}, "InvalidPriority.Malformed", 400),
    "nic type": ({"NicType": "wan"}, "InvalidNicType.ValueNotSupported", 400),
    "internet in a VPC": ({"NicType": "internet"}, "InvalidNicType.Mismatch", 400),
    "block": ({"SourceCidrIp": "198.51.100.0/33"}, "InvalidSourceCidrIp.Malformed", 400),
    "IPv6 as IPv4": ({"SourceCidrIp": "2001:db8::/32"}, "InvalidSourceCidrIp.Malformed", 400),
    "IPv6 block": ({"SourceCidrIp": "", "Ipv6SourceCidrIp": "10.0.0.0/8"}, "InvalidParam.Ipv6SourceCidrIp", 400),
    "no peer": ({"SourceCidrIp": ""}, "MissingParameter.Source", 400),
    "description": ({"Description": "x" * 513}, "InvalidSecurityGroupDiscription.Malformed", 400),
    "no such group": (
        {"SourceCidrIp": "", "SourceGroupId": "sg-none"},
        "InvalidSourceGroupId.NotFound",
        404,
    ),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_what_is_no_rule(api: Api, name: str) -> None:
    change, code, status = BAD_RULES[name]
    group_id = _group(api)
    with refused(code, status):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[{**TCP_81, **change}])


def test_egress_rules_name_the_destination(api: Api) -> None:
    group_id = _group(api)
    with refused("MissingParameter.Dest"):
        api("ecs:AuthorizeSecurityGroupEgress", SecurityGroupId=group_id, IpProtocol="ALL", PortRange="-1/-1")
    api(
        "ecs:AuthorizeSecurityGroupEgress",
        SecurityGroupId=group_id,
        Permissions=[{"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "10.1.2.3/8", "Policy": "drop"}],
    )
    rule = _rules(api, group_id)[0]
    assert (rule["Direction"], rule["DestCidrIp"], rule["SourceCidrIp"]) == ("egress", "10.0.0.0/8", "")


@pytest.mark.parametrize(
    ("peer", "field", "expected"),
    [
        ({"Ipv6SourceCidrIp": "2001:DB8::/32"}, "Ipv6SourceCidrIp", "2001:db8::/32"),
        ({"SourcePrefixListId": "pl-x1j1k5ykzqlixdcy****"}, "SourcePrefixListId", "pl-x1j1k5ykzqlixdcy****"),
        ({"SourceCidrIp": "198.51.100.7"}, "SourceCidrIp", "198.51.100.7"),
        ({"SourceCidrIp": "198.51.100.7/32", "SourceGroupId": APP}, "SourceCidrIp", "198.51.100.7/32"),
    ],
)
def test_peers(api: Api, peer: dict[str, str], field: str, expected: str) -> None:
    group_id = _group(api)
    rule = {**TCP_81, "SourceCidrIp": "", **peer}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[rule])
    assert _rules(api, group_id)[0][field] == expected


def test_groups_as_peers(api: Api) -> None:
    rule = {"IpProtocol": "TCP", "PortRange": "81/81"}
    one, two = _group(api, name="one"), _group(api, name="two")
    elsewhere = _group(api, api.new_vpc(), name="elsewhere")

    def add(group_id: str, peer: str, **more: str) -> None:
        api(
            "ecs:AuthorizeSecurityGroup",
            SecurityGroupId=group_id,
            Permissions=[{**rule, "SourceGroupId": peer, **more}],
        )

    with refused("InvalidSourceGroupId.Mismatch", 403):
        add(WEB, APP)  # internet is the default of a classic group
    add(WEB, APP, NicType="intranet")
    with refused("InvalidParamter.Conflict", 403):
        add(one, one)
    add(one, two)
    with refused("InvalidSourceGroupId.Mismatch", 400):
        add(one, elsewhere)
    add(WEB, "sg-of-another-account", NicType="intranet", SourceGroupOwnerAccount="9999999999999999")


def test_classic_and_vpc_groups_need_classic_link(api: Api) -> None:
    rule = {"IpProtocol": "TCP", "PortRange": "81/81", "NicType": "intranet"}
    clone = _group(api)
    for group_id, peer in ((MON, clone), (clone, MON)):
        with refused("InvalidSecurityGroup.InvalidNetworkType", 400):
            api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[{**rule, "SourceGroupId": peer}])
    api("vpc:EnableVpcClassicLink", VpcId=SHARED)
    for group_id, peer in ((MON, clone), (clone, MON)):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[{**rule, "SourceGroupId": peer}])


def test_revoke_by_what_a_rule_says(api: Api) -> None:
    group_id = _group(api)
    other = {**TCP_81, "PortRange": "82/82"}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[TCP_81, other])
    api("ecs:RevokeSecurityGroup", SecurityGroupId=group_id, Description="of no account", **TCP_81)
    assert [rule["PortRange"] for rule in _rules(api, group_id)] == ["82/82"]
    api("ecs:RevokeSecurityGroup", SecurityGroupId=group_id, **TCP_81)  # not there: no error, as documented
    api("ecs:RevokeSecurityGroup", SecurityGroupId=group_id, Permissions=[other])
    assert _rules(api, group_id) == []


def test_revoke_by_id(api: Api) -> None:
    rules = _rules(api, WEB, Direction="ingress")
    ids = [rule["SecurityGroupRuleId"] for rule in rules[:2]]
    with refused("InvalidSecurityGroupRuleId.NotFound", 404):
        api("ecs:RevokeSecurityGroup", SecurityGroupId=WEB, SecurityGroupRuleId=[ids[0], "sgr-none"])
    with refused("InvalidSecurityGroupRuleId.NotFound", 404):
        api("ecs:RevokeSecurityGroupEgress", SecurityGroupId=WEB, SecurityGroupRuleId=ids)
    api("ecs:RevokeSecurityGroup", SecurityGroupId=WEB, SecurityGroupRuleId=ids)
    assert _rules(api, WEB, Direction="ingress") == rules[2:]


def test_the_old_system_rule_of_priority_110_goes_by_id_only(api: Api) -> None:
    batch = "sg-bp1batch000000000001"
    rule = _rules(api, batch)[0]
    assert rule["Priority"] == "110"
    with refused("InvalidPriority.ValueNotSupported"):
        api(
            "ecs:RevokeSecurityGroup",
            SecurityGroupId=batch,
            IpProtocol="ICMP",
            PortRange="-1/-1",
            SourceCidrIp="0.0.0.0/0",
            Priority="110",
        )
    api("ecs:RevokeSecurityGroup", SecurityGroupId=batch, SecurityGroupRuleId=[rule["SecurityGroupRuleId"]])
    assert _rules(api, batch) == []


def test_modify_a_rule_by_id_changes_only_what_is_said(api: Api) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[TCP_81, {**TCP_81, "Priority": "7"}])
    before = _rules(api, group_id)[0]
    rule_id = before["SecurityGroupRuleId"]
    api("ecs:ModifySecurityGroupRule", SecurityGroupId=group_id, SecurityGroupRuleId=rule_id, PortRange="90/90")
    assert _rules(api, group_id)[0] == {**before, "PortRange": "90/90"}
    with refused("InvalidSecurityGroupRule.RuleConflict"):
        api(
            "ecs:ModifySecurityGroupRule",
            SecurityGroupId=group_id,
            SecurityGroupRuleId=rule_id,
            PortRange="81/81",
            Priority="7",
        )


def test_modify_the_description_of_the_rule_that_is_told(api: Api) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, **TCP_81)
    api("ecs:ModifySecurityGroupRule", SecurityGroupId=group_id, Description="new", **TCP_81)
    assert _rules(api, group_id)[0]["Description"] == "new"
    with refused("InvalidSecurityGroupRule.RuleNotExist", 404):
        api("ecs:ModifySecurityGroupRule", SecurityGroupId=group_id, Description="new", Priority="9", **TCP_81)


def test_create_and_change_a_group(api: Api) -> None:
    group_id = _group(api, name="first")
    api("ecs:ModifySecurityGroupAttribute", SecurityGroupId=group_id, SecurityGroupName="second")
    api("ecs:ModifySecurityGroupPolicy", SecurityGroupId=group_id, InnerAccessPolicy="drop")
    group = api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id)
    assert (group["SecurityGroupName"], group["InnerAccessPolicy"], group["VpcId"]) == ("second", "Drop", SHARED)


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        ({"VpcId": "vpc-none"}, "InvalidVpcId.NotFound", 404),
        ({"SecurityGroupName": "1x"}, "InvalidSecurityGroupName.Malformed", 400),
        ({"SecurityGroupName": "http://x"}, "InvalidSecurityGroupName.Malformed", 400),
        ({"Description": "x" * 257}, "InvalidSecurityGroupDiscription.Malformed", 400),
        ({"SecurityGroupType": "advanced"}, "InvalidSecurityGroupType.ValueNotSupported", 400),
    ],
)
def test_what_is_no_group(api: Api, parameters: dict[str, str], code: str, status: int) -> None:
    with refused(code, status):
        api("ecs:CreateSecurityGroup", **parameters)


def test_a_group_in_use_or_referred_to_stays(api: Api) -> None:
    one, two = _group(api, name="one"), _group(api, name="two")
    rule = {"IpProtocol": "TCP", "PortRange": "81/81", "SourceGroupId": two}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=one, Permissions=[rule])
    for group_id in (WEB, two):
        with refused("DependencyViolation", 403):
            api("ecs:DeleteSecurityGroup", SecurityGroupId=group_id)
    api("ecs:DeleteSecurityGroup", SecurityGroupId=one)
    api("ecs:DeleteSecurityGroup", SecurityGroupId=two)
    with refused("InvalidSecurityGroupId.NotFound", 404):
        api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=two)


def test_references(api: Api) -> None:
    answer = api("ecs:DescribeSecurityGroupReferences", SecurityGroupId=[WEB, "sg-bp1ftp00000000000001"])
    references = answer["SecurityGroupReferences"]["SecurityGroupReference"]
    assert [reference["SecurityGroupId"] for reference in references] == [WEB]
    referring = references[0]["ReferencingSecurityGroups"]["ReferencingSecurityGroup"]
    assert {group["SecurityGroupId"] for group in referring} == {APP, "sg-bp1cache0000000000001"}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"NetworkType": "vpc"}, []),
        ({"SecurityGroupIds": '["sg-bp1web00000000000001", "sg-none"]'}, ["web"]),
        ({"SecurityGroupIds": "[]"}, []),
        ({"SecurityGroupName": "we"}, []),
        ({"SecurityGroupName": "we", "FuzzyQuery": True}, ["web"]),
        ({"Tag": [{"Key": "tier"}]}, ["web", "app"]),
        ({"Tag": [{"Key": "tier", "Value": "app"}]}, ["app"]),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    groups = api("ecs:DescribeSecurityGroups", **filters)["SecurityGroups"]["SecurityGroup"]
    assert [group["SecurityGroupName"] for group in groups] == names


def test_a_malformed_list_of_ids(api: Api) -> None:
    with refused("InvalidSecurityGroupIds.Malformed"):
        api("ecs:DescribeSecurityGroups", SecurityGroupIds="sg-1")
