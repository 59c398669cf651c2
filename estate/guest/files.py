"""Read and write evidence files, YAML or JSON; all faults are reported at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from estate.documents import DocumentError, as_json, read_document, write_whole
from estate.errors import EstateError, listing
from estate.guest.model import Evidence, EvidenceFile, FileSystem, GuestFacts


class EvidenceFileError(EstateError):
    """Evidence files cannot be used; the message has a line for each fault: file, key and what was expected."""


def load_evidence(paths: Iterable[Path]) -> tuple[Evidence, ...]:
    """All evidence of the files. Raises EvidenceFileError with every fault of all of them."""
    evidence: list[Evidence] = []
    faults: list[str] = []
    for path in paths:
        try:
            evidence += _load(path)
        except EvidenceFileError as error:
            faults.append(str(error))
    if faults:
        raise EvidenceFileError("\n".join(faults))
    return tuple(evidence)


def save_evidence(path: Path, new: Iterable[Evidence]) -> None:
    """Put evidence into a file, made if missing: each entry replaces the older one of its instance and source.

    The file is JSON, sorted, written beside the old one and moved into its place. Raises EvidenceFileError where the
    existing file cannot be read, or has a newer entry: it is left as it is.
    """
    by_source = {(item.instance_id, item.source): item for item in (_load(path) if path.exists() else ())}
    faults = []
    for item in new:
        key = (item.instance_id, item.source)
        if (there := by_source.get(key, item)).collected_at > item.collected_at:
            faults.append(
                f"{path}: evidence of {item.instance_id} from {item.source} is there, of "
                f"{there.collected_at.isoformat()}; expected newer, found {item.collected_at.isoformat()}"
            )
        by_source[key] = item
    if faults:
        raise EvidenceFileError(listing(faults))
    content = EvidenceFile(schema_version=1, evidence=tuple(by_source[key] for key in sorted(by_source)))
    text = json.dumps(content.model_dump(mode="json", by_alias=True, exclude_none=True), indent=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{text}\n")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an evidence file, for editors and for docs/schema."""
    schema = EvidenceFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _load(path: Path) -> tuple[Evidence, ...]:
    try:
        text = as_json(read_document(path))
    except DocumentError as error:
        raise EvidenceFileError(str(error)) from None
    except ValueError as error:
        raise EvidenceFileError(f"{path}: {error}") from None
    try:
        evidence = EvidenceFile.model_validate_json(text, strict=True, by_alias=True, by_name=False).evidence
    except ValidationError as error:
        faults = [f"{path}: {line}" for line in _fault_lines(error)]
        raise EvidenceFileError(listing(faults)) from None
    twice = Counter((item.instance_id, item.source) for item in evidence)
    faults = [
        f"{path}: evidence: {instance_id} from {source} stands here {count} times; expected once"
        for (instance_id, source), count in twice.items()
        if count > 1
    ]
    if faults:
        raise EvidenceFileError(listing(faults))
    return evidence


def _fault_lines(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        key = _key(fault["loc"]) or "(the whole file)"
        if fault["type"] == "extra_forbidden":
            yield f"{key}: unknown key; expected one of {', '.join(_known_keys(fault['loc'][:-1]))}"
        elif fault["type"] == "missing":
            yield f"{key}: expected this key: {_field(fault['loc']).description}"
        elif fault["type"].startswith(("datetime", "timezone")):
            yield f'{key}: expected a time with its UTC offset, such as "2026-12-01T09:00:00+08:00"'
        else:
            # A stack file may name any file of the machine: one that is no evidence at all is not shown.
            got = f"; got {fault['input']!r}" if fault["loc"] else ""
            yield f"{key}: {fault['msg'].replace('Input should be', 'expected')}{got}"


def _key(location: Iterable[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    return sorted(field.alias or name for name, field in _model(location).model_fields.items())


def _field(location: tuple[str | int, ...]) -> FieldInfo:
    fields = _model(location[:-1]).model_fields
    return next(field for name, field in fields.items() if location[-1] in (name, field.alias))


def _model(location: tuple[str | int, ...]) -> type[BaseModel]:
    """Return the model that belongs to a place in the file."""
    names = [part for part in location if isinstance(part, str)]
    inner: dict[str, type[BaseModel]] = {"evidence": Evidence, "facts": GuestFacts, "fileSystems": FileSystem}
    return inner[names[-1]] if names else EvidenceFile
