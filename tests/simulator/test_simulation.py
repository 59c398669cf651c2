"""From request to answer: what is not simulated, permissions, regions, tokens and the log."""

from __future__ import annotations

from urllib.parse import urlencode

from simulator.model.estate import Estate
from simulator.model.ram import Policy, Statement
from simulator.server import Simulator
from simulator.simulation import Simulation
from tests.simulator.sdk import Api, refused
from tests.simulator.signing import Direct, rpc_parameters
from tests.simulator.test_signature import send, send_rpc


def test_an_unknown_action_is_refused_loudly(simulator: Simulator) -> None:
    status, answer = send_rpc(simulator, Action="MakeCoffee")
    assert (status, answer["Code"]) == (400, "SimulatorNotImplemented")
    assert "MakeCoffee" in answer["Message"]


def test_an_unknown_parameter_is_refused_loudly(simulator: Simulator) -> None:
    status, answer = send_rpc(simulator, Action="DescribeInstances", RdmaIpAddresses="[]")
    assert (status, answer["Code"]) == (400, "SimulatorNotImplemented")
    assert "RdmaIpAddresses" in answer["Message"]


def test_no_action_at_all(simulator: Simulator) -> None:
    status, answer = send_rpc(simulator, Action="")
    assert (status, answer["Code"]) == (400, "MissingParameter")


def test_an_action_of_another_version_is_not_known(simulator: Simulator) -> None:
    status, answer = send_rpc(simulator, Action="DescribeInstances", Version="2016-04-28")
    assert (status, answer["Code"]) == (400, "SimulatorNotImplemented")


def test_another_region(api: Api) -> None:
    with refused("InvalidRegionId.NotFound", 404):
        api("ecs:DescribeInstances", RegionId="cn-beijing")


def test_endpoints_are_where_the_question_went(simulator: Simulator) -> None:
    query = {"Version": "2015-06-12", "Id": "cn-hangzhou", "ServiceCode": "ecs"}
    parameters = rpc_parameters(simulator.credentials, "GET", "DescribeEndpoints", **query)
    _, answer = send(simulator, "GET", urlencode(parameters))
    endpoint = answer["Endpoints"]["Endpoint"][0]
    assert (endpoint["Endpoint"], endpoint["Type"]) == (simulator.host, "openAPI")


def test_the_caller_is_the_owner_of_the_key(api: Api, blind: Api) -> None:
    assert api("sts:GetCallerIdentity")["Arn"] == "acs:ram::1234567890123456:user/demo"
    assert blind("sts:GetCallerIdentity")["UserId"] == "200000000000000002"


def test_describe_instances_without_permission_is_an_empty_list(blind: Api) -> None:
    answer = blind("ecs:DescribeInstances")
    assert (answer["TotalCount"], answer["Instances"]) == (0, {"Instance": []})


def test_a_dry_run_tells_permission_from_emptiness(api: Api, blind: Api) -> None:
    with refused("DryRunOperation", 400):
        api("ecs:DescribeInstances", DryRun=True)
    with refused("Forbidden.RAM", 403):
        blind("ecs:DescribeInstances", DryRun=True)


def test_other_actions_without_permission_are_forbidden(blind: Api) -> None:
    with refused("Forbidden.RAM", 403):
        blind("rds:DescribeDBInstances")
    assert blind("ecs:DescribeDisks")["TotalCount"] == 16


def test_the_same_token_makes_one_thing(api: Api) -> None:
    first = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")
    second = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")
    assert first["VpcId"] == second["VpcId"]
    assert first["RequestId"] != second["RequestId"]
    assert api("vpc:DescribeVpcs")["TotalCount"] == 2


def test_the_same_token_with_other_parameters_is_refused(api: Api) -> None:
    api("ecs:CreateSecurityGroup", SecurityGroupName="one", ClientToken="token-1")
    with refused("IdempotentParameterMismatch"):
        api("ecs:CreateSecurityGroup", SecurityGroupName="two", ClientToken="token-1")


def test_a_refused_create_does_not_use_up_its_token(api: Api) -> None:
    with refused("InvalidParameter"):
        api("vpc:CreateVpc", CidrBlock="nonsense", ClientToken="token-1")
    assert api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")["VpcId"]


def test_a_malformed_token(api: Api) -> None:
    with refused("InvalidClientToken.Malformed"):
        api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="x" * 65)


