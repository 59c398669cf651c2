"""Conversion of the rules of classic security groups into those of their VPC clones. Pure; knows nothing of Pulumi.

A classic group has four rule planes (internet and intranet NIC, in and out), a VPC group two. Which plane a packet
met is told by the peer's address: private addresses came by the intranet NIC, public ones by the internet NIC. So

- intranet rules are narrowed to private addresses: RFC 1918, and 100.64.0.0/10 from where the cloud's own services
  and the health checks of load balancers come;
- internet rules apply to public addresses only. `0.0.0.0/0` less the private ranges would be some thirty blocks, so
  where an internet rule overlaps private space the priorities are banded instead: intranet rules first, then a
  *guard* for private addresses (ingress drops them, egress accepts them, as the intranet NIC does by default), then
  internet rules. The bands are the same for all groups that share instances, because an instance merges the rules of
  all its groups by priority. Priorities keep their classic number wherever the bands allow it;
- ingress guards leave 100.64.0.0/10 alone: no tenant's traffic comes from there, and a load balancer's health check
  must never be cut. An internet rule that accepts 0.0.0.0/0 therefore accepts the cloud's own range too;
- addresses of instances that move change, so rules that cover them name clones instead. Where that takes more rules
  than a group may have, a broad rule that treats all who move alike names the blocks that they move into, as long as
  no other server is there;
- members of a group reach each other by a default, which any rule overrides, guards included. No rule can name its own
  group. If members would be cut off, internet rules are written as some thirty public blocks, which leaves the default
  in place; or a second VPC group of the same members has rules that name the first. If an instance would be in too many
  groups then, guards are used, and the report says so;
- a rule without effect, because another rule of its group always takes precedence, is left out if it cannot be carried
  over exactly.

Rules beyond the limits of a group are folded if that is exactly equivalent (`folding`). What is still too much is split
over several VPC groups (`Conversion.parts`): every member is in all of them, and their rules are merged.

Nothing is opened: if a rule cannot be carried over exactly, an accept shrinks and a drop grows, and the report says
`not-portable`. Both keep every verdict of the classic group or turn it into a drop.

Facts are of the security group pages and of the AuthorizeSecurityGroup and DescribeSecurityGroupAttribute API
references (ECS API 2014-05-26); how the console's own clone folds the planes is documented nowhere.
"""

from components.conversion.converter import convert
from components.conversion.moves import ConversionContext
from components.conversion.rules import (
    MAX_GROUP_PEERS,
    MAX_GROUPS,
    MAX_RULES,
    Conversion,
    LimitExceeded,
    Outcome,
    ReportEntry,
    VpcPeer,
    VpcRule,
)

__all__ = [
    "MAX_GROUPS",
    "MAX_GROUP_PEERS",
    "MAX_RULES",
    "Conversion",
    "ConversionContext",
    "LimitExceeded",
    "Outcome",
    "ReportEntry",
    "VpcPeer",
    "VpcRule",
    "convert",
]
