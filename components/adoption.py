"""Mark resources with their stack, and adopt what a killed run has made instead of making it again."""

from __future__ import annotations

from typing import Final, cast

import pulumi

from components.marks import GROUP, NETWORK, SNAPSHOT, SWITCH, marked
from components.plan import StackRecord

_MARKED: Final = (GROUP, NETWORK, SNAPSHOT, SWITCH)
# A refresh writes the cloud's values into the state, and the next update would remove what others have changed there.
_THEIRS: Final = ("description", "tags")


def adopting(record: StackRecord) -> list[pulumi.ResourceTransformation]:
    """Return an option that marks each resource below a component, and imports those that the record has as leftovers.

    The import is the engine's own (`import_`): the plugin reads the resource, and differences from the declaration are
    updated. Once in the state, it is a resource like any other. Tags and descriptions are written once: later changes
    belong to others, and an earlier version's resources without a mark are known by their ids.
    """
    stack = record.stack
    if stack is None:
        return []

    def transformed(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        leftover = pulumi.ResourceOptions(import_=record.leftover(args.type_, args.name))
        opts = pulumi.ResourceOptions.merge(args.opts, leftover)
        if args.type_.startswith("alicloud:"):
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=list(_THEIRS)))
        if args.type_ not in _MARKED:
            return pulumi.ResourceTransformationResult(args.props, opts)
        # The components pass texts that are known at once.
        description = cast(str, args.props.get("description") or "")
        props = {**args.props, "description": marked(description, stack, args.name)}
        return pulumi.ResourceTransformationResult(props, opts)

    return [transformed]
