"""Patterns in which * matches any text and ? one character, as in RAM; no other character is special."""

import functools
import re


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, ignoring_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignoring_case else 0))


def matches(pattern: str, text: str, *, ignoring_case: bool = False) -> bool:
    """Whether `pattern` matches the whole of `text`."""
    return _compiled(pattern, ignoring_case).fullmatch(text) is not None
