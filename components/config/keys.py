"""Find config keys that the program would ignore: a mistyped one must not pass silently."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from components.config.errors import CONFIG_KEY, NAMESPACE, Problem

_NAME = CONFIG_KEY.partition(":")[2]
# At most two typing errors in the namespace: another library may have a similar key.
_ALIKE = 0.85


def key_problems(keys: Iterable[str], project: str, sections: Iterable[str]) -> Iterator[Problem]:
    """Yield the config keys of a stack that look like this program's but are not read.

    `keys` are those of the stack file, with their namespace or without (Pulumi then takes the name of `project`),
    `sections` the keys that `classic-to-vpc:migration` can have. Keys of other namespaces are not judged.
    """
    known = sorted(sections)
    for key in keys:
        namespace, colon, name = key.partition(":")
        if not colon:
            namespace, name = project, key
        expected = None
        if namespace == NAMESPACE:
            expected = _expected(name, known)
        elif _is_migration(name) and namespace == project:
            expected = f"expected {_moved(name)}: its namespace is {NAMESPACE} in every project"
        elif _is_migration(name) and difflib.get_close_matches(namespace, [NAMESPACE], cutoff=_ALIKE):
            expected = f"unknown key; did you mean {_moved(name)}?"
        if expected:
            yield Problem("", expected, root=f"{namespace}:{name}")


def _expected(name: str, known: list[str]) -> str | None:
    """Return what to write instead of `classic-to-vpc:<name>`; None where it is the right key."""
    if name == _NAME:
        return None
    path = _below(name) or name
    section = re.split(r"[.\[]", path)[0]
    if section in known:
        return (
            f"expected as {path} inside the object {CONFIG_KEY}, where the stack file nests it; "
            f"on the command line: preflight set --stack '<stack>' '{_nested(path)}'"
        )
    close = difflib.get_close_matches(section, known if _below(name) else [_NAME, *known], n=1)
    if not close:
        return f"unknown key; expected {CONFIG_KEY} alone"
    return f"unknown key; did you mean {_moved(_NAME if close[0] == _NAME else f'{_NAME}.{close[0]}')}?"


def _nested(path: str) -> str:
    """Return the path as a part of the config in one line, with placeholders; a list item by its id."""
    first, *rest = re.split(r"\.|(\[)\d+\]\.?", path)
    names = [name for name in rest if name]
    text = "<value>"
    for name in reversed(names):
        text = f"[{{id: <id>, {text.removeprefix('{')}]" if name == "[" else f"{{{name}: {text}}}"
    return f"{first}: {text}"


def _below(name: str) -> str | None:
    """Return the path in `migration.<path>`; None where the name is not of this form."""
    head, dot, path = name.partition(".")
    return path if dot and head == _NAME and path else None


def _is_migration(name: str) -> bool:
    return name == _NAME or _below(name) is not None


def _moved(name: str) -> str:
    path = _below(name)
    return f"{path} inside the object {CONFIG_KEY}" if path else CONFIG_KEY
