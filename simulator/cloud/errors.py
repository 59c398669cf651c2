"""Refusals of the cloud, as typed exceptions with the documented code, HTTP status and message."""

from dataclasses import dataclass


@dataclass
class CloudError(Exception):
    """A refusal: `code` as the OpenAPI names it, `status` the HTTP status, `message` for people."""

    code: str
    message: str
    status: int = 400

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"


class NotFoundError(CloudError):
    """Something named in the request does not exist (404)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 404)


class ForbiddenError(CloudError):
    """The request is understood and refused (403)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 403)


class NotSimulatedError(CloudError):
    """The simulator does not do this; an empty success would be a lie.

    It has status 400, because clients retry a server error; alicloud 1.285.0 does so for minutes.
    """

    def __init__(self, subject: str) -> None:
        super().__init__(
            "SimulatorNotImplemented",
            f"The simulated cloud does not implement {subject}. Alibaba Cloud may well do so.",
        )


def missing_parameter(name: str) -> CloudError:
    """Return the error for a mandatory parameter that is absent."""
    return CloudError("MissingParameter", f'The input parameter "{name}" that is mandatory for this action is missing.')


def invalid_parameter(name: str, code: str = "InvalidParameter") -> CloudError:
    """Return the error for a value that the action does not accept."""
    return CloudError(code, f'The specified parameter "{name}" is not valid.')


def dry_run_passed() -> CloudError:
    """Return the error that answers a successful dry run."""
    return CloudError("DryRunOperation", "Request validation has been passed with DryRun flag set.")
