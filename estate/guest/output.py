"""Turn the output of a script into facts."""

from __future__ import annotations

import json

from pydantic import ValidationError

from estate.documents import as_json, parse_json
from estate.errors import EstateError
from estate.guest.model import SCRIPT_VERSION, GuestFacts


class OutputError(EstateError):
    """The output of a script cannot be used; the message gives the reason on one line."""


def parse_output(text: str) -> GuestFacts:
    """Return the facts of one run; text that a login shell prints before the object is skipped.

    Raises OutputError for output that is not exactly one object of a script, such as a truncated one, or that is of
    another version of the scripts.
    """
    start, end = text.find('{"schemaVersion"'), text.rstrip()
    if start < 0:
        raise OutputError("expected the output of a script of estate/guest, found nothing of it")
    try:
        data = parse_json(end[start:])
        whole = as_json(data)
    except json.JSONDecodeError:
        raise OutputError("expected one whole JSON object; the output is cut off or mixed with other output") from None
    except ValueError as error:
        raise OutputError(f"the output cannot be used: {error}") from None
    version = data["schemaVersion"]
    if version != SCRIPT_VERSION:
        raise OutputError(f"expected what version {SCRIPT_VERSION} of the script prints, found version {version!r}")
    try:
        return GuestFacts.model_validate_json(whole, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)
        )
        raise OutputError(f"the script printed what this version does not understand: {faults}") from None
