"""Remove what no log may contain: keys, secrets, tokens, signatures, and terminal controls.

`estate.client.Cloud.scrub` blanks the values in use. This module recognizes keys by their form: the engine and its
plugins print whole requests where the cloud does not answer, and may use other credentials than those that we know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from policies.core.facts import safe

_BLANK: Final = "***"
# ECMA-48, control sequences, and those of the operating system's that end with BEL or ST.
_ESCAPES: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")
# Parameters of signed requests (RPC style, "Request syntax"; OSS, "URL signature"), as in a URL, a header or JSON.
_NAMES: Final = (
    r"(?:OSS)?Access[-_]?Key(?:[-_]?(?:Id|Secret))?|Secret[-_]?(?:Access[-_]?)?Key|Signature(?:Nonce)?|"
    r"(?:X-Acs-|x-oss-)?Security[-_]?Token|x-oss-(?:signature|credential)|SAMLAssertion|OIDCToken|Credential|"
    r"Pass(?:word|phrase)"
)
# A value in quotation marks goes up to the closing one of its kind, as a passphrase may have spaces.
_VALUE: Final = r"(?:(\\?(?P<quote>[\"']))(?!\s)(?:(?!(?P=quote))[^\r\n\\])+|(?!\s)[^\s\x00\"'&,;)}\]\\]+)"
# No value: what our own messages expected of the key that they name.
_NAMED: Final = re.compile(rf"(?i)\b({_NAMES})(\\?[\"']?\s*(?:=|:|%3D)\s*)(?!expected\s|unknown key\b){_VALUE}")
# Variables: those of the cloud and of buckets, PULUMI_CONFIG_PASSPHRASE, PULUMI_ACCESS_TOKEN, VAULT_SERVER_TOKEN. In a
# sentence a colon follows a name that is at fault, so that a value stands behind `=`, or in quotation marks.
# Each name is read once, up to the first of these words and then to its end: names come from the cloud, too. Without
# possessive quantifiers: Python before 3.11.5 finds no match where the group holds a lookahead (CPython gh-106052).
_SECRETS: Final = "SECRET|KEY|PASSWORD|PASSPHRASE|TOKEN"
_VARIABLES: Final = re.compile(
    rf"\b(?=[A-Z])((?:(?!{_SECRETS})[A-Z0-9_])*(?:{_SECRETS})[A-Z0-9_]*)"
    rf"(=|%3D|\\?[\"']\s*:\s*(?=\\?[\"'])){_VALUE}"
)
_AUTHORIZATION: Final = re.compile(r"(?i)\b((?:Proxy-)?Authorization\\?[\"']?\s*[:=]\s*)[^\r\n\"]+")
# Access key ids of RAM users and of STS sessions (RAM, "AccessKey pair"; STS, AssumeRole).
_KEY_IDS: Final = re.compile(r"\b(?:LTAI[A-Za-z0-9_-]{8,}|(?:TMP|STS)\.[A-Za-z0-9+/=_-]{8,})")
_BEARER: Final = re.compile(r"\b(Bearer )[A-Za-z0-9._~+/=-]{8,}")
# user:password@ in a URL, such as that of a proxy or of a state in PostgreSQL; a password may have an @, too.
_USERINFO: Final = re.compile(r"(?<=://)[^/?#\s\"']+@")


def redacted(text: str, scrub: Callable[[str], str] = str) -> str:
    """Return the text in a form that may be shown anywhere; `scrub` blanks the values in use."""
    text = scrub(_ESCAPES.sub("", text))
    text = _AUTHORIZATION.sub(rf"\1{_BLANK}", text)
    text = _BEARER.sub(rf"\1{_BLANK}", text)
    for form in (_NAMED, _VARIABLES):
        text = form.sub(rf"\1\2\3{_BLANK}", text)
    text = _USERINFO.sub(f"{_BLANK}@", _KEY_IDS.sub(_BLANK, text))
    return safe(text.replace("\t", "    ").replace("\r\n", "\n"))
