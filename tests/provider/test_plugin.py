"""The Pulumi side: requests in, answers out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from estate.errors import CredentialsError, SettingsError
from estate.settings import CloudSettings
from provider.plugin import AlimigrateProvider
from provider.registry import IDENTITY, RAM_ACTIONS, RESOURCES, schema
from provider.resource import Resource, ResourceError
from provider.values import UNKNOWN, Properties, properties, secret_names, values
from simulator.server import Simulator

URN = "urn:pulumi:dev::classic-to-vpc::{}::name"
RULES = "alimigrate:ecs:SecurityGroupRules"
RULE = {
    "direction": "ingress",
    "ipProtocol": "TCP",
    "portRange": "80/80",
    "policy": "accept",
    "priority": 1,
    "cidrIp": "0.0.0.0/0",
}
INPUTS: Properties = {"securityGroupId": "sg-vpc", "rules": {"web": RULE}}

T = TypeVar("T")


def run(call: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(call)


def urn(token: str = RULES) -> str:
    return URN.format(token)


def configured(config: Properties, environ: dict[str, str] | None = None) -> AlimigrateProvider:
    provider = AlimigrateProvider(environ or {})
    run(provider.configure(sdk.ConfigureRequest({}, values(config), accept_secrets=True, accept_resources=True)))
    return provider


@pytest.fixture
def provider(simulator: Simulator) -> AlimigrateProvider:
    config = simulator.config()
    return configured(config | {"endpoints": json.dumps(dict(config["endpoints"]))})


def create(provider: AlimigrateProvider, inputs: Properties, *, preview: bool = False) -> sdk.CreateResponse:
    return run(provider.create(sdk.CreateRequest(urn(), values(inputs), 0, preview)))


def test_a_life_through_the_protocol(provider: AlimigrateProvider) -> None:
    checked = run(provider.check(sdk.CheckRequest(urn(), {}, values(INPUTS), b"")))
    assert checked.failures == []
    created = run(provider.create(sdk.CreateRequest(urn(), checked.inputs or {}, 0, False)))
    assert created.resource_id == "sg-vpc"
    same = run(provider.diff(sdk.DiffRequest(urn(), "sg-vpc", created.properties, checked.inputs or {}, [])))
    assert (same.changes, same.diffs, same.detailed_diff) == (False, [], {})
    read = run(provider.read(sdk.ReadRequest(urn(), "sg-vpc", created.properties, {})))
    assert (read.resource_id, properties(read.properties)) == ("sg-vpc", properties(created.properties))
    assert properties(read.inputs) == INPUTS
    news = values(INPUTS | {"rules": {"web": RULE | {"priority": 2}}})
    changed = run(provider.update(sdk.UpdateRequest(urn(), "sg-vpc", created.properties, news, 0, [], False)))
    assert properties(changed.properties)["rules"]["web"]["priority"] == 2
    run(provider.delete(sdk.DeleteRequest(urn(), "sg-vpc", changed.properties, 0)))


def test_a_preview_needs_no_cloud_and_keeps_unknowns() -> None:
    provider = configured({})
    inputs = {"securityGroupId": UNKNOWN, "rules": {"web": RULE | {"cidrIp": UNKNOWN}}}
    checked = run(provider.check(sdk.CheckRequest(urn(), {}, values(inputs), b"")))
    assert checked.failures == []
    assert properties(checked.inputs or {}) == inputs
    assert properties(create(provider, inputs, preview=True).properties) == inputs | {"applied": UNKNOWN}
    update = sdk.UpdateRequest(urn(), "sg-vpc", values(INPUTS | {"applied": "x"}), values(INPUTS), 0, [], True)
    assert properties(run(provider.update(update)).properties)["applied"] is UNKNOWN


def test_a_diff_names_each_rule_and_what_replaces() -> None:
    provider = configured({})
    old = values(INPUTS | {"applied": "x"})
    news = values({"securityGroupId": "sg-other", "rules": {"ssh": RULE | {"portRange": "22/22"}}})
    diff = run(provider.diff(sdk.DiffRequest(urn(), "sg-vpc", old, news, [])))
    assert (diff.changes, diff.replaces, diff.diffs) == (True, ["securityGroupId"], ["rules", "securityGroupId"])
    assert {path: detail.kind for path, detail in diff.detailed_diff.items()} == {
        "securityGroupId": sdk.PropertyDiffKind.UPDATE_REPLACE,
        'rules["ssh"]': sdk.PropertyDiffKind.ADD,
        'rules["web"]': sdk.PropertyDiffKind.DELETE,
    }


def test_failures_of_a_check_are_reported_with_their_paths() -> None:
    wrong = values({"securityGroupId": "sg-vpc", "rules": {"web": RULE | {"priority": 0}}})
    checked = run(configured({}).check(sdk.CheckRequest(urn(), {}, wrong, b"")))
    assert [(failure.property) for failure in checked.failures or []] == ['rules["web"].priority']


def test_a_thing_that_is_gone_is_answered_without_an_id(provider: AlimigrateProvider) -> None:
    read = run(provider.read(sdk.ReadRequest(urn(), "sg-gone", {}, {})))
    assert not read.resource_id


def test_configuration_is_judged_when_the_cloud_is_needed() -> None:
    with pytest.raises(SettingsError, match="alicloud:region: expected a region id"):
        create(configured({}), INPUTS)
    with pytest.raises(ResourceError, match="not known yet"):
        create(configured({"region": UNKNOWN}), INPUTS)


def test_nothing_is_written_into_another_account(simulator: Simulator) -> None:
    config = simulator.config()
    provider = configured(config | {"endpoints": json.dumps(config["endpoints"]), "accountId": "99"})
    with pytest.raises(CredentialsError, match=r"alicloud:accountId is 99"):
        create(provider, INPUTS)
    assert [entry["action"] for entry in simulator.requests()] == ["GetCallerIdentity"]


def test_the_identity_digest_shows_equal_credentials_and_reveals_none() -> None:
    config = {"region": "cn-hangzhou", "accessKey": "ak-hush", "secretKey": "sk-hush"}
    ours = CloudSettings.from_config(config, {}).identity
    request = sdk.InvokeRequest(IDENTITY, values({"nonce": "once"}))
    outputs = properties(run(configured(config).invoke(request)).return_value or {})
    assert outputs == {"named": "alicloud:accessKey", "digest": ours.digest("once"), "region": ""}
    assert ours.digest("once") != ours.digest("twice")
    for other in ({"accessKey": "x"}, {"secretKey": "x"}, {"securityToken": "x"}, {"assumeRole": {"roleArn": "x"}}):
        theirs = run(configured(config | other).invoke(request)).return_value or {}
        assert properties(theirs)["digest"] != ours.digest("once")
    assert "hush" not in json.dumps(outputs)


@pytest.mark.parametrize(
    ("key", "environ", "region"),
    [
        ("cn-hangzhou", {}, "cn-hangzhou"),
        ("cn-hangzhou", {"ALICLOUD_REGION": "cn-beijing"}, "cn-hangzhou"),
        ("", {"ALICLOUD_REGION": "cn-beijing", "ALIBABA_CLOUD_REGION": "cn-shanghai"}, "cn-beijing"),
        ("", {"ALIBABA_CLOUD_REGION": "cn-shanghai"}, "cn-shanghai"),
        ("", {}, ""),
        ("", {"ALICLOUD_REGION": "no region"}, ""),
    ],
)
def test_the_identity_has_the_region_of_the_engines_environment(key: str, environ: dict[str, str], region: str) -> None:
    """Whatever region the program gave: `alicloud` gets none of it."""
    provider = AlimigrateProvider(environ)
    config = {"region": "cn-hangzhou", "accessKey": "ak", "secretKey": "sk"}
    run(provider.configure(sdk.ConfigureRequest({}, values(config), accept_secrets=True, accept_resources=True)))
    answer = run(provider.invoke(sdk.InvokeRequest(IDENTITY, values({"nonce": "once", "region": key}))))
    assert properties(answer.return_value or {})["region"] == region


def test_an_unknown_function_is_answered_with_what_exists() -> None:
    with pytest.raises(ResourceError, match="alimigrate has no function x; it has alimigrate:index:getIdentity"):
        run(configured({}).invoke(sdk.InvokeRequest("x", {})))


def test_the_provider_marks_secrets_itself() -> None:
    provider = AlimigrateProvider({})
    secret = {"secretKey": PropertyValue("s", is_secret=True)}
    answer = run(provider.configure(sdk.ConfigureRequest({}, secret, accept_secrets=True, accept_resources=True)))
    assert (answer.accept_secrets, answer.supports_preview) == (True, True)


def test_a_secret_input_is_a_secret_in_every_answer_and_copy(provider: AlimigrateProvider) -> None:
    """One entry of the rules is a secret: so are the rules, what was declared, and how the cloud differs."""
    rule = {**values(RULE), "cidrIp": PropertyValue("0.0.0.0/0", is_secret=True)}
    inputs = {**values(INPUTS), "rules": PropertyValue({"web": PropertyValue(rule)})}
    none: dict[str, PropertyValue] = {}
    checked = run(provider.check(sdk.CheckRequest(urn(), none, inputs, b"")))
    assert secret_names(checked.inputs or {}) == {"rules"}
    foreseen = run(provider.create(sdk.CreateRequest(urn(), inputs, 0, preview=True)))
    assert secret_names(foreseen.properties or {}) == {"rules"}
    created = run(provider.create(sdk.CreateRequest(urn(), inputs, 0, preview=False)))
    state = created.properties or {}
    assert secret_names(state) == {"rules", "declared", "drift"}
    resource_id = created.resource_id or ""
    read = run(provider.read(sdk.ReadRequest(urn(), resource_id, state, inputs)))
    assert secret_names(read.properties or {}) == {"rules", "declared", "drift"}
    assert secret_names(read.inputs or {}) == {"rules"}
    for preview in (True, False):
        update = sdk.UpdateRequest(urn(), resource_id, state, inputs, 0, [], preview)
        assert secret_names(run(provider.update(update)).properties or {}) == {"rules", "declared", "drift"}
    assert properties(state)["declared"] == INPUTS


def test_a_cancelled_provider_waits_for_nothing() -> None:
    provider = configured(
        {"region": "cn-hangzhou", "accessKey": "a", "secretKey": "b", "protocol": "HTTP", "endpoints": "{}"}
    )
    run(provider.cancel())
    with pytest.raises(ResourceError, match="Cancelled"):
        provider.cloud().wait(lambda: False, "ever", timeout=3600, interval=600)


def test_an_unknown_resource_is_answered_with_what_exists() -> None:
    with pytest.raises(ResourceError, match=f"no resource alimigrate:x:Y; it has {RULES}"):
        run(configured({}).check(sdk.CheckRequest(urn("alimigrate:x:Y"), {}, {}, b"")))


def test_the_schema_reports_every_resource_with_every_property_described() -> None:
    document = json.loads(schema())
    assert set(document["resources"]) == set(RESOURCES) == set(RAM_ACTIONS)
    for resource in [*document["resources"].values(), *document["types"].values(), document["provider"]]:
        assert resource["description"]
        for name, fields in {**resource.get("inputProperties", {}), **resource.get("properties", {})}.items():
            assert fields["description"], name
    for resource in document["resources"].values():
        assert set(resource["required"]) <= set(resource["properties"])
        assert set(resource["requiredInputs"]) <= set(resource["inputProperties"])


def test_the_contracts_name_every_resource() -> None:
    contracts = (Path(__file__).parents[2] / "docs/contracts.md").read_text(encoding="utf-8")
    named = {
        f"alimigrate:{module}:{name}"
        for modules, name in re.findall(r"`alimigrate:\{?([\w,]+)\}?:(\w+)`", contracts)
        for module in modules.split(",")
    }
    assert set(RESOURCES) - named == set()


LINK = "alimigrate:ecs:ClassicLinkAttachment"


def linked_in_preview(provider: AlimigrateProvider, vpc_id: object) -> Properties:
    inputs = values({"instanceId": "i-1", "vpcId": vpc_id})
    created = run(provider.create(sdk.CreateRequest(urn(LINK), inputs, 0, preview=True)))
    return properties(created.properties)


@pytest.mark.parametrize("vpc_id", ["vpc-2", UNKNOWN])
def test_a_preview_says_what_the_creation_would_be_refused(provider: AlimigrateProvider, vpc_id: object) -> None:
    preview = linked_in_preview(provider, vpc_id)
    assert preview["refused"].startswith(
        "Instance i-1 is linked to VPC vpc-1, and an instance can be linked to one only."
    )
    assert "notForeseen" not in preview


def test_a_preview_says_what_cannot_be_found_out() -> None:
    preview = linked_in_preview(configured({"region": "cn-hangzhou"}), "vpc-2")
    assert "refused" not in preview
    assert "alicloud:accessKey" in preview["notForeseen"]
    assert "not known yet" in linked_in_preview(configured({"region": UNKNOWN}), "vpc-2")["notForeseen"]


def test_by_the_estate_of_a_file_nothing_is_foreseen_and_nobody_is_asked(simulator: Simulator) -> None:
    config = simulator.config()
    config |= {"endpoints": json.dumps(dict(config["endpoints"]))}
    provider = configured(config, {"PREFLIGHT_ESTATE": "/somewhere/estate.json"})
    before = len(simulator.requests())
    preview = linked_in_preview(provider, "vpc-2")
    assert "refused" not in preview
    assert "the file estate.json, and the cloud is not asked" in preview["notForeseen"]
    assert len(simulator.requests()) == before


@pytest.mark.parametrize("linked_before", [False, True])
def test_a_link_that_goes_first_is_not_in_the_way_of_its_replacement(
    provider: AlimigrateProvider, linked_before: bool
) -> None:
    """One that was there before the stack stays, and is."""
    old = values({"instanceId": "i-1", "vpcId": "vpc-1", "linkedBefore": linked_before, "applied": "x"})
    news = values({"instanceId": "i-1", "vpcId": "vpc-2"})
    diff = run(provider.diff(sdk.DiffRequest(urn(LINK), "i-1:vpc-1", old, news, [])))
    assert diff.delete_before_replace
    preview = linked_in_preview(provider, "vpc-2")
    assert ("refused" in preview) is linked_before
    way = "(aliyun ecs DetachClassicLinkVpc --RegionId cn-hangzhou --VpcId vpc-1 --InstanceId i-1)"
    assert (way in str(preview.get("refused"))) is linked_before


ADDED = "alimigrate:ecs:AddedSecurityGroupRules"
OTHER = "urn:pulumi:dev::classic-to-vpc::mine:index:Estate${}::name"


def ports(simulator: Simulator, group_id: str) -> set[str]:
    [group] = [item for item in simulator.state()["security_groups"] if item["id"] == group_id]
    return {rule["port_range"] for rule in group["rules"]}


def added(*port_ranges: str) -> dict[str, PropertyValue]:
    rules = {item: {**RULE, "portRange": item, "description": "ours"} for item in port_ranges}
    return values({"securityGroupId": "sg-vpc", "rules": rules})


@pytest.mark.parametrize("cut_off", [False, True], ids=["in one run", "in the next run"])
def test_what_the_program_declares_under_another_urn_stays(
    provider: AlimigrateProvider, simulator: Simulator, cut_off: bool
) -> None:
    """A new name or parent: the new resource finds its rules in place, and then the old one is deleted."""
    others = ports(simulator, "sg-vpc")
    old = run(provider.create(sdk.CreateRequest(urn(ADDED), added("80/80", "81/81"), 0, False)))
    assert old.resource_id is not None
    provider = configured(provider._config)
    news = added("80/80", "82/82")
    new = run(provider.create(sdk.CreateRequest(OTHER.format(ADDED), news, 0, False)))
    assert new.resource_id == old.resource_id
    if cut_off:
        provider = configured(provider._config)
        run(provider.diff(sdk.DiffRequest(OTHER.format(ADDED), new.resource_id, new.properties, news, [])))
    run(provider.delete(sdk.DeleteRequest(urn(ADDED), old.resource_id, old.properties, 0)))
    assert ports(simulator, "sg-vpc") == others | {"80/80", "82/82"}
    # What no other resource has by now goes, as it always does.
    run(configured(provider._config).delete(sdk.DeleteRequest(urn(ADDED), old.resource_id, new.properties, 0)))
    assert ports(simulator, "sg-vpc") == others


def test_a_link_that_stays_under_another_urn_is_said_to_outlive_a_destroy(
    provider: AlimigrateProvider, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    inputs = values({"instanceId": "i-3", "vpcId": "vpc-1"})
    old = run(provider.create(sdk.CreateRequest(urn(LINK), inputs, 0, False)))
    run(provider.create(sdk.CreateRequest(OTHER.format(LINK), inputs, 0, False)))
    assert old.resource_id is not None
    run(provider.delete(sdk.DeleteRequest(urn(LINK), old.resource_id, old.properties, 0)))
    assert "i-3" in {link["instance_id"] for link in simulator.state()["classic_links"]}
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("alimigrate:ecs:ClassicLinkAttachment of i-3:vpc-1 stays, because the program declares it")


def test_a_resource_that_was_compared_and_goes_first_is_deleted(
    provider: AlimigrateProvider, simulator: Simulator
) -> None:
    """As with the option deleteBeforeReplace, or in `pulumi destroy --run-program`."""
    inputs = values({"instanceId": "i-3", "vpcId": "vpc-1"})
    old = run(provider.create(sdk.CreateRequest(urn(LINK), inputs, 0, False)))
    assert old.resource_id is not None
    provider = configured(provider._config)
    run(provider.diff(sdk.DiffRequest(urn(LINK), old.resource_id, old.properties, inputs, [])))
    run(provider.delete(sdk.DeleteRequest(urn(LINK), old.resource_id, old.properties, 0)))
    assert "i-3" not in {link["instance_id"] for link in simulator.state()["classic_links"]}


@pytest.mark.parametrize("token", [token for token, item in RESOURCES.items() if type(item).update is Resource.update])
def test_of_a_resource_without_an_update_every_input_replaces(token: str) -> None:
    resource = RESOURCES[token]
    assert set(resource.schema.get("inputProperties", {})) == set(resource.replacing)
