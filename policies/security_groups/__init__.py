"""What the classic security groups of an instance accept and their clones would: what is lost, what is opened.

A classic instance has two network interfaces and its groups four rule planes; in a VPC there is one interface and two
planes. A packet is therefore held against the classic rules of the interface that it would have used: the intranet one
for private peers, the Internet one for all others ("Add security group rules" of the ECS user guide).
Peers are compared as addresses, and, since addresses of migrating instances change, as instances and as groups too.
All groups of an instance act together, so they are compared together.
"""

from __future__ import annotations
