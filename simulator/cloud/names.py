"""Checks of names and descriptions that several products share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.cloud.errors import CloudError

MIN_NAME = 2
MAX_NAME = 128
MAX_DESCRIPTION = 256
_FORBIDDEN_STARTS = ("http://", "https://")


@dataclass(frozen=True)
class Labels:
    """Name, description and tags of a new resource."""

    name: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


NO_LABELS = Labels()


def check_name(name: str, code: str, parameter: str) -> None:
    """Check for an empty name, or 2 to 128 characters that begin with a letter; raise `code` (400)."""
    if name and not (MIN_NAME <= len(name) <= MAX_NAME and name[0].isalpha() and _proper_start(name)):
        raise CloudError(code, f'The specified parameter "{parameter}" is not valid.')


def check_description(description: str, code: str, status: int = 400) -> None:
    """Check for an empty description, or up to 256 characters that are no URL; raise `code`."""
    if len(description) > MAX_DESCRIPTION or not _proper_start(description):
        raise CloudError(code, 'The specified parameter "Description" is not valid.', status)


def check_network_text(text: str, code: str, message: str, most: int = MAX_NAME) -> None:
    """Check for an empty text, or up to `most` characters that are no URL, as for the VPC API; raise `code` (400)."""
    if len(text) > most or not _proper_start(text):
        raise CloudError(code, message)


def _proper_start(text: str) -> bool:
    return not text.lower().startswith(_FORBIDDEN_STARTS)
