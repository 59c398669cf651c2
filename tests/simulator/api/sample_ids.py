"""Ids of the sample estate that the examples name."""

from __future__ import annotations

WEB, APP, CACHE = "sg-bp1web00000000000001", "sg-bp1app00000000000001", "sg-bp1cache0000000000001"
UNUSED_GROUP = "sg-bp1unused000000000001"
VPC, UNUSED_VPC = "vpc-bp1shared0000000001", "vpc-bp1unused000000000001"
VSWITCH = "vsw-bp1sharedh000000001"
ROUTE_TABLE = "vtb-bp1shared0000000001"
MYSQL, POSTGRES = "rm-bp1shopmysql000001", "pgm-bp1reportpg00000001"
REDIS, MONGODB = "r-bp1shopsessions001", "dds-bp1shopcatalog01"
WEB_1, MON_1 = "i-bp1web10000000000001", "i-bp1mon10000000000001"
DISK, SNAPSHOT = "d-bp1web1sys000000001", "s-bp1web1old000000001"
