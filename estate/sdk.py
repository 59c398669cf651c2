"""Import modules of Alibaba Cloud's SDKs, in this one way: late, by name, and each model on first use.

Importing all of them takes seconds and 200 MiB, and a preview that changes nothing needs a few of 5,000 models.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

_PREFIX = "alibabacloud_"
_UNUSED = ("aiohttp", "apscheduler.schedulers.background")
_MODEL = re.compile(r"^from \.(\w+) import (\w+)\n", re.MULTILINE)
# What the generator writes beside the models. Anything else may need the whole package.
_REST = re.compile(r"(?:#.*\n|\s)*from __future__ import annotations\s*__all__ = \[[^\]]*\]\s*")


def load(name: str) -> ModuleType:
    """Import a module of an SDK. Raises ValueError for any other: a name must not hide what a room imports."""
    if not name.startswith((_PREFIX, "darabonba.")):
        raise ValueError(f"{name} is no module of an SDK of Alibaba Cloud")
    if name not in sys.modules and name.endswith(".models") and (late := _late(name)) is not None:
        sys.modules[name] = late
        vars(sys.modules[name.rpartition(".")[0]])["models"] = late
    with without_unused():
        return importlib.import_module(name)


@contextmanager
def without_unused() -> Iterator[None]:
    """Import what stands in the block without two packages that the SDKs' core imports, and hardly anybody uses.

    aiohttp, which takes half of the core's time, is for asynchronous calls, which nobody here makes. apscheduler, which
    takes 90 ms, is for renewing the keys of an ECS instance's role in the background. The first use imports them.
    """
    late = {name: _Late(name) for name in _UNUSED if name not in sys.modules}
    sys.modules.update(late)
    try:
        yield
    finally:
        for name, module in late.items():
            sys.modules.pop(name, None)
            module.is_used = True


class _Late(ModuleType):
    """A module that is imported by the first use of a name of it.

    A name that is imported from it before that is a class: making an instance of it is such a use.
    """

    is_used = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if self.is_used:
            return getattr(importlib.import_module(self.__name__), name)
        return type(name, (), {"__new__": lambda _, *given, **named: getattr(self, name)(*given, **named)})


class _Models(ModuleType):
    """The models of one SDK, in a package of our own: each in its file, which is imported on first use."""

    def __init__(self, name: str, file_of: Mapping[str, str]) -> None:
        super().__init__(name)
        self.__all__ = list(file_of)
        self._file_of = file_of

    def __getattr__(self, name: str) -> Any:
        try:
            file = self._file_of[name]
        except KeyError:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None
        model = getattr(importlib.import_module(f"{self.__name__}.{file}"), name)
        setattr(self, name, model)
        return model

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._file_of})


def _late(name: str) -> ModuleType | None:
    """Return the package `name` of models, none of them imported yet; None where it is not of the generated form."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or spec.submodule_search_locations is None:
        return None
    text = Path(spec.origin).read_text(encoding="utf-8")
    if _REST.fullmatch(_MODEL.sub("", text)) is None:
        return None
    models = _Models(name, {model: file for file, model in _MODEL.findall(text)})
    models.__spec__ = spec
    models.__file__ = spec.origin
    models.__path__ = spec.submodule_search_locations
    models.__package__ = name
    return models
