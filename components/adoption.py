"""What is made bears the mark of its stack, and what a killed run has made is adopted in place of being made again."""

from __future__ import annotations

from typing import Final, cast

import pulumi

from components.marks import GROUP, NETWORK, SNAPSHOT, SWITCH, marked
from components.plan import StackRecord

_MARKED: Final = (GROUP, NETWORK, SNAPSHOT, SWITCH)
# A refresh makes the state tell them as they are, and the next update would take away what somebody has written there.
_THEIRS: Final = ("description", "tags")


def adopting(record: StackRecord) -> list[pulumi.ResourceTransformation]:
    """Return what marks each resource below a component, and imports those of which the record has leftovers.

    The import is the engine's own (`import_`): the plugin reads the thing, and what differs from what is declared is
    updated. Once it is in the state, it is one resource as any other. Tags and descriptions are written once: what
    somebody gives to a thing later is theirs, and what an earlier version made without a mark is known by its id.
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
        # The components give texts that are known at once.
        description = cast(str, args.props.get("description") or "")
        props = {**args.props, "description": marked(description, stack, args.name)}
        return pulumi.ResourceTransformationResult(props, opts)

    return [transformed]
