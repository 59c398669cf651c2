"""Mark resources with their stack, and adopt what a killed run has made instead of making it again."""

from __future__ import annotations

from typing import Final, cast

import pulumi

from components.marks import GROUP, INTERFACE, NETWORK, SNAPSHOT, SNAPSHOT_GROUP, SWITCH, marked
from components.plan import StackRecord

_MARKED: Final = (GROUP, INTERFACE, NETWORK, SNAPSHOT, SNAPSHOT_GROUP, SWITCH)
# A refresh writes the cloud's values into the state, and the next update would remove what others have changed there.
# No name decides anything: resources are known by their ids. Another VPC name in the config is another resource.
_NAMES: Final = {
    NETWORK: "vpcName",
    SWITCH: "vswitchName",
    GROUP: "securityGroupName",
    SNAPSHOT: "snapshotName",
    SNAPSHOT_GROUP: "snapshotGroupName",
    INTERFACE: "networkInterfaceName",
}


def adopting(record: StackRecord) -> list[pulumi.ResourceTransformation]:
    """Return an option that marks each resource below a component, and imports those that the record has as leftovers.

    The import is the engine's own (`import_`): the plugin reads the resource, and differences from the declaration are
    updated. Once in the state, it is a resource like any other. Names, tags and descriptions are written once: later
    changes belong to others, and an earlier version's resources without a mark are known by their ids.
    """
    stack = record.stack
    if stack is None:
        return []

    def transformed(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        leftover = record.leftover(args.type_, args.name)
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(import_=leftover))
        if leftover is not None:
            # The plugin reads no `diskIds` of a snapshot group, whose addition would replace it.
            opts.replace_on_changes = []
        if args.type_.startswith("alicloud:"):
            theirs = ["description", "tags", *([_NAMES[args.type_]] if args.type_ in _NAMES else ())]
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=theirs))
        if args.type_ not in _MARKED:
            return pulumi.ResourceTransformationResult(args.props, opts)
        # The components pass texts that are known at once.
        description = cast(str, args.props.get("description") or "")
        props = {**args.props, "description": marked(description, stack, args.name)}
        return pulumi.ResourceTransformationResult(props, opts)

    return [transformed]
