"""What can go wrong between us and the cloud, as types; each message says what happened and what to do.

No message holds a secret: what the cloud echoes of a rejected signature is left out, and `estate.client` blanks the
configured secrets in everything else.
"""

from __future__ import annotations

from collections.abc import Sequence

_LINES_SHOWN = 100
# IdempotentProcessing is answered where the same ClientToken is still being worked on ("How to ensure idempotence").
_PASSING_CODES = ("IdempotentProcessing", "ServiceUnavailable", "InternalError")


def listing(lines: Sequence[str]) -> str:
    """Return one message of many lines, one a problem: the first hundred, and how many more there are."""
    more = len(lines) - _LINES_SHOWN
    return "\n".join([*lines[:_LINES_SHOWN], *([f"and {more} more problems like these"] if more > 0 else ())])


class EstateError(Exception):
    """The base of all errors of this room; `str()` is one message for a person."""


class SettingsError(EstateError):
    """The settings are wrong; `problems` lists each key with what was expected of it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("The cloud settings are not usable:\n" + "\n".join(f"  - {problem}" for problem in problems))


class CredentialsError(EstateError):
    """The cloud does not accept the credentials, their source gives none, or they are of another account.

    `ended` says that the time of an STS token is over: the call was not carried out.
    """

    def __init__(self, message: str, *, ended: bool = False) -> None:
        super().__init__(message)
        self.ended = ended
        self.source: str | None = None

    def name(self, source: str) -> None:
        """Say in the message which key or variable the credentials come from, once."""
        if self.source is None:
            self.source = source
            self.args = (f"{self.args[0]} They come from {source}.",)


class PermissionDenied(EstateError):  # noqa: N818 - the name says what happened
    """The credentials are good but may not do `action` (a RAM action such as ecs:DescribeInstances).

    `of` is the one thing that was asked for, empty where there is none: a policy may allow the action for others alone.
    """

    def __init__(self, action: str, request_id: str | None = None) -> None:
        self.action = action
        self.request_id = request_id
        self.of = ""
        super().__init__(self._told())

    def name(self, of: str) -> None:
        """Say what was asked for, where the message does not say it yet."""
        self.of = self.of or of
        self.args = (self._told(),)

    def _told(self) -> str:
        asked, reaching = (f" of {self.of}", f" for {self.of}") if self.of else ("", "")
        return (
            f"Permission denied for {self.action}{asked}{_request(self.request_id)}. "
            f"Grant the RAM action {self.action}{reaching} to the identity in use, or use one that has it."
        )


class Unreachable(EstateError):  # noqa: N818
    """No usable answer came from `endpoint`; whether a write took effect is not known when `sent` is true.

    `why` says what happened, and `remedy` in whole sentences what to do.
    """

    def __init__(
        self,
        endpoint: str,
        action: str,
        why: str,
        *,
        sent: bool,
        remedy: str = "Check the network and proxy, the region, and the key alicloud:endpoints.",
    ) -> None:
        self.endpoint = endpoint
        self.action = action
        self.sent = sent
        super().__init__(f"No answer from {endpoint} to {action}: {why}. {remedy}")


class LastinglyUnreachable(Unreachable):
    """No answer, for a reason that stays: asking again cannot help."""


class MalformedAnswer(Unreachable):
    """Something answered at `endpoint`, but not as the Alibaba Cloud API does."""


class UnusableAnswer(EstateError):  # noqa: N818
    """The cloud answered `action`, but not whole, or not so that it can be understood; `problem` says in what.

    `of` is what the answer, or that part of it, is about ("security group sg-1"), empty where it is about no one thing;
    `item` the id of the item of its list that has the problem.
    """

    def __init__(self, action: str, problem: str, request_id: str | None, of: str = "", item: str = "") -> None:
        self.action = action
        self.problem = problem
        self.request_id = request_id
        self.of = of
        self.item = item
        super().__init__(self._told())

    def name(self, of: str) -> None:
        """Say what the answer is about, where the message does not say it yet."""
        self.of = self.of or of
        self.args = (self._told(),)

    def _told(self) -> str:
        about = f" for {self.of}" if self.of else ""
        place = self.of or self.item
        look = f"look at {place} in the console, where it may be put right, or " if place else ""
        return (
            f"The answer to {self.action}{about} cannot be used: {self.problem}{_request(self.request_id)}. Run it "
            f"again; if it stays so, {look}report it to Alibaba Cloud with the RequestId, or to us as an answer that "
            "this version does not know."
        )


class CloudError(EstateError):
    """The cloud refused `action` with an error `code` of its own; its support asks for the `request_id`.

    `status` is that of HTTP; `retry_after` the seconds the cloud asks to wait, where it does.
    """

    retry_after: float | None = None

    @property
    def passing(self) -> bool:
        """Whether asking again may cure it, whatever the status: some answers tell of it with 200."""
        return self.code in _PASSING_CODES

    def __init__(self, action: str, code: str, message: str, request_id: str | None = None, status: int = 400) -> None:
        self.action = action
        self.code = code
        self.message = message
        self.request_id = request_id
        self.status = status
        super().__init__(f"{action} failed with {code}: {message.rstrip('.')}.{_request(request_id)}".rstrip())


class Throttled(CloudError):  # noqa: N818
    """The cloud kept refusing `action` for its rate limit through all bounded retries."""

    def __init__(self, action: str, code: str, message: str, request_id: str | None = None, status: int = 400) -> None:
        super().__init__(action, code, message, request_id, status)
        self.args = (
            f"{action} is throttled ({code}){_request(request_id)} and stayed so through all retries. The limit counts "
            "all callers of the account in this region: wait a minute, run fewer things at once, or ask for a higher "
            "API quota.",
        )


class WaitTimeout(EstateError):  # noqa: N818
    """A condition did not come about within its bounded wait."""


def _request(request_id: str | None) -> str:
    return f" (RequestId {request_id})" if request_id else ""
