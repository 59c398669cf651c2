"""The facts that each component registers: the contract with the policy pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from components.facts.classic_link import ClassicLinkFacts
from components.facts.components import AddressCleanupFacts, BackupsFacts, PublicAddressFacts
from components.facts.databases import DatabaseAccessFacts
from components.facts.instances import InstanceFacts
from components.facts.migration import MigrationFacts
from components.facts.network import TargetNetworkFacts
from components.facts.security_groups import ClonedSecurityGroupFacts, SharedSecurityGroupFacts

COMPONENTS: Final[Mapping[str, Any]] = {
    "classic-to-vpc:index:Migration": MigrationFacts,
    "classic-to-vpc:instance:MigratingInstance": InstanceFacts,
    "classic-to-vpc:network:TargetNetwork": TargetNetworkFacts,
    "classic-to-vpc:securitygroup:ClonedSecurityGroup": ClonedSecurityGroupFacts,
    "classic-to-vpc:securitygroup:SharedSecurityGroup": SharedSecurityGroupFacts,
    "classic-to-vpc:database:DatabaseAccess": DatabaseAccessFacts,
    "classic-to-vpc:classiclink:ClassicLink": ClassicLinkFacts,
    "classic-to-vpc:backup:Backups": BackupsFacts,
    "classic-to-vpc:publicaddress:PublicAddress": PublicAddressFacts,
    "classic-to-vpc:cleanup:AddressCleanup": AddressCleanupFacts,
}
"""The facts of a component, by its type."""
