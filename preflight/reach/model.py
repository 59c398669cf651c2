"""Who reaches whom, as data: `preflight reach --format json` writes it, and the table is rendered from it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from preflight.plan.model import Model

SCHEMA_VERSION: Literal[1] = 1

Basis: TypeAlias = Literal["plan", "cloud"]
"""The source for the time after the move: what the stack declares, or what the cloud has now."""
Fate: TypeAlias = Literal["moves", "has moved", "moves later", "stays linked", "stays"]
Status: TypeAlias = Literal["kept", "lost in part", "lost", "opened", "unknown"]
"""`opened` takes precedence: even if something was lost too, something is accepted that was refused before."""


class End(Model):
    """Instances with the same results. Ids, names and classic groups, each sorted."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    fate: Fate


class Flow(Model):
    """Traffic of one kind: `ports` and `source_ports` are first and last, both included; null without ports."""

    protocol: str
    ports: tuple[int, int] | None
    source_ports: tuple[int, int] | None


class Flows(Model):
    """Traffic in words for a person, and in parts."""

    text: str
    parts: tuple[Flow, ...]


class PairReach(Model):
    """Traffic that the `source` begins to the `target`, by the rules of both ends.

    `between`: while one of them has moved, and the other, which is linked, has not. `accepted`: the config accepts what
    is opened, with a reason, an owner and an approval. `note` is a further remark; empty: none.
    """

    source: End
    target: End
    status: Status
    kept: Flows
    lost: Flows
    opened: Flows
    one_end: Flows
    between: bool
    accepted: bool
    note: str


class OutsideReach(Model):
    """Traffic of instances with peers that are no instances of the region: addresses, or members of a group.

    `peers` describes them in few words, as if no instance had one of the addresses; `blocks` are all addresses, without
    those of instances.
    """

    at: End
    direction: Literal["ingress", "egress"]
    peers: str
    blocks: tuple[str, ...]
    traffic: str
    status: Literal["kept", "lost", "opened"]
    accepted: bool
    rule: str


class DatabaseReach(Model):
    """Whether instances can reach a database: by its lists and addresses, before and after.

    `accepted`: what is opened is the rest of a VSwitch, and the user accepts that.
    """

    source: End
    database: str
    name: str
    status: Status
    accepted: bool
    reason: str


class PublicReach(Model):
    """The result for the public address of an instance."""

    instance: str
    name: str
    addresses: tuple[str, ...]
    status: Literal["kept", "lost"]
    reason: str


class NotKnown(Model):
    """Instances of which something could not be read, and the reason: results of that kind are missing for them."""

    subject: str
    reason: str


class Counts(Model):
    """Pairs of one instance with another, one way, or with a database, by status; those between waves are separate."""

    before: int
    kept: int
    lost_in_part: int
    lost: int
    opened: int
    unknown: int


class Reach(Model):
    """The whole result. `opened` counts openings that nobody accepted: any of them is exit code 20."""

    project: str
    stack: str
    pairs: tuple[PairReach, ...]
    outside: tuple[OutsideReach, ...]
    databases: tuple[DatabaseReach, ...]
    public: tuple[PublicReach, ...]
    unknown: tuple[NotKnown, ...]
    instances: Counts
    to_databases: Counts
    opened: int
    lost: int


class Document(Model):
    """The output of `preflight reach --format json`; `readiness` is the verdict of the run that it is made of.

    `basis` is the source for the time after the move; `moved` and `to_move` count the instances of the stack.
    `estate_file` is the inventory file in place of the cloud, if there was one.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    readiness: str
    exit_code: int
    judged_at: str
    commit: str | None
    account: str | None
    basis: Basis
    moved: int
    to_move: int
    estate_file: str | None = None
    reach: Reach
