"""Compare the packets that an instance's classic security groups accept with those of their clones.

A classic instance has two network interfaces and its groups four rule planes; in a VPC there is one interface and two
planes. A packet is therefore compared with the classic rules of the interface that it would have used: the intranet one
for private peers, the Internet one for all others ("Add security group rules" of the ECS user guide). Peers are
compared as addresses. Because addresses of migrating instances change, they are compared as instances and as groups
too. All groups of an instance act together, so they are compared together.
"""

from __future__ import annotations
