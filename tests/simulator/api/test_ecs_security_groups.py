"""Security groups: nic types, identity of rules, batches, references and deletion."""

from __future__ import annotations

from contextlib import nullcontext
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.api.call import Call
from simulator.api.ecs_security_groups import (
    authorize_security_group,
    create_security_group,
    describe_security_group_attribute,
    revoke_security_group,
)
from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud
from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.prefix_lists import PrefixList
from simulator.server import Simulator
from tests.simulator.sdk import Api, refused

WEB, APP, MON = "sg-bp1web00000000000001", "sg-bp1app00000000000001", "sg-bp1mon00000000000001"
SHARED = "vpc-bp1shared0000000001"
LIST = "pl-bp1hundred00000001"
TCP_81 = {"IpProtocol": "tcp", "PortRange": "81/81", "SourceCidrIp": "198.51.100.0/24"}


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with a prefix list of 100 entries at most."""
    quick.prefix_lists.append(PrefixList(id=LIST, name="hundred", max_entries=100, tags={}))
    return quick


def _rules(api: Api, group_id: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id, **parameters)
    return list(answer["Permissions"]["Permission"])


def _group(api: Api, vpc_id: str | None = SHARED, name: str = "new") -> str:
    network = {"VpcId": vpc_id} if vpc_id else {}
    return str(api("ecs:CreateSecurityGroup", SecurityGroupName=name, **network)["SecurityGroupId"])


class TestOfOurTime:
    """An account that has no classic network."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        return Estate.model_validate(
            {
                "version": 1,
                "now": quick.now,
                "account_id": quick.account_id,
                "users": quick.users,
                "classic_network": False,
                "zones": list(quick.zones),
            }
        )

    @pytest.mark.parametrize("kind", ["normal", "enterprise"])
    def test_a_group_without_a_vpc_is_in_the_default_one(self, api: Api, kind: str) -> None:
        group_ids = [api("ecs:CreateSecurityGroup", SecurityGroupType=kind)["SecurityGroupId"] for _ in range(2)]
        [default] = api("vpc:DescribeVpcs", IsDefault=True)["Vpcs"]["Vpc"]
        assert default["Status"] == "Available"
        groups = api("ecs:DescribeSecurityGroups", VpcId=default["VpcId"])["SecurityGroups"]["SecurityGroup"]
        assert {group["SecurityGroupId"] for group in groups} == set(group_ids)

    def test_it_is_the_default_vpc_that_is_there(self, api: Api) -> None:
        vpc_id = api("vpc:CreateDefaultVpc")["VpcId"]
        api.until("vpc:DescribeVpcAttribute", lambda vpc: vpc["Status"] == "Available", VpcId=vpc_id)
        group_id = _group(api, None)
        assert api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id)["VpcId"] == vpc_id

    def test_an_intranet_load_balancer_needs_a_vswitch(self, api: Api) -> None:
        with refused("MissingParam.VSwitchId"):
            api("slb:CreateLoadBalancer", AddressType="intranet")


def test_a_classic_group_shows_one_nic_type_a_call(api: Api) -> None:
    internet = _rules(api, WEB)
    intranet = _rules(api, WEB, NicType="intranet")
    assert internet == _rules(api, WEB, NicType="internet")
    assert {rule["NicType"] for rule in internet} == {"internet"}
    assert {rule["NicType"] for rule in intranet} == {"intranet"}
    assert (len(internet), len(intranet)) == (6, 3)


@pytest.mark.parametrize("filters", [{}, {"NicType": "internet"}, {"NicType": "intranet"}, {"NicType": "<nil>"}])
def test_a_group_in_a_vpc_always_shows_intranet(api: Api, filters: dict[str, str]) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, **TCP_81)
    assert [rule["NicType"] for rule in _rules(api, group_id, **filters)] == ["intranet"]


@pytest.mark.parametrize(("direction", "count"), [("ingress", 4), ("egress", 2), ("all", 6)])
def test_directions(api: Api, direction: str, count: int) -> None:
    assert len(_rules(api, WEB, Direction=direction)) == count


