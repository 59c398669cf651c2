"""Examples for simulator/api/ecs_events.py."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.system_events import SystemEvent
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import WEB_1


def reboot(estate: Estate) -> None:
    """web-1 is to be rebooted for maintenance."""
    estate.events.append(
        SystemEvent.model_validate(
            {
                "id": "e-bp1reboot0000000001",
                "instance_id": WEB_1,
                "type": "SystemMaintenance.Reboot",
                "not_before": "2026-12-05T02:00:00+08:00",
                "published_at": "2026-11-28T10:00:00+08:00",
                "reason": "Upgrade of the host",
            }
        )
    )


BACKWARDS = Refusal(
    "InvalidParameter.TimeEndBeforeStart",
    {"NotBefore": {"Start": "2026-12-01T00:00:00Z", "End": "2026-11-30T00:00:00Z"}},
    403,
)

EXAMPLES = (
    Example(
        "ecs:DescribeInstanceStatus",
        {"ZoneId": "cn-hangzhou-b"},
        (Refusal("InvalidZoneId.NotFound", {"ZoneId": "cn-hangzhou-x"}, 404),),
    ),
    Example("ecs:DescribeInstancesFullStatus", {"InstanceId": [WEB_1]}, (BACKWARDS,), reboot),
    Example("ecs:DescribeInstanceHistoryEvents", {"InstanceEventCycleStatus": ["Scheduled"]}, (BACKWARDS,), reboot),
)
