"""Each registry whose whitelist names the instance is reachable from the target VPC."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, task
from policies.core.outcome import Verdict, failed, judged, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.address_lists import (
    REGISTRIES,
    addresses_of,
    also_broad,
    is_unread,
    naming,
    or_promised,
    target_vpc,
    unused,
)


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    verdict = judged(partial(_lists, plan, timeline, instance))
    return or_promised(verdict, plan, timeline, instance, unread=is_unread(plan, REGISTRIES))


def _lists(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not_used := unused(plan, REGISTRIES, timeline.now):
        return not_used
    lists = [item for item in plan.migration.objects(REGISTRIES.key) if item.flag("inForce")]
    addresses = addresses_of(instance)
    named = [item for item in lists if naming(item.texts("entries"), addresses)]
    if not named:
        broad = also_broad((entry for item in lists for entry in item.texts("entries")), addresses)
        return passed(f"No whitelist of Container Registry names its address.{broad}")
    return worst(judged(partial(_reached, plan, item, addresses)) for item in named)


def _reached(plan: Plan, item: Facts, addresses: tuple[str, ...]) -> Verdict:
    registry_id, module = item.text("instanceId"), item.text("moduleName")
    name = item.optional_text("instanceName")
    where = f"{registry_id}{f' ({name})' if name else ''}, module {module},"
    vpc_id = target_vpc(plan)
    if vpc_id in item.texts("linkedVpcIds"):
        return passed(f"{where} is reached over its endpoint in {vpc_id}.")
    entries = ", ".join(naming(item.texts("entries"), addresses))
    target = (
        f"{vpc_id} is not linked with it, or not yet RUNNING"
        if vpc_id
        else "the target VPC is yet to be created and linked with it"
    )
    return failed(
        f"The whitelist of {where} names {entries}, which changes with the move; {target}.",
        _link(registry_id, module, vpc_id or "<vpc>"),
    )


def _link(registry_id: str, module: str, vpc_id: str) -> Fix:
    return aliyun(
        "cr",
        "CreateInstanceVpcEndpointLinkedVpc",
        {"InstanceId": registry_id, "ModuleName": module, "VpcId": vpc_id, "VswitchId": "<vswitch>"},
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Registries that admit the instance by address must be reachable from the VPC",
    severity="low",
    notice_items=("N26",),
    why="An instance whose new address is in no whitelist pulls no image and no chart once it has moved.",
    remediation=_link("<registry>", "<module>", "<vpc>") | REGISTRIES.remediation,
    remediation_after=(
        task("It is refused by now: let the VPC in at once.") + _link("<registry>", "<module>", "<vpc>")
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok="A registry that an attestation answers for may be prepared until the freeze begins.",
    sources=(
        "Container Registry API reference, GetInstanceEndpoint: the whitelist is of the public endpoint.",
        "Container Registry API reference, GetInstanceVpcEndpoint: VPCs that reach the instance.",
    ),
    url="https://www.alibabacloud.com/help/en/acr/developer-reference/api-cr-2018-12-01-getinstancevpcendpoint",
    ram_actions=("cr:ListInstance", "cr:GetInstanceEndpoint", "cr:GetInstanceVpcEndpoint"),
    lead_hours=168,
    until_move=True,
    check=_check,
)
