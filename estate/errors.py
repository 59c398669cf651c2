"""The errors between us and the cloud, as types; each message states what happened and what to do.

No message contains a secret: the cloud's echo of a rejected signature is left out, and `estate.client` blanks the
configured secrets in everything else.
"""

from __future__ import annotations

from collections.abc import Sequence

_LINES_SHOWN = 100
# Lists of ids may be long; a value of a megabyte is not shown whole.
_LONGEST_LINE = 10_000
# What the cloud says is a sentence or two, and its codes and RequestIds are shorter; a proxy may answer with a page.
_LONGEST_SAID = 1_000
_LONGEST_NAME = 100
_OTHER_REGION = (
    "Expected in alicloud:region (or ALICLOUD_REGION, or --region) a region that has this service, such as cn-hangzhou."
)
# IdempotentProcessing: a call with the same ClientToken is still in progress ("How to ensure idempotence").
_PASSING_CODES = ("IdempotentProcessing", "ServiceUnavailable", "InternalError")


def listing(lines: Sequence[str]) -> str:
    """Return one message of many lines, one a problem: the first hundred, and the number of the others.

    Lines show what stands in files of others: control characters are escaped, for they would steer the terminal.
    """
    more = len(lines) - _LINES_SHOWN
    return "\n".join(
        [
            *(_printable(line) for line in lines[:_LINES_SHOWN]),
            *([f"and {more} more problems like these"] if more > 0 else ()),
        ]
    )


def _printable(line: str, longest: int = _LONGEST_LINE) -> str:
    shortened = line if len(line) <= longest else f"{line[: longest - 3]}..."
    if shortened.isprintable():
        return shortened
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shortened)


class EstateError(Exception):
    """The base of all errors of this room; `str()` is one message for a person."""


class SettingsError(EstateError):
    """The settings are wrong; `problems` lists each key with what was expected."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("The cloud settings are not usable:\n" + "\n".join(f"  - {problem}" for problem in problems))


class CredentialsError(EstateError):
    """The cloud rejects the credentials, their source gives none, or they belong to another account.

    `ended` means that an STS token has expired: the call was not carried out.
    """

    def __init__(self, message: str, *, ended: bool = False) -> None:
        super().__init__(message)
        self.ended = ended
        self.source: str | None = None

    def name(self, source: str) -> None:
        """Add to the message which key or variable the credentials come from, once."""
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
        super().__init__(self._message())

    def name(self, of: str) -> None:
        """Say what was asked for, where the message does not say it yet."""
        self.of = self.of or of
        self.args = (self._message(),)

    def _message(self) -> str:
        of_resource, reaching = (f" of {self.of}", f" for {self.of}") if self.of else ("", "")
        return (
            f"Permission denied for {self.action}{of_resource}{_request(self.request_id)}. "
            f"Grant the RAM action {self.action}{reaching} to the identity in use, or use one that has it."
        )


class Unreachable(EstateError):  # noqa: N818
    """No usable answer came from `endpoint`; if `sent` is true, a write may have taken effect.

    `why` states what happened, and `remedy` in whole sentences what to do.
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
    """No answer, for a lasting reason: a retry cannot help."""


class MalformedAnswer(Unreachable):
    """Something answered at `endpoint`, but not as the Alibaba Cloud API does."""


class UnusableAnswer(EstateError):  # noqa: N818
    """The answer of `action` is not whole, or cannot be understood; `problem` describes it.

    `of` is the subject of the answer or of that part ("security group sg-1"), empty where there is no single one.
    `item` is the id of the list item with the problem.
    """

    def __init__(self, action: str, problem: str, request_id: str | None, of: str = "", item: str = "") -> None:
        self.action = action
        self.problem = problem
        self.request_id = request_id
        self.of = of
        self.item = item
        super().__init__(self._message())

    def name(self, of: str) -> None:
        """Add the subject of the answer to the message, where it is not there yet."""
        self.of = self.of or of
        self.args = (self._message(),)

    def _message(self) -> str:
        about = f" for {self.of}" if self.of else ""
        place, problem = self.of or self.item, _printable(self.problem)
        look = f"look at {place} in the console, where it may be put right, or " if place else ""
        return (
            f"The answer to {self.action}{about} cannot be used: {problem}{_request(self.request_id)}. Run it "
            f"again; if it stays so, {look}report it to Alibaba Cloud with the RequestId, or to us as an answer that "
            "this version does not know."
        )


class CloudError(EstateError):
    """The cloud refused `action` with an error `code` of its own; its support asks for the `request_id`.

    `status` is that of HTTP; `retry_after` the seconds the cloud asks to wait, where it does.
    """

    retry_after: float | None = None

    @property
    def names_no_region(self) -> bool:
        """Whether the region is not one of the cloud, or not one of the service: the settings must name another."""
        return self.code.startswith("InvalidRegionId")

    @property
    def passing(self) -> bool:
        """Whether a retry may succeed, whatever the status: some answers report a passing fault with 200."""
        return self.code in _PASSING_CODES

    def __init__(self, action: str, code: str, message: str, request_id: str | None = None, status: int = 400) -> None:
        self.action = action
        self.code = code
        self.message = message
        self.request_id = request_id
        self.status = status
        text = _printable(message, _LONGEST_SAID).rstrip(".")
        region = f" {_OTHER_REGION}" if self.names_no_region else ""
        super().__init__(f"{action} failed with {printable_name(code)}: {text}.{_request(request_id)}{region}".rstrip())


class Throttled(CloudError):  # noqa: N818
    """The cloud kept refusing `action` for its rate limit through all bounded retries."""

    def __init__(self, action: str, code: str, message: str, request_id: str | None = None, status: int = 400) -> None:
        super().__init__(action, code, message, request_id, status)
        self.args = (
            f"{action} is throttled ({printable_name(code)}){_request(request_id)} and stayed so through all retries. "
            "The limit counts all callers of the account in this region: wait a minute, run fewer things at once, or "
            "ask for a higher API quota.",
        )


class WaitTimeout(EstateError):  # noqa: N818
    """A condition did not become true within its bounded wait."""


def printable_name(text: str) -> str:
    """Return a code or an id of the cloud as a message shows it: short, and without control characters."""
    return _printable(text, _LONGEST_NAME)


def _request(request_id: str | None) -> str:
    return f" (RequestId {printable_name(request_id)})" if request_id else ""
