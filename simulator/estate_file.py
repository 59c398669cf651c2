"""Read estate files, and report every fault with its key path."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from simulator.collecting import not_collecting
from simulator.model.estate import Estate

_SAMPLE = "simulator/estates/sample.yaml"


class EstateFileError(Exception):
    """The estate file cannot be used; the message names the file and every fault with its key path."""


def load(path: Path) -> Estate:
    """Read and check an estate file.

    Raises EstateFileError with every fault of the file: unreadable, not YAML, keys given twice, unknown keys, wrong
    values, references to what does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8")
        with not_collecting():
            data, twice = _parsed(text)
    except OSError as error:
        raise EstateFileError(f"{path}: {error.strerror}, expected an estate file, as {_SAMPLE}") from error
    except UnicodeDecodeError as error:
        raise EstateFileError(f"{path}: expected UTF-8: {error.reason} at byte {error.start}") from error
    except yaml.YAMLError as error:
        raise EstateFileError(f"{path}: expected YAML: {_yaml_fault(error)}") from error
    if twice:
        raise EstateFileError("\n".join(f"{path}: {key}: key given twice, expected once" for key in twice))
    try:
        with not_collecting():
            return Estate.model_validate(data)
    except ValidationError as error:
        raise EstateFileError("\n".join(_fault_lines(path, error))) from error


def _parsed(text: str) -> tuple[Any, list[str]]:
    """Return the parsed text, and the paths of keys given twice. Raises yaml.YAMLError if it is not YAML.

    Large estates are JSON, which is YAML too; reading them as JSON takes a hundredth of the time.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number), []
    except (ValueError, RecursionError):
        # It is not JSON, or has a fault that YAML's parser describes better.
        pass
    try:
        return _yaml(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        # libyaml describes faults less precisely.
        return _yaml(text, yaml.SafeLoader)


def _yaml(text: str, loader_type: type[yaml.SafeLoader | yaml.CSafeLoader]) -> tuple[Any, list[str]]:
    loader = loader_type(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, []
        return loader.construct_document(node), list(_repeated_keys(node, ()))
    finally:
        loader.dispose()


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key given twice")
    return mapping


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an estate file, for editors and for docs/schema."""
    schema = Estate.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _fault_lines(path: Path, error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        key_path = _key_path(fault["loc"]) or "(the whole file)"
        if fault["type"] == "extra_forbidden":
            expected = ", ".join(_known_keys(fault["loc"][:-1]))
            yield f"{path}: {key_path}: unknown key, expected one of: {expected}"
        else:
            yield f"{path}: {key_path}: {_expected(fault['type'], fault['msg'])}"


def _expected(kind: str, message: str) -> str:
    """Return what was expected, where pydantic names a class or its own error."""
    if kind == "missing":
        return "expected this key"
    if kind.startswith("model_"):
        return f"expected keys and values, as in {_SAMPLE}"
    return message.removeprefix("Value error, ").replace("Input should be", "expected")


def _yaml_fault(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    mark = error.problem_mark
    return f"{error.problem}, line {mark.line + 1}, column {mark.column + 1}"


def _key_path(location: Iterable[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _known_keys(location: Iterable[str | int]) -> list[str]:
    model: Any = Estate
    for part in location:
        if isinstance(part, str):
            annotation = _by_key(model)[part].annotation
            model = next((arg for arg in get_args(annotation) if isinstance(arg, type)), annotation)
    return sorted(_by_key(model))


def _by_key(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _repeated_keys(node: yaml.Node | None, path: tuple[str | int, ...]) -> Iterator[str]:
    """Yield keys that a mapping has twice: YAML would silently keep only the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield _key_path((*path, key.value))
            seen.add(key.value)
            yield from _repeated_keys(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, (*path, index))
