"""The declared stack as plain data, indexed: the input of all rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final, TypeAlias, TypeVar, cast

from policies.core.facts import Facts, UnreadableError, Value, attempt

T = TypeVar("T")

# The cloud's time comes in whole seconds, and program and provider each get it by an answer of their own.
_CLOCKS_AGREE: Final = timedelta(seconds=2)

Place: TypeAlias = tuple[str, str | None]
"""A zone, and the tier of the VSwitches in it."""

MIGRATION: Final = "classic-to-vpc:index:Migration"
MIGRATING_INSTANCE: Final = "classic-to-vpc:instance:MigratingInstance"
TARGET_NETWORK: Final = "classic-to-vpc:network:TargetNetwork"
CLONED_SECURITY_GROUP: Final = "classic-to-vpc:securitygroup:ClonedSecurityGroup"
SHARED_SECURITY_GROUP: Final = "classic-to-vpc:securitygroup:SharedSecurityGroup"
CLASSIC_LINK_COMPONENT: Final = "classic-to-vpc:classiclink:ClassicLink"
DATABASE_ACCESS: Final = "classic-to-vpc:database:DatabaseAccess"
VPC: Final = "alicloud:vpc/network:Network"
VSWITCH: Final = "alicloud:vpc/switch:Switch"
DEFAULT_VPC: Final = "alimigrate:vpc:DefaultVpc"
DEFAULT_VSWITCH: Final = "alimigrate:vpc:DefaultVSwitch"
SECURITY_GROUP: Final = "alicloud:ecs/securityGroup:SecurityGroup"
SECURITY_GROUP_RULE: Final = "alicloud:ecs/securityGroupRule:SecurityGroupRule"
SECURITY_GROUP_RULES: Final = "alimigrate:ecs:SecurityGroupRules"
ADDED_SECURITY_GROUP_RULES: Final = "alimigrate:ecs:AddedSecurityGroupRules"
SNAPSHOT: Final = "alicloud:ecs/ecsSnapshot:EcsSnapshot"
SNAPSHOT_GROUP: Final = "alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup"
WHITELIST_GROUP: Final = "alimigrate:rds:WhitelistGroup"
WHITELIST_GROUPS: Final = (
    WHITELIST_GROUP,
    "alimigrate:kvstore:WhitelistGroup",
    "alimigrate:mongodb:WhitelistGroup",
)
HYBRID_ACCESS: Final = "alimigrate:rds:HybridAccess"
HYBRID_ACCESSES: Final = (HYBRID_ACCESS, "alimigrate:kvstore:HybridAccess", "alimigrate:mongodb:HybridAccess")
CLASSIC_LINK: Final = "alimigrate:vpc:ClassicLink"
CLASSIC_LINK_ATTACHMENT: Final = "alimigrate:ecs:ClassicLinkAttachment"
PUBLIC_IP_CONVERSION: Final = "alimigrate:ecs:PublicIpConversion"
CUT_THROUGH_BINDING: Final = "alimigrate:vpc:CutThroughBinding"
REMOVED_ACL_ENTRIES: Final = "alimigrate:slb:RemovedAclEntries"
REMOVED_WHITELIST_ENTRIES: Final = (
    "alimigrate:rds:RemovedWhitelistEntries",
    "alimigrate:kvstore:RemovedWhitelistEntries",
    "alimigrate:mongodb:RemovedWhitelistEntries",
)
STACK: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Resource:
    """One resource of the stack. `parent` is a URN; `properties` are outputs, which in a preview hold the inputs."""

    type: str
    urn: str
    name: str
    parent: str | None
    properties: Mapping[str, Value]

    @cached_property
    def facts(self) -> Facts:
        """Its properties, for rules to read."""
        return Facts(self.properties, f"{self.type.rpartition(':')[2]} {self.name}")

    @property
    def exists(self) -> bool:
        """Whether the cloud has it already: a resource to be created has no id, one of `alimigrate` no `applied`."""
        return self.facts.is_known("applied" if self.type.startswith("alimigrate:") else "id")


def has_moved(instance: Facts) -> bool:
    """Whether an instance is in the target VPC; False where that is unknown."""
    return instance.data.get("moved") is True


def place_of(instance: Facts) -> Place:
    """Return an instance's destination: zone, and tier if one is chosen. Raises UnreadableError if unknown."""
    return instance.text("targetZoneId"), instance.optional_text("targetTier")


