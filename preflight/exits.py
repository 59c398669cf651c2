"""The exit codes of `preflight`: those of `policies.verdict`, and some of its own."""

from __future__ import annotations

from typing import Final

from policies.verdict import BAD_INPUT, CONDITIONS, NOT_JUDGED, NOT_READY, READY, UNKNOWN, WHAT_IF

#: The cloud rejects the credentials, or a permission or the passphrase is missing.
NOT_ALLOWED: Final = 3
#: `preflight inventory --diff` found changes.
CHANGED: Final = 5
#: As a shell reports a command that a signal ended: 130 for ctrl-c, 143 for SIGTERM.
BY_SIGNAL: Final = 128

HELP: Final = f"""exit codes:
  {READY:<3} ready, or ready with conditions ({CONDITIONS} for these with --strict)
  {BAD_INPUT:<3} bad input
  {NOT_ALLOWED:<3} credentials or permission
  {WHAT_IF:<3} what-if: about another time than the present, or a cloud that is not proven to be Alibaba's
  {NOT_READY:<3} not ready
  {UNKNOWN:<3} unknown
  {NOT_JUDGED:<3} not judged: the pack or the engine gave no result of this run"""


class Stop(Exception):  # noqa: N818 - it ends the command, and is not always an error of ours
    """The command cannot go on; the message is one for a person, without secrets."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)
