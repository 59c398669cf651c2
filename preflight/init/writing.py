"""Write the first stack file as text: the waves, with a comment where a person has to decide; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import yaml

from components.config import CONFIG_KEY
from estate.identity import PREFIX
from estate.model import Estate, Instance
from policies.core.facts import printable
from policies.core.words import few, number_of
from preflight.init.grouping import Proposal, ProposedWave
from preflight.init.overview import bonds_text, counted_zones
from preflight.screen import when, wrapped

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WIDTH: Final = 110
_ACCOUNT_TYPE: Final = f"{PREFIX}accountType"


@dataclass(frozen=True)
class Choices:
    """The user's decisions: the windows, and the owners of staying instances.

    `start` is that of the first wave, and `days` lie between two waves. `latest` is the Latest Schedule Time of all;
    None: a week after each start. `cloud` are further keys of the stack file, such as `alicloud:` ones.
    """

    stack: str
    start: datetime
    latest: datetime | None
    days: int
    owner: str
    reason: str
    cloud: Mapping[str, object]

    def window(self, place: int) -> tuple[datetime, datetime]:
        """Return start and Latest Schedule Time of the wave at a position."""
        start = self.start + timedelta(days=self.days * place)
        return start, self.latest or start + timedelta(days=7)


@dataclass(frozen=True)
class Beside:
    """What the file says beside who moves when: by which command, and what follows from it.

    `keys` are further keys of the migration, each with a comment above it, which may be empty.
    """

    command: str = "preflight init"
    about: tuple[str, ...] = ()
    keys: tuple[tuple[str, str, object], ...] = ()


def stack_file(
    proposal: Proposal,
    estate: Estate,
    choices: Choices,
    pulumi_keys: Mapping[str, object],
    beside: Beside | None = None,
) -> str:
    """Return the text; `pulumi_keys` are the keys beside `config` of a file that it replaces, such as Pulumi's salt."""
    beside = beside or Beside()
    lines = [
        *_head(estate, choices, beside),
        *(f"{_scalar(key)}: {_value(value)}" for key, value in pulumi_keys.items()),
        "config:",
        *_cloud(choices),
        f"  {CONFIG_KEY}:",
        *_further(beside),
        *_waves(proposal.waves, choices),
        *_others(proposal, choices),
    ]
    return "\n".join(lines) + "\n"


def _head(estate: Estate, choices: Choices, beside: Beside) -> Iterator[str]:
    yield "# yaml-language-server: $schema=docs/schema/stack.schema.json"
    yield "#"
    yield from _comment(
        f"Proposed by `{beside.command}` from the estate of {estate.region_id}, account {estate.account_id}, read "
        f"{when(estate.read_at.isoformat())}. It proposes which instance moves when. Check the times and "
        "the waves, and move entries that belong elsewhere: each classic instance is in a wave, under later or under "
        "staying. All keys: docs/config.md.",
        "",
    )
    for text in beside.about:
        yield from _comment(text, "")
    yield from _comment(
        f"Then `pulumi stack init {choices.stack}`, if there is no such stack, and "
        f"`preflight check --stack {choices.stack}`, which shows what is missing; `preflight fix` adds what is config.",
        "",
    )


def _cloud(choices: Choices) -> Iterator[str]:
    for key, value in choices.cloud.items():
        yield f"  {key}: {_value(value)}"
    if _ACCOUNT_TYPE not in choices.cloud:
        yield f"  # {_ACCOUNT_TYPE}: Domestic # of aliyun.com; International: of alibabacloud.com"


def _further(beside: Beside) -> Iterator[str]:
    for key, comment, value in beside.keys:
        yield from _comment(comment, "    ")
        dumped = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=_WIDTH)
        yield from (f"    {line}" for line in dumped.splitlines())


def _waves(waves: Sequence[ProposedWave], choices: Choices) -> Iterator[str]:
    if len(waves) == 1:
        (wave,) = waves
        yield from _comment(_about(wave), "    ")
        yield from _window(choices, 0, "    ")
        yield from _instances(wave.instances, "    ")
    else:
        yield "    waves:"
        moved_before = _moved_before(waves)
        for place, wave in enumerate(waves):
            yield from _comment(_about(wave), "      ")
            yield f"      - name: {wave.name}"
            yield from _window(choices, place, "        ")
            yield from _instances(wave.instances, "        ")
            if before := moved_before[wave.name]:
                yield f"        after: [{', '.join(before)}] # it is tied to these or to waves before them"


def _others(proposal: Proposal, choices: Choices) -> Iterator[str]:
    if proposal.later:
        yield "    later: # each once its obstacle has been removed"
        for instance, reasons in proposal.later:
            yield from _comment(f"{_name(instance)}: {' '.join(reasons)}", "      ")
            yield f"      - {_scalar(instance.id)}"
    if proposal.staying:
        yield "    staying:"
        yield "      - instances:"
        for instance in proposal.staying:
            yield f"          - {_scalar(instance.id)} # {_name(instance)}"
        yield f"        owner: {_scalar(choices.owner)}"
        yield f"        reason: {_scalar(choices.reason)}"


def _moved_before(waves: Sequence[ProposedWave]) -> dict[str, list[str]]:
    """Return for each wave the earlier ones that it is tied to, but for those that come before another of them."""
    earlier_of: dict[str, list[str]] = {}
    all_before: dict[str, set[str]] = {}
    for wave in waves:
        after = earlier_of[wave.name] = []
        before = all_before[wave.name] = set()
        for earlier in reversed([name for name in earlier_of if name in wave.elsewhere]):
            if earlier not in before:
                after.insert(0, earlier)
                before |= {earlier} | all_before[earlier]
    return earlier_of


def _about(wave: ProposedWave) -> str:
    text = f"{number_of(len(wave.instances), 'instance')} in {counted_zones(wave.instances)}."
    if wave.together:
        text += f" Together by {bonds_text(wave.together)}."
    if wave.cut:
        text += f" Tied to {few(wave.elsewhere)} by {bonds_text(wave.cut)}."
    return text


def _window(choices: Choices, place: int, indent: str) -> Iterator[str]:
    start, latest = choices.window(place)
    yield f"{indent}window:"
    yield f'{indent}  start: "{start.isoformat()}" # as scheduled in the ECS console'
    guess = "a guess: take the " if choices.latest is None else ""
    yield f'{indent}  latest: "{latest.isoformat()}" # {guess}Latest Schedule Time in the ECS console'


def _instances(instances: Sequence[Instance], indent: str) -> Iterator[str]:
    yield f"{indent}instances:"
    for instance in instances:
        yield f"{indent}  - {_scalar(instance.id)} # {_name(instance)}, {printable(instance.zone_id)}"


def _name(instance: Instance) -> str:
    return printable(instance.name) or "no name"


def _comment(text: str, indent: str) -> Iterator[str]:
    for line in wrapped(text, _WIDTH - len(indent), "# "):
        # A continuation line is indented to the label's width.
        yield f"{indent}# {line[2:]}"


def _scalar(text: str) -> str:
    """Return a text as YAML: unchanged where that is unambiguous, else quoted as in JSON."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text)


def _value(value: Any) -> str:
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
