"""One call of an action: its parameters, parsed once, and its caller."""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.cloud.errors import CloudError, invalid_parameter, missing_parameter
from simulator.model.ram import Caller

Answer = dict[str, object]

_NUMBERED = re.compile(r"^(?P<name>[^.]+)\.(?P<index>\d+)(?:\.(?P<field>.+))?$")


@dataclass(frozen=True)
class Call:
    """The business parameters of a request (no signature among them), its caller, and the host it came to."""

    parameters: Mapping[str, str]
    caller: Caller
    host: str = ""

    def names(self) -> set[str]:
        """Return the parameters given, `Tag.1.Key` as `Tag`."""
        return {name.partition(".")[0] for name in self.parameters}

    def texts(self) -> set[str]:
        """Return every text given; of a list (by commas or as JSON), each entry too."""
        texts = set(self.parameters.values())
        for value in self.parameters.values():
            texts.update(value.split(","))
            if value.startswith("["):
                with contextlib.suppress(ValueError, TypeError, RecursionError):
                    texts.update(item for item in json.loads(value) if isinstance(item, str))
        return texts

    def optional(self, name: str) -> str | None:
        """Return a text, None where absent or empty."""
        return self.parameters.get(name) or None

    def given(self, name: str) -> str | None:
        """Return a text, None if absent; an empty text stays empty, because callers clear a text with it."""
        return self.parameters.get(name)

    def text(self, name: str) -> str:
        """Return a mandatory text; raises MissingParameter."""
        value = self.optional(name)
        if value is None:
            raise missing_parameter(name)
        return value

    def integer(self, name: str) -> int | None:
        """Return a whole number, None where absent; raises InvalidParameter."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise invalid_parameter(name) from None

    def flag(self, name: str) -> bool | None:
        """Return a truth value, None where absent; raises InvalidParameter."""
        value = (self.optional(name) or "").lower()
        if value not in ("", "true", "false"):
            raise invalid_parameter(name)
        return value == "true" if value else None

    def choice(self, name: str, choices: Iterable[str], code: str = "InvalidParameter") -> str | None:
        """One of `choices`, None where absent; raises `code`."""
        value = self.optional(name)
        if value is not None and value not in choices:
            raise invalid_parameter(name, code)
        return value

    def json_list(self, name: str, code: str = "InvalidParameter", most: int = 100) -> list[str] | None:
        """Return a JSON array of texts such as `["i-1"]`, None where absent; raises `code`.

        An empty array is a filter that matches nothing.
        """
        value = self.optional(name)
        if value is None:
            return None
        try:
            items = json.loads(value)
        except ValueError:
            items = None
        if not isinstance(items, list) or len(items) > most or not all(isinstance(item, str) for item in items):
            raise invalid_parameter(name, code)
        return items

    def json_objects(self, name: str, code: str = "InvalidParameter") -> list[dict[str, Any]]:
        """Return a JSON array of objects such as `[{"ServerId": "i-1"}]`, empty where absent; raises `code`."""
        try:
            items = json.loads(self.optional(name) or "[]")
        except ValueError:
            items = None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid_parameter(name, code)
        return items

    def commas(self, name: str) -> list[str] | None:
        """Texts separated by commas, None where absent."""
        value = self.optional(name)
        return None if value is None else value.split(",")

    def repeated(self, name: str) -> list[str]:
        """Return `Name.1`, `Name.2` ... in order."""
        by_index = self._numbered(name)
        return [fields[""] for _, fields in sorted(by_index.items()) if "" in fields]

    def records(self, name: str) -> list["Call"]:
        """Return `Name.1.Field` ... as one call per number, in order."""
        by_index = self._numbered(name)
        return [Call(fields, self.caller, self.host) for _, fields in sorted(by_index.items())]

    def tags(self, missing: str = "MissingParameter.TagKey") -> dict[str, str]:
        """`Tag.N.Key` and `Tag.N.Value`; raises `missing` where there is a value without a key."""
        tags = {}
        for record in self.records("Tag"):
            key = record.optional("Key")
            if key is None:
                raise CloudError(missing, "You must specify Tag.N.Key.")
            tags[key] = record.given("Value") or ""
        return tags

    def _numbered(self, name: str) -> dict[int, dict[str, str]]:
        by_index: dict[int, dict[str, str]] = {}
        for parameter, value in self.parameters.items():
            match = _NUMBERED.match(parameter)
            if match and match["name"] == name:
                by_index.setdefault(int(match["index"]), {})[match["field"] or ""] = value
        return by_index
