"""A change as data: `preflight plan --format json` writes it, and every other form is rendered from it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

SCHEMA_VERSION: Literal[1] = 1

Action: TypeAlias = Literal["create", "update", "replace", "delete", "release"]
"""The action; `release` removes a resource from the stack, and it stays in the cloud."""

Area: TypeAlias = Literal[
    "network", "security-groups", "databases", "lists", "links", "public-addresses", "snapshots", "cleanup", "other"
]

Became: TypeAlias = Literal["carried over", "narrowed", "merged", "folded", "split", "lost", "added"]


class Model(BaseModel):
    """An object of the document: camelCase outside, never changed."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="forbid", serialize_by_alias=True
    )


class Part(Model):
    """One action of the change.

    `what` describes it in a line without its subject, which is `id` and, where it has another name, `name`. `forever`
    is why it cannot be undone; null: it can.
    """

    area: Area
    action: Action
    id: str
    name: str
    what: str
    details: tuple[str, ...] = ()
    forever: str | None = None


class ConvertedRule(Model):
    """The result for one classic rule, or a rule added without one; `vpc_rules` is how many rules replace it."""

    classic_rule: str
    became: Became
    reason: str
    vpc_rules: int


class GroupChange(Model):
    """A classic security group and the VPC groups that replace it.

    `mode`: the stack clones it, or others made the VPC groups, which stay unchanged. `action` is null where nothing
    happens to them. `tally` counts `rules` by their result. `added` and `removed` are the rules that an existing clone
    gets and loses.
    """

    classic_id: str
    name: str
    members: int
    mode: Literal["clone", "others"]
    action: Action | None
    vpc_groups: int
    vpc_rules: int
    tally: dict[Became, int]
    rules: tuple[ConvertedRule, ...]
    limits: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Kept(Model):
    """A resource that a destroy of the whole stack leaves in the cloud, and the reason."""

    what: str
    count: int
    why: str


class Change(Model):
    """The effect of the update.

    `counts` are resources by action, without components and providers. `unchanged` is the number of resources that stay
    as they are.
    """

    project: str
    stack: str
    counts: dict[Action, int]
    unchanged: int
    groups: tuple[GroupChange, ...]
    parts: tuple[Part, ...]
    kept: tuple[Kept, ...]

    @property
    def forever(self) -> tuple[Part, ...]:
        """The actions that cannot be undone."""
        return tuple(part for part in self.parts if part.forever)


class FindingChange(Model):
    """One finding on both sides; null: that side does not judge it, for example because the instance does not move.

    `before` and `after` are outcomes. `blocking` and `mandatory_from` are those of the change; for a finding that is
    gone, those of the base. Times are ISO 8601; null in `mandatory_from`: it is mandatory at once.
    """

    rule: str
    title: str
    severity: str
    subject: str
    name: str
    wave: str | None
    before: str | None
    after: str | None
    blocking: bool
    mandatory_from: str | None


class MovedDate(Model):
    """A date that differs between the sides; null: there is none."""

    what: str
    before: str | None
    after: str | None


class Decision(Model):
    """A waiver or an attestation, and its end."""

    kind: Literal["waiver", "attestation"]
    what: str
    who: str
    until: str
    standing: Literal["new", "gone", "about to end", "ended"]


class Side(Model):
    """One of the two results that are compared."""

    readiness: str
    blocking: int
    judged_at: str
    commit: str | None
    account: str | None


class Comparison(Model):
    """The differences between the result of the base and that of the change."""

    before: Side
    after: Side
    new: tuple[FindingChange, ...]
    gone: tuple[FindingChange, ...]
    newly_waived: tuple[FindingChange, ...]
    blocking_since: tuple[FindingChange, ...]
    dates: tuple[MovedDate, ...]
    decisions: tuple[Decision, ...]
    instances_added: tuple[str, ...]
    instances_removed: tuple[str, ...]


class Document(Model):
    """The output of `preflight plan --format json`; `comparison` is null without `--base`.

    `readiness` is the verdict of the run that previewed the change, `exit_code` the exit code. `estate_file` is the
    inventory file of the estate, null where the cloud was read: with a file, nothing counts as applied already.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    readiness: str
    exit_code: int
    judged_at: str
    commit: str | None
    estate_file: str | None = None
    blocking: int
    change: Change
    comparison: Comparison | None
