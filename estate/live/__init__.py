"""The live reader: one region of one account, by the official SDKs, paged at the maximum and bounded in concurrency.

A module for each product; `read` puts them together.
"""

from estate.live.databases import whitelist_groups
from estate.live.ecs import rule_of
from estate.live.read import RAM_ACTIONS, probe, read_estate

__all__ = ["RAM_ACTIONS", "probe", "read_estate", "rule_of", "whitelist_groups"]