def _shared_group(resource: Resource) -> Iterator[Resource]:
    """Return VPC groups of others in the form of a clone, so that rules treat both alike."""
    if resource.type != SHARED_SECURITY_GROUP:
        return
    facts = resource.properties
    urn = f"{resource.urn}/clone"
    known = {key: facts[key] for key in ("classicSecurityGroupId", "accepted") if key in facts}
    yield Resource(CLONED_SECURITY_GROUP, urn, resource.name, resource.urn, {**known, "report": (), "limits": ()})
    groups = facts.get("groups")
    for number, group in enumerate(groups if isinstance(groups, Sequence) else ()):
        given = group if isinstance(group, Mapping) else {}
        name = f"{resource.name}-{number + 1}" if number else resource.name
        properties = {name: given[key] for name, key in _OF_A_GROUP if key in given}
        rules = {key: given[key] for key in ("securityGroupId", "rules") if key in given}
        yield Resource(SECURITY_GROUP, f"{urn}/group-{number}", name, urn, properties)
        yield Resource(SECURITY_GROUP_RULES, f"{urn}/rules-{number}", name, urn, {**rules, "applied": "by others"})


_OF_A_GROUP: Final = (
    ("id", "securityGroupId"),
    *((key, key) for key in ("vpcId", "innerAccessPolicy", "strangerIds")),
)


