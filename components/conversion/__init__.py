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
- members of a group reach each other by a default that any rule overrides, guards too, and the cloud takes no rule
  that names its own group. Where members would be cut off, internet rules are told in the some thirty public blocks
  after all, and the default stands; or a second VPC group, which all members are in too, has the rules that name the
  first. Where that passes the limit of groups of an instance, guards it is, and the report says so;
- a rule that never decides anything, because another one of its group always does so first, is not told at all where
  it could not be told exactly.

Rule sets that pass the limits of a group are folded where that is exactly equivalent (`folding`), and what is still too
much is split over several VPC groups (`Conversion.parts`): every member is in all of them, and their rules are merged.

Nothing is opened: where a rule cannot be told exactly, an accept shrinks and a drop grows, and the report says
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
