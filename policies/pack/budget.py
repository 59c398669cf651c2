"""Bound the size of an answer to the engine, for any estate.

Pulumi's language hosts pass a pack's answers through a gRPC client with the default limit of 4 MiB. Beyond it the
engine shows an error beside a green tick for the pack, which looks ready. So the answer always stays below.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from pulumi.runtime.proto.analyzer_pb2 import MANDATORY, AnalyzeDiagnostic, AnalyzeResponse

from policies.pack.document import RESULT_VARIABLE

#: Of the 4 MiB (4,194,304 bytes) that gRPC accepts, a quarter is left for later versions.
LIMIT: Final = 3 * 1024 * 1024

# A field's tag and length around each diagnostic: at the most one byte and five.
_FRAME: Final = 6


def within_limit(answer: AnalyzeResponse, result_path: str | None, limit: int = LIMIT) -> AnalyzeResponse:
    """Keep `answer` below `limit` bytes: the worst findings, and for each policy the number of the others.

    The number is itself a finding at the policy's own level, so a failed preview still fails. `result_path` is the file
    with every finding, if one is written.
    """
    if answer.ByteSize() <= limit:
        return answer
    policies = [
        (name, list(diagnostics)) for name, diagnostics in groupby(answer.diagnostics, key=lambda item: item.policyName)
    ]
    bounded = AnalyzeResponse()
    bounded.CopyFrom(answer)
    del bounded.diagnostics[:]
    rests = [_rest(diagnostics, len(diagnostics), result_path) for _, diagnostics in policies]
    left = limit - bounded.ByteSize() - _size(rests)
    shown_at = set()
    for index, diagnostic in sorted(enumerate(answer.diagnostics), key=lambda item: (*_rank(item[1]), item[0])):
        if (size := _size([diagnostic])) <= left:
            shown_at.add(index)
            left -= size
    index = 0
    for _, diagnostics in policies:
        shown = [item for position, item in enumerate(diagnostics, index) if position in shown_at]
        index += len(diagnostics)
        bounded.diagnostics.extend(shown)
        if hidden := len(diagnostics) - len(shown):
            bounded.diagnostics.append(_rest(diagnostics, hidden, result_path))
    return bounded


def _rank(diagnostic: AnalyzeDiagnostic) -> tuple[bool, int]:
    return diagnostic.enforcementLevel != MANDATORY, -diagnostic.severity


def _size(diagnostics: Iterable[AnalyzeDiagnostic]) -> int:
    return sum(item.ByteSize() + _FRAME for item in diagnostics)


def _rest(found: list[AnalyzeDiagnostic], hidden: int, result_path: str | None) -> AnalyzeDiagnostic:
    """Return the finding that replaces those left out, at the worst level of its policy."""
    rest = AnalyzeDiagnostic()
    rest.CopyFrom(min(found, key=_rank))
    rest.urn = ""
    where = f"in {result_path}" if result_path else f"in the file that {RESULT_VARIABLE}=path names"
    rest.message = (
        f"Not shown here: {hidden} of {len(found)} findings of this policy. There are more than the engine accepts.\n"
        f"Fix: read all of them {where}"
    )
    return rest
