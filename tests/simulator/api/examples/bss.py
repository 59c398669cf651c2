"""Examples for simulator/api/bss.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal

FIREWALLS = {"ProductCode": "vipcloudfw", "ProductType": "vipcloudfw", "SubscriptionType": "Subscription"}

EXAMPLES = (
    Example(
        "bssapi:QueryAvailableInstances",
        {**FIREWALLS, "PageNum": 1, "PageSize": 50},
        (
            Refusal("NotApplicable", {"ProductCode": "cfw", "ProductType": "cfw_pre_intl"}),
            Refusal("InvalidParameter", {**FIREWALLS, "PageSize": 301}),
            Refusal("InvalidParameter", {"ProductCode": "ecs", "EndTimeStart": "tomorrow"}),
            Refusal("InvalidParameter", {"ProductCode": "ecs", "InstanceIDs": ",".join(["i-none"] * 101)}),
            Refusal("SimulatorNotImplemented", {"ProductCode": "moon"}),
        ),
    ),
)
