"""Examples for ModifySecurityGroupConfiguration of the three ApsaraDB products."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.given_databases import changed
from tests.simulator.api.sample_ids import CACHE, MONGODB, MYSQL, REDIS, WEB
from tests.simulator.in_vpc import GROUP, add


def _examples() -> Iterator[Example]:
    for product, database, missing, busy in (
        ("rds", MYSQL, "InvalidDBInstanceId.NotFound", ("OperationDenied.DBInstanceStatus", 403)),
        ("kvstore", REDIS, "InvalidInstanceId.NotFound", ("IncorrectDBInstanceState", 403)),
        ("dds", MONGODB, "InvalidDBInstanceId.NotFound", ("IncorrectDBInstanceState", 400)),
    ):
        named = {"DBInstanceId": database}
        many = ",".join(f"sg-{number}" for number in range(11))
        yield Example(
            f"{product}:ModifySecurityGroupConfiguration",
            {**named, "SecurityGroupId": f"{WEB},{CACHE}"},
            (
                Refusal(missing, {"DBInstanceId": "none", "SecurityGroupId": WEB}, 404),
                Refusal(busy[0], {**named, "SecurityGroupId": WEB}, busy[1], changed(database, status="Creating")),
                Refusal("AssociatedEcsSecurityGroupIdQuotaExceed", {**named, "SecurityGroupId": many}),
                Refusal("InvalidSecurityGroupId.NotFound", {**named, "SecurityGroupId": f"{WEB},sg-none"}, 404),
                Refusal("InvalidNetworkType.Mismatch", {**named, "SecurityGroupId": GROUP}, given=add),
                Refusal("MissingParameter", named),
            ),
        )


EXAMPLES = tuple(_examples())
