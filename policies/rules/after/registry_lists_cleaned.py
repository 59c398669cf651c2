"""No whitelist of Container Registry still names the old address of a moved instance."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun
from policies.core.outcome import Verdict
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.address_lists import REGISTRIES, left_over
from policies.subjects.after import Left, left_behind


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    return left_behind(plan, timeline, instance, REGISTRIES, _places)


def _places(plan: Plan, address: str) -> list[Left]:
    return [
        Left(
            f"the whitelist of module {item.text('moduleName')} of {item.text('instanceId')} ({entry})",
            _deletion(item.text("instanceId"), item.text("moduleName"), entry),
        )
        for item in plan.migration.objects(REGISTRIES.key)
        for entry in left_over(plan, item.texts("entries"), address)
    ]


def _deletion(registry_id: str, module: str, entry: str) -> Fix:
    return aliyun(
        "cr",
        "DeleteInstanceEndpointAclPolicy",
        {"InstanceId": registry_id, "EndpointType": "internet", "ModuleName": module, "Entry": entry},
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="No registry whitelist may still name an old intranet address",
    severity="medium",
    notice_items=("N26",),
    why="Another customer may get the released address tomorrow, and the list would still admit it.",
    remediation=_deletion("<registry>", "<module>", "<address>") | REGISTRIES.remediation,
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok="It may wait until the cleanup after the window is due.",
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 1.",
        "Container Registry API reference, GetInstanceEndpoint, DeleteInstanceEndpointAclPolicy.",
    ),
    url="https://www.alibabacloud.com/help/en/acr/developer-reference/api-cr-2018-12-01-getinstanceendpoint",
    ram_actions=("cr:ListInstance", "cr:GetInstanceEndpoint"),
    check=_check,
    until_move=False,
)