def test_the_users_of_an_account_share_its_tokens(api: Api, blind: Api) -> None:
    ids = {user("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")["VpcId"] for user in (api, blind)}
    assert len(ids) == 1


def test_permission_comes_before_the_token(simulator: Simulator, quick: Estate) -> None:
    statement = Statement(effect="Deny", action="vpc:CreateVpc", resource="*")
    quick.users[1].policies.append(Policy(statement=[statement]))
    simulator.simulation.reset(quick)
    Api(simulator)("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")
    with refused("Forbidden.RAM", 403):
        Api(simulator, "blind")("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")


def test_without_a_token_the_request_id_is_that_of_a_call_of_the_vpc_api(api: Api) -> None:
    first = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16")
    again = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken=first["RequestId"])
    assert again["VpcId"] == first["VpcId"]
    assert api("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"] != first["VpcId"]
    group = api("ecs:CreateSecurityGroup", SecurityGroupName="one")
    again = api("ecs:CreateSecurityGroup", SecurityGroupName="one", ClientToken=group["RequestId"])
    assert again["SecurityGroupId"] != group["SecurityGroupId"]


def test_the_log_shows_who_asked_what_and_how_it_went(simulator: Simulator, api: Api) -> None:
    first = api("vpc:DescribeVpcAttribute", VpcId="vpc-bp1shared0000000001")
    with refused("InvalidVpcId.NotFound", 404):
        api("vpc:DescribeVpcAttribute", VpcId="vpc-none")
    send_rpc(simulator, _secret="wrong")  # noqa: S106 - false on purpose
    entries = [
        (entry["product"], entry["action"], entry["caller"], entry["outcome"], entry["status"])
        for entry in simulator.requests()
    ]
    assert entries == [
        ("vpc", "DescribeVpcAttribute", "demo", "OK", 200),
        ("vpc", "DescribeVpcAttribute", "demo", "InvalidVpcId.NotFound", 404),
        ("ecs", "DescribeRegions", "", "SignatureDoesNotMatch", 400),
    ]
    assert simulator.requests()[0]["parameters"] == {"RegionId": "cn-hangzhou", "VpcId": "vpc-bp1shared0000000001"}
    assert simulator.requests()[0]["request_id"] == first["RequestId"]
    assert simulator.requests(outcome="Invalid*") == simulator.requests()[1:2]
    assert simulator.requests(action="vpc:*", caller="demo") == simulator.requests()[:2]


def test_nothing_secret_is_logged_or_dumped(simulator: Simulator, api: Api) -> None:
    api("ecs:DescribeRegions")
    send_rpc(simulator)
    send_rpc(simulator, Action="MakeCoffee", **{"Password": "hunter2", "UserData": "aHVudGVyMg=="})
    assert "hunter2" not in str(simulator.requests())
    assert "aHVudGVyMg==" not in str(simulator.requests())
    key, secret = simulator.credentials
    assert key not in str(simulator.requests())
    assert "Signature" not in str(simulator.requests())
    assert secret not in str(simulator.state())


def test_moving_the_clock_ends_what_is_passing(quick: Estate) -> None:
    quick.timings.vpc = 3600
    simulation = Simulation(quick)
    direct = Direct(simulation)
    vpc_id = direct("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    assert direct("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Pending"
    simulation.clock.advance(3601)
    assert direct("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Available"


def test_reset_takes_back_the_clock_and_the_tokens(simulator: Simulator, api: Api) -> None:
    first = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="token-1")
    simulator.clock.advance(3600)
    assert simulator.now >= "2026-11-30T10:00:00"
    simulator.reset()
    assert simulator.now < "2026-11-30T10:00:00"
    api("vpc:DescribeVpcs")
    assert api("vpc:CreateVpc", CidrBlock="10.0.0.0/8", ClientToken="token-1")["VpcId"] != first["VpcId"]


def test_reset_returns_to_the_file(simulator: Simulator, api: Api) -> None:
    before = simulator.state()
    first = api.new_vpc()
    simulator.reset()
    assert simulator.state() == before
    assert simulator.requests() == []
    assert api.new_vpc() == first, "ids begin anew too"


def test_the_state_is_an_estate_file_again(simulator: Simulator, api: Api) -> None:
    vpc_id = api.new_vpc(VpcName="new")
    again = Estate.model_validate(simulator.state())
    assert {vpc.id for vpc in again.vpcs} == {"vpc-bp1shared0000000001", vpc_id}
