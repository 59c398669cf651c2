"""Examples for simulator/api/ecs_instances.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.in_vpc import INSTANCE, add, having

UNKNOWN = Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404)
MALFORMED_IDS = Refusal("InvalidInstanceIds.Malformed", {"InstanceIds": "i-none"})
stopped = having("instances", INSTANCE, status="Stopped")
NO_TAG_KEY = Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "1"}]})

EXAMPLES = (
    Example(
        "ecs:DescribeInstances",
        {"MaxResults": 100, "AdditionalAttributes": ["META_OPTIONS", "NETWORK_PRIMARY_ENI_IP", "LOGIN_AS_NON_ROOT"]},
        (MALFORMED_IDS, NO_TAG_KEY),
        add,
    ),
    Example("ecs:DescribeInstanceAttribute", {"InstanceId": WEB_1}, (UNKNOWN,)),
    Example("ecs:DescribeUserData", {"InstanceId": WEB_1}, (UNKNOWN,)),
    Example(
        "ecs:DescribeInstanceVncUrl",
        {"InstanceId": INSTANCE},
        (UNKNOWN, Refusal("IncorrectInstanceStatus", {"InstanceId": INSTANCE}, 403, stopped)),
        add,
    ),
    Example("ecs:DescribeInstanceAutoRenewAttribute", {"RenewalStatus": "Normal"}),
)
