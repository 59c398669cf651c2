"""What is made bears the mark of its stack, and what a killed run has made is adopted in place of being made again."""

from __future__ import annotations

from typing import Final, cast

import pulumi

from components.marks import GROUP, NETWORK, SNAPSHOT, SWITCH, marked
from components.plan import StackRecord

_MARKED: Final = (GROUP, NETWORK, SNAPSHOT, SWITCH)
# They have no other description, and what an earlier version made is known by its id: it is not changed for a mark.
_MARKED_WHEN_MADE: Final = (NETWORK, SWITCH)


def adopting(record: StackRecord) -> list[pulumi.ResourceTransformation]:
    """Return what marks each resource below a component, and imports those of which the record has leftovers.

    The import is the engine's own (`import_`): the plugin reads the thing, and what differs from what is declared is
    updated. Once it is in the state, it is one resource as any other.
    """
    stack = record.stack
    if stack is None:
        return []

    def transformed(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ not in _MARKED:
            return None
        # The components give texts that are known at once.
        description = cast(str, args.props.get("description") or "")
        props = {**args.props, "description": marked(description, stack, args.name)}
        more = pulumi.ResourceOptions(
            import_=record.leftover(args.type_, args.name),
            ignore_changes=["description"] if args.type_ in _MARKED_WHEN_MADE else None,
        )
        return pulumi.ResourceTransformationResult(props, pulumi.ResourceOptions.merge(args.opts, more))

    return [transformed]
