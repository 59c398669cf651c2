"""Compare people by name and address; the policy pack, which imports no other room, has a copy."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ADDRESS: Final = re.compile(r"<([^<>]*@[^<>]*)>")


def identity(name: str) -> str:
    """Return the common form of all spellings of one person; empty where there is no name.

    Case, white space, invisible characters and compatibility forms (NFKC) make no difference. Of `Ann <ann@x.com>` the
    address counts, and in an address neither `+tag` nor `mailto:`.
    """
    text = "".join(char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) != "Cf")
    address = _ADDRESS.search(text)
    text = " ".join((address[1] if address else text).split()).casefold().removeprefix("mailto:")
    local, at, domain = text.partition("@")
    if not at:
        return text if any(char.isalnum() for char in text) else ""
    if not local.strip() and not domain.strip():
        return ""
    return f"{local.partition('+')[0].strip()}@{domain.strip().rstrip('.')}"
