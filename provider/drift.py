"""Record in every state what others changed in the cloud since the last `up`, for the pack to see in a preview.

A refresh overwrites what was declared with what is there, after which a change by hand and a change of the stack look
alike. So each state has three more outputs. `declared` is what was declared last: by it, updates and deletions leave
alone what others put there. `drift` is how the cloud differs from that. `confirmedAt` is when the cloud, read after the
last creation or update, showed what was written: of such a resource, what was read before that no longer counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from estate.client import Cloud
from estate.errors import EstateError
from provider.resource import LOG, Change, Resource
from provider.values import Properties

# Reads of the cloud may lag behind its writes by up to a minute. A next step that read what was before this write would
# add to it what it replaces, or leave it when it deletes.
_READ_BACK: Final = 90
_OUTPUTS: Final = ("declared", "drift", "confirmedAt")
#: The outputs that hold values of inputs: secrets, where an input is one.
COPIES: Final = frozenset({"declared", "drift"})
_WORDS: Final = {
    # As seen from what is in the cloud: an update would have to add what is gone.
    Change.ADD: "is gone",
    Change.DELETE: "was added",
    Change.UPDATE: "was changed",
    Change.REPLACE: "was changed",
}


def forgotten(state: Properties) -> Properties:
    """Return a state as the resource itself knows it."""
    return {name: value for name, value in state.items() if name not in _OUTPUTS}


def recalled(resource: Resource, state: Properties) -> Properties:
    """Return a state for an update or a deletion, with what was declared last; without a memory, what it shows."""
    known = forgotten(state)
    return known | {"declared": state.get("declared", inputs_of(resource, known))}


def declared(state: Properties) -> Properties:
    """Return what was declared last; `state` is one that `recalled` returned, or one without a memory."""
    inputs: Properties = state.get("declared", state)
    return inputs


def memory(state: Properties) -> Properties:
    """Return the outputs by which a state remembers, for the preview of an update."""
    return {name: state[name] for name in _OUTPUTS if name in state}


def inputs_of(resource: Resource, state: Properties) -> Properties:
    """Return the part of a state that is an input too."""
    return {name: value for name, value in state.items() if name not in resource.outputs}


def remembered(resource: Resource, state: Properties, confirmed_at: datetime | None) -> Properties:
    """Return the state after a creation or an update, which is what was declared.

    `confirmed_at` is the cloud's time when it was read back as that; None where it was not.
    """
    record = {"declared": inputs_of(resource, state), "drift": []}
    return state | record | ({"confirmedAt": confirmed_at.isoformat(timespec="milliseconds")} if confirmed_at else {})


def read_back(
    cloud: Cloud, resource: Resource, resource_id: str, state: Properties, inputs: Properties
) -> datetime | None:
    """Wait until the cloud shows what was just written, and return its time then; None where it does not show it.

    The write has succeeded by then. A reading that fails does not make it fail: the next preview reads again.
    """

    def there() -> bool:
        live = resource.read(cloud, resource_id, state)
        return live is not None and not resource.diff(live, inputs)

    try:
        cloud.wait(there, f"{resource_id} to be as it was written", timeout=_READ_BACK)
    except EstateError as error:
        LOG.warning("What was applied could not be read back, and counts once a preview has found it: %s", error)
        return None
    return cloud.now()


def compared(resource: Resource, state: Properties, live: Properties) -> Properties:
    """Return what a refresh found, with how it differs from what was declared.

    For an imported resource, or one of a version without this memory, what was known counts as declared.
    """
    declared = state.get("declared", inputs_of(resource, forgotten(state) or live))
    texts = [
        text
        for path, change in resource.diff(live, declared).items()
        for text in _differences(path, change, live.get(path), declared.get(path))
    ]
    confirmed = {name: state[name] for name in ("confirmedAt",) if name in state}
    return live | {"declared": declared, "drift": texts} | confirmed


def _differences(path: str, change: Change, live: object, declared: object) -> list[str]:
    """Return one text for a property, or one for each entry of a list by which it differs."""
    if not (isinstance(live, list) and isinstance(declared, list)):
        return [f"{path} {_WORDS[change]}"]
    added = [f"{path}: {entry} was added" for entry in live if entry not in declared]
    gone = [f"{path}: {entry} is gone" for entry in declared if entry not in live]
    return [*added, *gone] or [f"{path} {_WORDS[change]}"]
