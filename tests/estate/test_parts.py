"""What a refusal about one resource leaves unread, and what stops the reading instead."""

from __future__ import annotations

import pytest

from estate.errors import CloudError, PermissionDenied, Throttled
from estate.live.parts import Parts, raise_what_is_denied_to_all
from estate.model import UnreadPart

ACTION = "slb:DescribeVServerGroups"


def parts_after(error: Exception) -> Parts:
    """The parts of a load balancer of which one call has failed so."""

    def ask() -> str:
        raise error

    parts = Parts("load balancer lb-1")
    assert parts.read(("vserverGroups",), ask, "otherwise") == "otherwise"
    return parts


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionDenied(ACTION, "R-1"), "is not permitted for it (RequestId R-1)"),
        (PermissionDenied(ACTION, None), "is not permitted for it"),
        (CloudError(ACTION, "IncorrectState", "No.", "R-1", 400), "is refused with IncorrectState (RequestId R-1)"),
        (CloudError(ACTION, "IncorrectState", "No.", "R-1", 499), "is refused with IncorrectState (RequestId R-1)"),
    ],
)
def test_a_refusal_is_the_reason_of_what_stays_unread(error: CloudError, reason: str) -> None:
    unread = UnreadPart(part="vserverGroups", reason=f"of load balancer lb-1 {ACTION} {reason}")
    assert parts_after(error).unread == (unread,)


@pytest.mark.parametrize(
    "error",
    [
        Throttled(ACTION, "Throttling.User", "Too many.", "R-1", 400),
        # An error of the cloud itself says nothing of the resource, whatever its code.
        CloudError(ACTION, "Unexpected", "Oh.", "R-1", 500),
        CloudError(ACTION, "ServiceUnavailable", "Later.", "R-1", 200),
    ],
)
def test_a_failure_of_the_cloud_leaves_nothing_unread(error: CloudError) -> None:
    with pytest.raises(type(error), match=error.code):
        parts_after(error)


def test_what_is_denied_to_all_is_a_missing_permission() -> None:
    denied, other = parts_after(PermissionDenied(ACTION, "R-1")), parts_after(PermissionDenied("slb:Other", "R-2"))
    for some in ([], [Parts("load balancer lb-2")], [denied, Parts("load balancer lb-2")], [denied, other]):
        raise_what_is_denied_to_all(some)
    with pytest.raises(PermissionDenied, match=ACTION):
        raise_what_is_denied_to_all([denied, parts_after(PermissionDenied(ACTION, "R-3"))])
