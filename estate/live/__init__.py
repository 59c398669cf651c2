"""The live reader: one region of one account, by the official SDKs, paged at the maximum and bounded in concurrency.

A module for each product; `read` puts them together.
"""

from estate.live.ecs import free_interfaces, rule_of, snapshot_groups
from estate.live.mongodb import mongodb_database, mongodb_head, mongodb_whitelist_groups
from estate.live.rds import rds_database, rds_head, rds_whitelist_groups
from estate.live.read import IF_USED, RAM_ACTIONS, probe, read_estate
from estate.live.redis import redis_database, redis_head, redis_whitelist_groups
from estate.live.slb import access_list

__all__ = [
    "IF_USED",
    "RAM_ACTIONS",
    "access_list",
    "free_interfaces",
    "mongodb_database",
    "mongodb_head",
    "mongodb_whitelist_groups",
    "probe",
    "rds_database",
    "rds_head",
    "rds_whitelist_groups",
    "read_estate",
    "redis_database",
    "redis_head",
    "redis_whitelist_groups",
    "rule_of",
    "snapshot_groups",
]
