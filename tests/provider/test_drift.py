"""What somebody changed in the cloud since the last `up` is told by the state, and by the preview of the update."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pulumi.provider.experimental import provider as sdk

from estate.client import Cloud
from provider import drift
from provider.plugin import AlimigrateProvider
from provider.registry import RESOURCES
from provider.resource import ResourceError
from provider.values import UNKNOWN, Properties, properties, values
from tests.provider.test_plugin import INPUTS, RULE, RULES, configured, create, provider, run, urn

__all__ = ["provider"]  # a fixture

NOW = datetime.fromisoformat("2026-11-30T09:00:00.250+08:00")
WHITELIST = "alimigrate:rds:WhitelistGroup"


RDP: Properties = {
    "direction": "ingress",
    "ipProtocol": "TCP",
    "portRange": "3389/3389",
    "policy": "accept",
    "priority": 1,
    "cidrIp": "0.0.0.0/0",
}


def read(provider: AlimigrateProvider, state: Properties) -> Properties:
    answer = run(provider.read(sdk.ReadRequest(urn(), "sg-vpc", values(state), {})))
    assert properties(answer.inputs).keys() == INPUTS.keys()
    return properties(answer.properties)


def update(provider: AlimigrateProvider, state: Properties, inputs: Properties, *, preview: bool) -> Properties:
    request = sdk.UpdateRequest(urn(), "sg-vpc", values(state), values(inputs), 0, [], preview)
    return properties(run(provider.update(request)).properties)


def provider_diff(provider: AlimigrateProvider, state: Properties) -> bool:
    answer = run(provider.diff(sdk.DiffRequest(urn(), "sg-vpc", values(state), values(INPUTS), [])))
    return bool(answer.changes)


def authorize(cloud: Cloud) -> None:
    rule = {"ip_protocol": "TCP", "port_range": "3389/3389", "source_cidr_ip": "0.0.0.0/0", "priority": "1"}
    cloud.call("ecs:AuthorizeSecurityGroup", region_id=cloud.region, security_group_id="sg-vpc", permissions=[rule])


def test_a_rule_that_somebody_adds_is_drift_and_refused_until_somebody_declares_it(
    provider: AlimigrateProvider,
) -> None:
    created = properties(create(provider, INPUTS).properties)
    assert (created["drift"], created["declared"]) == ([], INPUTS)
    assert read(provider, created)["drift"] == []
    authorize(provider.cloud())
    seen = read(provider, created)
    assert seen["drift"] == ['rules["unmanaged: ingress accept TCP 3389/3389 from 0.0.0.0/0 (1)"] was added']
    # A refresh that is written into the state makes it no better.
    assert read(provider, seen)["drift"] == seen["drift"]
    planned = update(provider, seen, INPUTS, preview=True)
    assert (planned["applied"], planned["drift"]) == (UNKNOWN, seen["drift"])
    assert "3389/3389 from 0.0.0.0/0 (1)" in planned["refused"]
    with pytest.raises(ResourceError, match=r"neither applied nor declares: ingress accept TCP 3389/3389 .*An update"):
        update(provider, seen, INPUTS, preview=False)
    desired = INPUTS | {"rules": INPUTS["rules"] | {"rdp": RDP}}
    assert "refused" not in update(provider, seen, desired, preview=True)
    after = update(provider, seen, desired, preview=False)
    assert (after["drift"], after["rules"], after["declared"]) == ([], desired["rules"], desired)
    assert read(provider, after)["drift"] == []


def test_a_rule_that_somebody_revokes_is_drift(provider: AlimigrateProvider) -> None:
    created = properties(create(provider, INPUTS).properties)
    run(configured(provider._config).delete(sdk.DeleteRequest(urn(), "sg-vpc", values(created), 0)))
    assert read(provider, created)["drift"] == ['rules["web"] is gone']


def test_a_newly_declared_rule_is_no_drift(provider: AlimigrateProvider) -> None:
    created = properties(create(provider, INPUTS).properties)
    desired = INPUTS | {"rules": {"web": RULE | {"priority": 2}}}
    planned = update(provider, read(provider, created), desired, preview=True)
    assert (planned["applied"], planned["drift"]) == (UNKNOWN, [])
    assert update(provider, created, desired, preview=False)["declared"] == desired


def test_a_write_that_cannot_be_read_back_is_not_confirmed_and_fails_nothing(
    provider: AlimigrateProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(provider.cloud(), "sleep", lambda _seconds: None)
    reads = 0

    def stale(*_: object) -> None:
        nonlocal reads
        reads += 1

    monkeypatch.setattr(RESOURCES[RULES].__class__, "read", stale)
    created = create(provider, INPUTS)
    assert created.resource_id == "sg-vpc"
    outputs = properties(created.properties)
    assert (outputs["declared"], outputs.get("confirmedAt"), reads) == (INPUTS, None, 31)
    assert "could not be read back" in caplog.text


def test_the_preview_of_a_creation_tells_of_none(provider: AlimigrateProvider) -> None:
    planned = properties(create(provider, INPUTS, preview=True).properties)
    assert not {"drift", "declared", "confirmedAt"} & planned.keys()


def test_it_is_told_when_it_was_written_last_and_no_refresh_or_preview_moves_that(provider: AlimigrateProvider) -> None:
    """So an update can tell what it has put right from what it left as it was."""
    cloud = provider.cloud()
    began = cloud.now()
    created = properties(create(provider, INPUTS).properties)
    # The Date header of an answer has whole seconds, so what is told may be up to one behind.
    second = timedelta(seconds=1)
    confirmed = datetime.fromisoformat(created["confirmedAt"])
    assert began <= confirmed + second
    assert provider_diff(provider, created | {"confirmedAt": "2020-01-01T00:00:00+00:00"}) is False
    old = created | {"confirmedAt": "2020-01-01T00:00:00+00:00"}
    assert read(provider, old)["confirmedAt"] == old["confirmedAt"]
    desired = INPUTS | {"rules": {"web": RULE | {"priority": 2}}}
    assert update(provider, old, desired, preview=True)["confirmedAt"] == old["confirmedAt"]
    assert datetime.fromisoformat(update(provider, old, desired, preview=False)["confirmedAt"]) >= confirmed - second


@pytest.mark.parametrize("known", [{}, INPUTS | {"applied": "digest"}], ids=["imported", "of an earlier version"])
def test_a_state_without_declared_inputs_counts_as_declared(known: Properties) -> None:
    live = INPUTS | {"applied": "digest"}
    assert drift.compared(RESOURCES[RULES], known, live) == live | {"declared": INPUTS, "drift": []}


def test_other_resources_tell_theirs_as_well() -> None:
    group = {"dbInstanceId": "rm-1", "groupName": "ours", "networkType": "VPC", "securityIps": ["10.0.0.0/24"]}
    known = drift.remembered(RESOURCES[WHITELIST], group | {"applied": "digest"}, NOW)
    live = group | {"securityIps": ["0.0.0.0/0"], "applied": "other"}
    assert drift.compared(RESOURCES[WHITELIST], known, live)["drift"] == [
        "securityIps: 0.0.0.0/0 was added",
        "securityIps: 10.0.0.0/24 is gone",
    ]


@pytest.mark.parametrize(
    ("ips", "told"),
    [
        (["10.0.0.0/24", "10.1.0.0/24"], []),
        (["10.0.0.0/24"], ["securityIps: 10.1.0.0/24 is gone"]),
        (["10.0.0.0/24", "10.1.0.0/24", "10.2.0.0/24"], ["securityIps: 10.2.0.0/24 was added"]),
        (["10.1.0.0/24", "10.0.0.0/24"], ["securityIps was changed"]),
        (None, ["securityIps was changed"]),
    ],
)
def test_only_what_differs_is_told(ips: object, told: list[str]) -> None:
    declared = ["10.0.0.0/24", "10.1.0.0/24"]
    group = {"dbInstanceId": "rm-1", "groupName": "ours", "networkType": "VPC", "securityIps": declared}
    known = drift.remembered(RESOURCES[WHITELIST], group | {"applied": "digest"}, NOW)
    assert drift.compared(RESOURCES[WHITELIST], known, group | {"securityIps": ips})["drift"] == told


def test_without_declared_inputs_the_known_ones_count_and_not_the_live_ones() -> None:
    known = {"dbInstanceId": "rm-1", "groupName": "ours", "networkType": "VPC", "securityIps": ["10.0.0.0/24"]}
    found = drift.compared(RESOURCES[WHITELIST], known, known | {"securityIps": ["0.0.0.0/0"]})
    assert (found["declared"], len(found["drift"])) == (known, 2)


def test_a_state_of_an_earlier_version_counts_as_declared_as_it_was_known(provider: AlimigrateProvider) -> None:
    """It has no `declared`: an update without a refresh goes by what the state shows, and then remembers."""
    created = properties(create(provider, INPUTS).properties)
    earlier = {name: value for name, value in created.items() if name not in ("declared", "drift")}
    assert drift.recalled(RESOURCES[RULES], earlier)["declared"] == INPUTS
    desired = INPUTS | {"rules": {"web": RULE | {"priority": 2}}}
    after = update(provider, earlier, desired, preview=False)
    assert (after["rules"], after["declared"], after["drift"]) == (desired["rules"], desired, [])
    authorize(provider.cloud())
    with pytest.raises(ResourceError, match="neither applied nor declares"):
        update(provider, earlier | {"rules": desired["rules"]}, INPUTS, preview=False)