@pytest.mark.parametrize(
    ("block", "shown_block"),
    [
        ("2001:0db8:3c4d:0015:0000:0000:1a2f:1a2b/0", "2001:db8:3c4d:15::1a2f:1a2b/0"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8::0", "2001:db8::"),
    ],
)
@pytest.mark.parametrize("direction", ["", "Egress"])
def test_an_ipv6_block_comes_back_short_with_its_host_bits(
    api: Api, block: str, shown_block: str, direction: str
) -> None:
    group_id = _group(api)
    field = "Ipv6DestCidrIp" if direction else "Ipv6SourceCidrIp"
    rule = {"IpProtocol": "tcp", "PortRange": "81/81", field: block}
    api(f"ecs:AuthorizeSecurityGroup{direction}", SecurityGroupId=group_id, **rule)
    assert [shown[field] for shown in _rules(api, group_id)] == [shown_block]
    # Another spelling of the same block is the same rule.
    same = str(ip_network(block, strict=False))
    api(f"ecs:AuthorizeSecurityGroup{direction}", SecurityGroupId=group_id, **{**rule, field: same})
    assert len(_rules(api, group_id)) == 1
    api(f"ecs:RevokeSecurityGroup{direction}", SecurityGroupId=group_id, **{**rule, field: same})
    assert _rules(api, group_id) == []


def test_a_rule_as_the_api_spells_it(api: Api) -> None:
    drop = next(rule for rule in _rules(api, WEB) if rule["Policy"] == "Drop")
    assert drop["SecurityGroupRuleId"].startswith("sgr-")
    expected = {
        "IpProtocol": "TCP",
        "PortRange": "22/22",
        "Priority": "1",
        "Direction": "ingress",
        "SourceCidrIp": "203.0.113.66/32",
        "DestCidrIp": "",
        "SourceGroupId": "",
        "Description": "Retired jump host",
    }
    assert {key: drop[key] for key in expected} == expected


def test_single_parameters_and_batches_add_rules_alike(api: Api) -> None:
    single, batch = _group(api, name="single"), _group(api, name="batch")
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=single, **TCP_81)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=batch, Permissions=[TCP_81])

    def content(rule: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in rule.items() if key not in ("SecurityGroupRuleId", "CreateTime")}

    assert [content(rule) for rule in _rules(api, single)] == [content(rule) for rule in _rules(api, batch)]


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
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[:100])  # there already
    assert len(_rules(api, group_id)) == 200


def test_a_rule_with_a_prefix_list_counts_for_its_most_entries(api: Api) -> None:
    group_id = _group(api)
    rules = [{**TCP_81, "PortRange": f"{port}/{port}"} for port in range(1, 102)]
    by_list = {"IpProtocol": "TCP", "PortRange": "81/81", "SourcePrefixListId": LIST}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[by_list, *rules[:99]])
    with refused("AuthorizationLimitExceed", 403):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=rules[99:])


def test_a_repeated_token_is_the_same_call(api: Api) -> None:
    group_id = _group(api)
    token: dict[str, Any] = {"SecurityGroupId": group_id, "ClientToken": "once"}
    api("ecs:AuthorizeSecurityGroup", **token, Permissions=[TCP_81])
    api("ecs:RevokeSecurityGroup", SecurityGroupId=group_id, Permissions=[TCP_81])
    api("ecs:AuthorizeSecurityGroup", **token, Permissions=[TCP_81])
    assert _rules(api, group_id) == []
    with refused("IdempotentParameterMismatch"):
        api("ecs:AuthorizeSecurityGroup", **token, Permissions=[{**TCP_81, "PortRange": "82/82"}])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"IpProtocol": ""}, "InvalidIpProtocol.ValueNotSupported"),
        ({"PortRange": "-1/-1"}, "InvalidIpProtocol.Malformed"),
        ({"PortRange": "0/80"}, "InvalidIpProtocol.Malformed"),
        ({"PortRange": "1/65536"}, "InvalidIpProtocol.Malformed"),
        ({"IpProtocol": "icmp"}, "InvalidIpProtocol.Malformed"),
        ({"IpProtocol": "icmp", "PortRange": "-1/-1", "SourcePortRange": "1/1"}, "InvalidSourcePortRange.Malformed"),
        ({"Priority": "101"}, "InvalidPriority.ValueNotSupported"),
    ],
)
def test_edges_of_what_is_a_rule(api: Api, change: dict[str, str], code: str) -> None:
    with refused(code):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=WEB, Permissions=[{**TCP_81, **change}])


