"""The limits of hybrid access: which databases can have it, for how long, and whether it can be extended.

Hybrid access is a database in a VPC that keeps its classic addresses for a while. Sources, all SDK texts: of RDS 16.0.2
ModifyDBInstanceNetworkType and ModifyDBInstanceNetworkExpireTime, of R-kvstore 7.0.0 SwitchNetwork and
ModifyInstanceNetExpireTime, of DDS 9.5.0 ModifyDBInstanceNetworkType and ModifyDBInstanceNetExpireTime.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from estate.model import Database, DatabaseProduct

#: How long classic addresses can be kept, in days, counted from the call: at the switch and at each extension.
DAYS: Final[dict[DatabaseProduct, Sequence[int]]] = {
    # The older documentation of RDS says up to 180, the console offers 14, 30, 60 and 120; the SDK's is the narrower.
    "rds": range(1, 121),
    "redis": (14, 30, 60, 120),
    "mongodb": (14, 30, 60, 120),
}
MAX_DAYS: Final = 120

_RDS_ENGINES: Final = ("MySQL", "PostgreSQL", "SQLServer")
_2008_R2: Final = re.compile(r"2008.?r2", re.IGNORECASE)


def obstacle(database: Database) -> str | None:
    """Return the reason why a database cannot have hybrid access, with the way out; None where it can."""
    if database.product == "rds" and database.engine not in _RDS_ENGINES:
        return (
            f"{database.engine} has no documented switch with classic addresses kept: create an instance in the VPC "
            "and move the data there with DTS or from a backup"
        )
    if database.engine == "SQLServer" and _2008_R2.search(database.engine_version):
        return "SQL Server 2008 R2 cannot go into a VPC: upgrade it, or create an instance in the VPC and move the data"
    if database.product == "redis" and database.engine == "Memcache":
        return "no switch with classic addresses kept is documented for Memcache: create an instance in the VPC"
    if database.architecture == "standalone":
        return "a standalone MongoDB cannot: create a replica set in the VPC and move the data there with DTS"
    if database.architecture == "sharding":
        return "a sharded MongoDB is not handled here: set hybrid access up in its console, for each shard and mongos"
    return None


def extendable(database: Database) -> bool:
    """Whether a documented call extends the time of its classic addresses: for RDS, except PostgreSQL."""
    return database.product != "rds" or database.engine in ("MySQL", "SQLServer")


def days_for(database: Database, needed: float) -> int:
    """Return the number of days to request so that at least `needed` days are covered, or as many as possible.

    A database whose period cannot be extended later gets the longest one.
    """
    if not extendable(database):
        return MAX_DAYS
    return next((days for days in DAYS[database.product] if days >= needed), MAX_DAYS)
