"""Merge a part of the config into the whole: maps key by key, lists by the keys that identify their items. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Final

from components.config import ConfigError, Problem
from components.config.schedule import SINGLE_WAVE

#: Lists that place an instance: it can be in only one of them.
_PLACES: Final = ("instances", "later", "staying")


def merge(config: MutableMapping[str, Any], part: Mapping[str, Any], file: str) -> None:
    """Merge a part of the migration's config into the whole, in place.

    Keys of a map are kept unless the part sets them; a map whose `mode` changes is replaced. An item of a list matches
    the one with the same id, name or place, or one that is equal except for its own lists, which are joined; otherwise
    it is added. An instance with a new place is removed from the others, with the entries that name it there. Raises
    ConfigError, naming `file`, where the part does not fit.
    """
    for key, value in part.items():
        if key in _PLACES:
            _move(config, key, value)
        if key == "instances":
            _merge_instances(config, value, file)
        elif key == "window" and "waves" in config:
            _wave(config, file).setdefault(key, {})
            _merge_value(_wave(config, file), key, value)
        elif key == "waves" and "waves" not in config and isinstance(value, list):
            for item in value:
                _merge_single(config, item, file)
        else:
            _merge_value(config, key, value)


def _merge_single(config: MutableMapping[str, Any], item: Any, file: str) -> None:
    """Merge the keys of the one wave of a stack that names none."""
    if not isinstance(item, Mapping) or item.get("name") != SINGLE_WAVE:
        raise ConfigError(file, [Problem("waves", "the stack has one window; expected window and instances")])
    merge(config, {key: value for key, value in item.items() if key != "name"}, file)


def _wave(config: Mapping[str, Any], file: str) -> Any:
    """Return the wave that is named as the only one would be, or the only one there is."""
    waves = [item for item in config["waves"] if isinstance(item, MutableMapping)]
    named = [item for item in waves if item.get("name") == SINGLE_WAVE] or (waves if len(waves) == 1 else [])
    if not named:
        raise ConfigError(file, [Problem("window", "the stack has waves; expected waves: [{name: ..., ...}]")])
    return named[0]


# ---- the place of an instance ----


def _merge_instances(config: MutableMapping[str, Any], items: Any, file: str) -> None:
    """Merge instances where they are listed: for all, or under their wave."""
    if not isinstance(items, list):
        config["instances"] = items
        return
    for item in items:
        holder = next(
            (entry for entry in _with_instances(config) if _place_of(entry["instances"], item) is not None), None
        )
        if holder is None and "waves" in config:
            waves = [wave for wave in config["waves"] if isinstance(wave, MutableMapping)]
            if len(waves) != 1:
                names = ", ".join(str(wave.get("name")) for wave in waves)
                problem = f"the stack has the waves {names}; expected {_id(item)} under one of them"
                raise ConfigError(file, [Problem("instances", problem)])
            holder = waves[0]
        _merge_value(config if holder is None else holder, "instances", [item])


def _with_instances(config: MutableMapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    waves = config.get("waves")
    for holder in (config, *(waves if isinstance(waves, list) else ())):
        if isinstance(holder, MutableMapping) and isinstance(holder.get("instances"), list):
            yield holder


def _move(config: MutableMapping[str, Any], place: str, items: Any) -> None:
    """Remove instances from their former places, with the entries about them there."""
    ids = set(_placed(place, items))
    if place != "instances":
        for holder in (*_with_instances(config), *_with_scopes(config)):
            _take_out(holder, "instances", ids)
        if isinstance(after := config.get("after"), MutableMapping):
            _take_out(after, "convertPublicIps", ids)
        _drop_empty(config, "attestations")
        _drop_empty(config, "waivers")
    if place != "later":
        _take_out(config, "later", ids)
    if place == "instances" and isinstance(link := config.get("classicLink"), MutableMapping):
        _take_out(link, "attach", ids)
    # An equal entry takes more instances; a different one releases them.
    same = {_identity(item) for item in items} if place == "staying" and isinstance(items, list) else set()
    for entry in _maps(config, "staying"):
        if _identity(entry) not in same:
            _take_out(entry, "instances", ids)
    _drop_empty(config, "staying")


def _placed(place: str, items: Any) -> Iterator[Any]:
    for item in items if isinstance(items, list) else ():
        if place == "staying" and isinstance(item, Mapping):
            yield from item.get("instances", ())
        else:
            yield _id(item)


def _with_scopes(config: MutableMapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    yield from _maps(config, "attestations")
    yield from _maps(config, "waivers")


def _maps(config: MutableMapping[str, Any], key: str) -> list[MutableMapping[str, Any]]:
    value = config.get(key)
    return [item for item in value if isinstance(item, MutableMapping)] if isinstance(value, list) else []


def _take_out(holder: MutableMapping[str, Any], key: str, ids: set[Any]) -> None:
    items = holder.get(key)
    if not isinstance(items, list):
        return
    for index in reversed([index for index, item in enumerate(items) if _id(item) in ids]):
        del items[index]
    if not items and key in ("later", "convertPublicIps"):
        del holder[key]


def _drop_empty(config: MutableMapping[str, Any], key: str) -> None:
    """Drop the entries without instances."""
    items = config.get(key)
    if not isinstance(items, list):
        return
    for index in reversed(range(len(items))):
        if isinstance(items[index], Mapping) and items[index].get("instances", True) == []:
            del items[index]
    if not items:
        del config[key]


# ---- maps and lists ----


def _merge_value(holder: MutableMapping[str, Any], key: str, value: Any) -> None:
    present = holder.get(key)
    if isinstance(present, MutableMapping) and isinstance(value, Mapping):
        if "mode" in value and present.get("mode", value["mode"]) != value["mode"]:
            holder[key] = value
            return
        for name, part in value.items():
            _merge_value(present, name, part)
    elif isinstance(value, list) and value and (present is None or isinstance(present, list)):
        if present is None:
            present = holder[key] = value[:1]
        for item in value:
            _merge_item(present, item)
    else:
        holder[key] = value


def _merge_item(items: list[Any], item: Any) -> None:
    place = _place_of(items, item)
    if place is None:
        items.append(item)
    elif isinstance(item, Mapping):
        if not isinstance(items[place], MutableMapping):
            items[place] = item  # an instance named by its id alone
            return
        for name, part in item.items():
            _merge_value(items[place], name, part)


def _place_of(items: list[Any], item: Any) -> int | None:
    identity = _identity(item)
    return next((index for index, candidate in enumerate(items) if _identity(candidate) == identity), None)


def _identity(item: Any) -> Any:
    """Return what identifies an item of a list."""
    if not isinstance(item, Mapping):
        return item
    if "zone" in item:
        return ("zone", item["zone"], item.get("tier"))
    for key in ("id", "name", "disk"):
        if key in item:
            return _id(item) if key == "id" else (key, item[key])
    return tuple(sorted((key, repr(value)) for key, value in item.items() if not isinstance(value, list)))


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, Mapping) else item