@pytest.mark.parametrize("field", ["DestCidrIp", "PortRangeListId"])
def test_unsimulated_fields_of_a_rule_are_refused(api: Api, field: str) -> None:
    with refused("SimulatorNotImplemented", 400):
        api("ecs:AuthorizeSecurityGroup", SecurityGroupId=WEB, Permissions=[{**TCP_81, field: "10.0.0.1"}])


def test_egress_rules_name_the_destination(api: Api) -> None:
    group_id = _group(api)
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
        ({"SourcePrefixListId": LIST}, "SourcePrefixListId", LIST),
        ({"SourcePortRange": "1024/65535", "SourceCidrIp": "0.0.0.0/0"}, "SourcePortRange", "1024/65535"),
        ({"SourcePortRange": "-1/-1", "SourceCidrIp": "0.0.0.0/0"}, "SourcePortRange", ""),
        ({"SourceCidrIp": "198.51.100.7"}, "SourceCidrIp", "198.51.100.7"),
        ({"SourceCidrIp": "198.51.100.7/32", "SourceGroupId": APP}, "SourceCidrIp", "198.51.100.7/32"),
        ({"SourceCidrIp": "198.51.100.7/32", "SourcePrefixListId": LIST}, "SourcePrefixListId", ""),
    ],
)
def test_peers(api: Api, peer: dict[str, str], field: str, expected: str) -> None:
    group_id = _group(api)
    rule = {**TCP_81, "SourceCidrIp": "", **peer}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[rule])
    assert _rules(api, group_id)[0][field] == expected


def test_groups_as_peers(api: Api) -> None:
    one, two = _group(api, name="one"), _group(api, name="two")
    _name_group(api, WEB, APP)
    _name_group(api, one, two)
    assert [(rule["SourceGroupId"], rule["SourceGroupName"]) for rule in _rules(api, one)] == [(two, "two")]


@pytest.mark.parametrize("field", ["SourceGroupOwnerAccount", "SourceGroupOwnerId"])
def test_groups_of_other_accounts_are_for_classic_groups(api: Api, field: str) -> None:
    foreign, own = {field: "9999999999999999"}, {field: "1234567890123456"}
    _name_group(api, MON, "sg-of-another-account", **foreign)
    _name_group(api, MON, WEB, **own)
    shown = _rules(api, MON, NicType="intranet", Direction="ingress")[-2:]
    assert [rule["SourceGroupOwnerAccount"] for rule in shown] == ["9999999999999999", ""]
    with refused("InvalidSourceGroupId.Mismatch"):
        _name_group(api, _group(api), "sg-of-another-account", **foreign)


def _name_group(api: Api, group_id: str, peer: str, **more: str) -> None:
    rule = {"IpProtocol": "TCP", "PortRange": "81/81", "NicType": "intranet", "SourceGroupId": peer, **more}
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, Permissions=[rule])


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
    with refused("InvalidSecurityGroupRule.RuleNotExist"):
        api("ecs:RevokeSecurityGroup", SecurityGroupId=group_id, Permissions=[other, TCP_81])
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


def test_modify_the_description_of_the_rule_that_is_named(api: Api) -> None:
    group_id = _group(api)
    api("ecs:AuthorizeSecurityGroup", SecurityGroupId=group_id, **TCP_81)
    api("ecs:ModifySecurityGroupRule", SecurityGroupId=group_id, Description="new", **TCP_81)
    assert _rules(api, group_id)[0]["Description"] == "new"


def test_create_and_change_a_group(api: Api) -> None:
    group_id = _group(api, name="first")
    api("ecs:ModifySecurityGroupAttribute", SecurityGroupId=group_id, SecurityGroupName="second")
    api("ecs:ModifySecurityGroupPolicy", SecurityGroupId=group_id, InnerAccessPolicy="drop")
    group = api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id)
    assert (group["SecurityGroupName"], group["InnerAccessPolicy"], group["VpcId"]) == ("second", "Drop", SHARED)