class Plan:
    """All resources of one analysis, sorted by URN."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        all_of_them = [item for resource in resources for item in (resource, *_shared_group(resource))]
        self.resources: tuple[Resource, ...] = tuple(sorted(all_of_them, key=lambda resource: resource.urn))
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._children: dict[str | None, list[Resource]] = defaultdict(list)
        self._remembered: dict[Hashable, object] = {}
        for resource in self.resources:
            self._by_type[resource.type].append(resource)
            self._children[resource.parent].append(resource)

    def confirmed(self, resource: Resource) -> bool:
        """Whether this very update wrote a resource of `alimigrate` and found it in the cloud afterwards.

        For such a resource an earlier reading no longer counts. For all others, which the update did not change, it
        does.
        """
        if self.migration.flag("dryRun") or "confirmedAt" not in resource.facts.data:
            return False
        read_at = self.migration.moment("estateReadAt")
        return resource.facts.moment("confirmedAt") >= read_at - _CLOCKS_AGREE

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        """Return the resources of one type."""
        return tuple(self._by_type.get(resource_type, ()))

    def of_type_in(self, resource_types: Iterable[str]) -> tuple[Resource, ...]:
        """Return the resources of any of several types."""
        return tuple(item for resource_type in resource_types for item in self.of_type(resource_type))

    def children(self, parent: Resource, resource_type: str) -> tuple[Resource, ...]:
        """Return the children of one resource that have one type."""
        return tuple(child for child in self._children.get(parent.urn, ()) if child.type == resource_type)

    @cached_property
    def migration(self) -> Facts:
        """Return the facts of the stack's one Migration. Raises UnreadableError for none, or more than one."""
        migrations = self.of_type(MIGRATION)
        if len(migrations) != 1:
            raise UnreadableError(
                "the stack", f"declares {len(migrations)} Migration components and must declare exactly one"
            )
        return migrations[0].facts

    @cached_property
    def waves(self) -> tuple[Facts, ...]:
        """Return all waves of the stack, in the order of their windows; at least one. Raises UnreadableError."""
        waves = self.migration.objects("waves")
        if not waves:
            raise self.migration.malformed("waves", "a list of at least one wave")
        return waves

    @cached_property
    def waves_ahead(self) -> tuple[Facts, ...]:
        """Return the waves with instances that have not moved. Raises UnreadableError where that is unknown."""
        return tuple(wave for wave in self.waves if not wave.flag("moved"))

    def left_of(self, instance_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the instances that are not known to have moved: those of a wave that move in its window."""
        return tuple(item for item in instance_ids if item not in self._moved_ids)

    @cached_property
    def _moved_ids(self) -> frozenset[str]:
        ids = (item.properties.get("instanceId") for item in self.instances if has_moved(item.facts))
        return frozenset(item for item in ids if isinstance(item, str))

    @cached_property
    def instances(self) -> tuple[Resource, ...]:
        """Return the migrating instances."""
        return self.of_type(MIGRATING_INSTANCE)

    @cached_property
    def network(self) -> Resource:
        """Return the one TargetNetwork. Raises UnreadableError when there is none, or more than one."""
        networks = self.of_type(TARGET_NETWORK)
        if len(networks) != 1:
            raise UnreadableError(
                "the stack", f"declares {len(networks)} TargetNetwork components and must declare exactly one"
            )
        return networks[0]

    def leads_to_target(self, resource: Resource) -> bool:
        """Whether a resource's VPC is the target VPC. Raises UnreadableError where that is unknown."""
        target, own = self.network.facts, resource.facts
        # In the first preview neither id is known. Once one is known, the other must be known too, and be equal.
        if not target.is_known("vpcId") and not own.is_known("vpcId") and "vpcId" in own.data:
            return True
        return own.text("vpcId") == target.text("vpcId")

    @cached_property
    def classic_link(self) -> Facts | None:
        """Return the ClassicLink component of the migration; None where the stack links nothing.

        Raises UnreadableError when there are several, or links without it.
        """
        if len(self.of_type(MIGRATION)) != 1:
            raise UnreadableError("the stack", "does not declare exactly one Migration")
        components = self.of_type(CLASSIC_LINK_COMPONENT)
        links = len(self.of_type(CLASSIC_LINK)) + len(self.of_type(CLASSIC_LINK_ATTACHMENT))
        if len(components) > 1 or (links and not components):
            raise UnreadableError("the stack", f"declares {len(components)} ClassicLink components for {links} links")
        return components[0].facts if components else None

    def vswitches(self, place: Place) -> tuple[Facts, ...]:
        """Return the VSwitches of the target network for a zone and tier; without a tier, all of the zone.

        Raises UnreadableError when a VSwitch's zone cannot be read.
        """
        zone_id, tier = place
        in_zone = [item for item in self.network.facts.objects("vswitches") if item.text("zoneId") == zone_id]
        return tuple(item for item in in_zone if tier is None or item.optional_text("tier") == tier)

    @cached_property
    def instances_per_place(self) -> Mapping[Place, int]:
        """Return how many instances have yet to move to each zone and tier.

        Raises UnreadableError when the zone of any of them is unknown.
        """
        return Counter(place_of(instance.facts) for instance in self.instances if not has_moved(instance.facts))

    @cached_property
    def clones(self) -> Mapping[str, tuple[Resource, ...]]:
        """Return cloned security groups by id of the classic group; one without a known classic group is left out."""
        clones_of: dict[str, list[Resource]] = defaultdict(list)
        for clone in self.of_type(CLONED_SECURITY_GROUP):
            if clone.facts.is_known("classicSecurityGroupId"):
                clones_of[clone.facts.text("classicSecurityGroupId")].append(clone)
        return {classic_id: tuple(clones) for classic_id, clones in clones_of.items()}

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the result of a computation over this plan, done once for each key.

        Repeats the UnreadableError of the computation.
        """
        if key not in self._remembered:
            self._remembered[key] = attempt(compute)
        result = self._remembered[key]
        if isinstance(result, UnreadableError):
            raise result
        return cast(T, result)

    @property
    def project_and_stack(self) -> tuple[str, str]:
        """Return the names of project and stack, taken from the URNs; empty where there is no resource at all."""
        if not self.resources:
            return "", ""
        # urn:pulumi:<stack>::<project>::<types>::<name>
        stack, _, rest = self.resources[0].urn.removeprefix("urn:pulumi:").partition("::")
        return rest.partition("::")[0], stack

    @property
    def stack_urn(self) -> str | None:
        """Return the URN for findings about the whole stack: its root, else any resource; None without resources."""
        candidates = self.of_type(MIGRATION) or self.of_type(STACK) or self.resources
        return candidates[0].urn if candidates else None
