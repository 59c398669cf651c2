"""Examples for simulator/api/vpc_ha_vips.py."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.vpc import HaVip
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import VSWITCH

HA_VIP = HaVip(id="havip-bp1shop000000001", name="shop", vswitch_id=VSWITCH, ip_address="192.168.10.50", tags={})


def an_ha_vip(estate: Estate) -> None:
    """An HAVIP in the VSwitch of the sample estate."""
    estate.ha_vips.append(HA_VIP.model_copy(deep=True))


EXAMPLES = (Example("vpc:DescribeHaVips", {}, (Refusal("InvalidParameter", {"PageSize": 51}),), given=an_ha_vip),)