def test_an_advanced_group_separates_its_members(api: Api) -> None:
    group_id = api("ecs:CreateSecurityGroup", VpcId=SHARED, SecurityGroupType="enterprise")["SecurityGroupId"]
    assert api("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group_id)["InnerAccessPolicy"] == "Drop"
    groups = api("ecs:DescribeSecurityGroups", SecurityGroupType="enterprise")["SecurityGroups"]["SecurityGroup"]
    assert [group["SecurityGroupId"] for group in groups] == [group_id]


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


def test_members_are_counted_where_asked(api: Api) -> None:
    ask = {"SecurityGroupIds": f'["{WEB}", "{MON}"]'}
    plain = api("ecs:DescribeSecurityGroups", **ask)["SecurityGroups"]["SecurityGroup"]
    assert not any("EcsCount" in group for group in plain)
    counted = api("ecs:DescribeSecurityGroups", IsQueryEcsCount=True, **ask)["SecurityGroups"]["SecurityGroup"]
    assert [(group["EcsCount"], group["AvailableInstanceAmount"]) for group in counted] == [(3, 997), (1, 999)]


def test_a_group_of_a_network_interface_stays(simulator: Simulator, quick: Estate) -> None:
    group = quick.security_groups[0].model_copy(update={"id": "sg-of-interface", "vpc_id": SHARED, "rules": []})
    quick.security_groups.append(group)
    quick.network_interfaces.append(
        NetworkInterface(
            id="eni-1",
            vswitch_id=quick.vswitches[0].id,
            private_ips=["192.168.10.9"],
            security_group_ids=[group.id],
            tags={},
        )
    )
    simulator.simulation.reset(quick)
    with refused("DependencyViolation", 403):
        Api(simulator)("ecs:DeleteSecurityGroup", SecurityGroupId=group.id)


# Few values, so that rules meet again: in other cases, with other descriptions, with host bits.
PORTS = st.sampled_from(["81/81", "82/82", "1/65535"])
BLOCKS = st.sampled_from(["198.51.100.0/24", "198.51.100.7/24", "198.51.100.7", "198.51.100.7/32", "2001:db8::/32"])


@st.composite
def permissions(draw: st.DrawFn) -> dict[str, str]:
    """An inbound rule as a request tells it."""
    block = draw(BLOCKS)
    rule = {
        "IpProtocol": draw(st.sampled_from(["tcp", "TCP", "udp"])),
        "PortRange": draw(PORTS),
        "Ipv6SourceCidrIp" if ":" in block else "SourceCidrIp": block,
    }
    optional = {
        "Policy": st.sampled_from(["accept", "Accept", "drop"]),
        "Priority": st.sampled_from(["1", "7"]),
        "NicType": st.just("intranet"),
        "Description": st.sampled_from(["one", "two"]),
    }
    return rule | {name: draw(values) for name, values in optional.items() if draw(st.booleans())}


def _key(rule: dict[str, str]) -> tuple[str, ...]:
    """What a rule is told apart by, from a request or from an answer."""
    block = rule.get("SourceCidrIp") or rule.get("Ipv6SourceCidrIp") or ""
    return (
        rule["IpProtocol"].upper(),
        rule["PortRange"],
        rule.get("Policy", "accept").lower(),
        rule.get("Priority", "1"),
        str(ip_network(block, strict=False)),
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.lists(permissions(), min_size=1, max_size=4)), max_size=12))
def test_any_sequence_leaves_what_a_set_would(
    sample: Estate, steps: list[tuple[bool, bool, list[dict[str, str]]]]
) -> None:
    cloud, user = Cloud(sample), sample.users[0]
    group_id = create_security_group.perform(cloud, Call({"VpcId": SHARED}, user))["SecurityGroupId"]
    expected: set[tuple[str, ...]] = set()
    for adds, batch, rules in steps:
        keys = [_key(rule) for rule in (rules if batch else rules[:1])]
        parameters = {"SecurityGroupId": str(group_id)}
        if batch:
            numbered = enumerate(rules, 1)
            parameters |= {f"Permissions.{n}.{name}": value for n, rule in numbered for name, value in rule.items()}
        else:
            parameters |= rules[0]
        valid = len(set(keys)) == len(keys) and (adds or expected.issuperset(keys))
        perform = (authorize_security_group if adds else revoke_security_group).perform
        with nullcontext() if valid else pytest.raises(CloudError):
            perform(cloud, Call(parameters, user))
            expected = expected.union(keys) if adds else expected.difference(keys)
        answer = describe_security_group_attribute.perform(cloud, Call({"SecurityGroupId": str(group_id)}, user))
        shown: Any = answer["Permissions"]
        assert sorted(map(_key, shown["Permission"])) == sorted(expected)
