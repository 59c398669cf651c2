"""Calls, retries and errors of the one way to the cloud, against scripted answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from estate.client import Cloud, new_token
from estate.errors import (
    CloudError,
    CredentialsError,
    EstateError,
    MalformedAnswer,
    PermissionDenied,
    SettingsError,
    Throttled,
    Unreachable,
    WaitTimeout,
)
from tests.estate.stub import SECRET, TOKEN, Stub, error, serving
from tests.estate.whole import answer

MINUTE = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
OK = (200, {"RequestId": "REQ-0", "Zones": {"Zone": []}})


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as served:
        yield served


def read(cloud: Cloud) -> Any:
    return cloud.call("ecs:DescribeZones", region_id="cn-hangzhou")


def write(cloud: Cloud, **fields: Any) -> Any:
    return cloud.call("ecs:AttachClassicLinkVpc", region_id="cn-hangzhou", instance_id="i-1", vpc_id="vpc-1", **fields)


def test_a_call_is_typed_and_carries_its_fields(stub: Stub) -> None:
    stub.answers("DescribeZones", OK)
    assert read(stub.cloud()).request_id == "REQ-0"
    assert stub.requests_of("DescribeZones") == [{"RegionId": "cn-hangzhou"}]


def test_a_misspelt_field_is_an_error_before_any_call(stub: Stub) -> None:
    with pytest.raises(TypeError, match="regin_id"):
        stub.cloud().call("ecs:DescribeZones", regin_id="cn-hangzhou")
    assert stub.calls == []


@pytest.mark.parametrize("code", ["Throttling", "Throttling.User", "Rejected.Throttling"])
def test_throttling_is_waited_out_for_reads_and_writes(stub: Stub, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # At the end of a minute no wait is longer than what is left of it.
    monkeypatch.setattr("estate.clock.now", lambda: MINUTE)
    for operation, call in (("DescribeZones", read), ("AttachClassicLinkVpc", write)):
        stub.answers(operation, error(400, code), error(503, code), OK)
        call(stub.cloud())
        assert len(stub.requests_of(operation)) == 3
    assert stub.slept == [0.75, 1.5, 0.75, 1.5]


def test_no_wait_for_a_rate_goes_beyond_the_minute_in_which_it_is_spent(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estate.clock.now", lambda: MINUTE + timedelta(seconds=57))
    stub.answers("DescribeZones", *[error(400, "Throttling")] * 6, OK)
    read(stub.cloud())
    assert stub.slept == [0.75, 1.5, 3, 3, 3, 3]


def test_a_fault_that_asks_for_patience_is_throttling_and_waits_so_long(stub: Stub) -> None:
    """What names a time to wait was not carried out, so that a write may be repeated too (SDK, ThrottlingException)."""
    stub.headers["x-acs-retry-after"] = "1500"
    for operation, call in (("DescribeZones", read), ("AttachClassicLinkVpc", write)):
        stub.answers(operation, error(503, "ServiceUnavailable"), error(503, "ServiceUnavailable"), OK)
        call(stub.cloud())
    assert stub.slept == [1.5] * 4
    stub.answers("DescribeZones", error(503, "ServiceUnavailable"))
    with pytest.raises(Throttled, match=r"DescribeZones is throttled \(ServiceUnavailable\).*REQ-1"):
        read(stub.cloud())


def test_throttling_that_does_not_end_is_bounded_and_says_what_to_do(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estate.clock.now", lambda: MINUTE)
    stub.answers("DescribeZones", error(400, "Throttling.User"))
    with pytest.raises(Throttled, match=r"DescribeZones is throttled .*RequestId REQ-1.*wait a minute"):
        read(stub.cloud())
    assert len(stub.calls) == 7
    assert stub.slept == [0.75, 1.5, 3, 6, 60, 60]


@pytest.mark.parametrize(
    "fault",
    [error(503, "ServiceUnavailable"), error(500, "InternalError"), (502, "<html>Bad Gateway</html>"), (200, None)],
    ids=["503", "500", "no JSON", "cut off"],
)
def test_faults_are_retried_for_reads_and_idempotent_writes_only(stub: Stub, fault: tuple[int, Any]) -> None:
    stub.answers("DescribeZones", fault, OK)
    read(stub.cloud())
    stub.answers("AttachClassicLinkVpc", fault, OK)
    write(stub.cloud(), repeatable=True)
    stub.answers("EnableVpcClassicLink", fault, OK)
    stub.cloud().call("vpc:EnableVpcClassicLink", region_id="cn-hangzhou", vpc_id="vpc-1", client_token=new_token())
    stub.answers("AttachClassicLinkVpc", fault, OK)
    with pytest.raises(EstateError):
        write(stub.cloud())
    operations = [name for name, _ in stub.calls]
    assert operations == ["DescribeZones"] * 2 + ["AttachClassicLinkVpc"] * 2 + ["EnableVpcClassicLink"] * 2 + [
        "AttachClassicLinkVpc"
    ]


def test_a_write_that_is_refused_with_status_200_did_not_succeed(stub: Stub) -> None:
    stub.answers("AttachClassicLinkVpc", (200, {"RequestId": "REQ-2", "Code": "QuotaExceeded", "Message": "Full."}))
    with pytest.raises(CloudError, match=r"QuotaExceeded: Full\. \(RequestId REQ-2\)"):
        write(stub.cloud())


def test_a_repeated_write_keeps_its_client_token(stub: Stub) -> None:
    stub.answers("EnableVpcClassicLink", error(500, "InternalError"), error(403, "IdempotentProcessing"), OK)
    stub.cloud().call("vpc:EnableVpcClassicLink", region_id="cn-hangzhou", vpc_id="vpc-1", client_token="once")  # noqa: S106
    assert [call["ClientToken"] for call in stub.requests_of("EnableVpcClassicLink")] == ["once"] * 3


def test_a_lost_answer_to_a_write_says_that_it_was_sent(stub: Stub) -> None:
    stub.answers("AttachClassicLinkVpc", (200, None))
    with pytest.raises(Unreachable) as caught:
        write(stub.cloud())
    assert caught.value.sent


@pytest.mark.parametrize("body", ["not JSON", "[1, 2]", '"text"', "{}"])
def test_an_answer_that_is_not_the_api_is_named_so(stub: Stub, body: str) -> None:
    stub.answers("DescribeZones", (200, body))
    with pytest.raises(MalformedAnswer, match=r"127\.0\.0\.1:\d+ to ecs:DescribeZones: the answer is not"):
        read(stub.cloud())


@pytest.mark.parametrize("action", ["ecs:DescribeZones", "sts:GetCallerIdentity", "oss:ListBuckets"])
def test_no_request_goes_in_plain_text_to_a_public_host(stub: Stub, action: str) -> None:
    service = action.partition(":")[0]
    with pytest.raises(SettingsError, match=f"alicloud:endpoints.{service}: expected host.*protocol is HTTP"):
        stub.cloud(endpoints={"vpc": f"127.0.0.1:{stub.port}"}).call(action)
    assert stub.calls == []


def test_an_unreachable_endpoint_fails_within_seconds() -> None:
    with serving() as served:
        cloud = served.cloud()
    # The server is gone, its port closed.
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"No answer from 127\.0\.0\.1:\d+ .*alicloud:endpoints") as caught:
        read(cloud)
    assert not caught.value.sent
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "code",
    [
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "SignatureDoesNotMatch",
        "InvalidSecurityToken.Expired",
    ],
)
def test_rejected_credentials_are_reported_without_what_the_cloud_echoes(stub: Stub, code: str) -> None:
    stub.answers("DescribeZones", error(400, code, f"server string to sign is: GET&%2F&{TOKEN}"))
    with pytest.raises(CredentialsError, match="REQ-1") as caught:
        read(stub.cloud())
    assert TOKEN not in str(caught.value)
    assert len(stub.calls) == 1


@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "Forbidden.NoPermission"])
def test_a_missing_permission_names_the_ram_action(stub: Stub, code: str) -> None:
    stub.answers("DescribeZones", error(403, code))
    with pytest.raises(PermissionDenied, match="RAM action ecs:DescribeZones") as caught:
        read(stub.cloud())
    assert (caught.value.action, caught.value.request_id) == ("ecs:DescribeZones", "REQ-1")


def test_any_other_refusal_keeps_code_message_and_request_id_but_no_secret(stub: Stub) -> None:
    stub.answers("AttachClassicLinkVpc", error(403, "QuotaExceeded", f"Too many for {SECRET}."))
    with pytest.raises(CloudError) as caught:
        write(stub.cloud())
    assert str(caught.value) == (
        "ecs:AttachClassicLinkVpc failed with QuotaExceeded: Too many for ***. (RequestId REQ-1)"
    )


def test_credentials_of_another_account_are_refused(stub: Stub) -> None:
    stub.answers("GetCallerIdentity", (200, {"AccountId": "1234", "RequestId": "REQ-1"}))
    assert stub.cloud(accountId="1234").account_id() == "1234"
    with pytest.raises(CredentialsError, match="account 1234, but alicloud:accountId is 99"):
        stub.cloud(accountId="99").account_id()


def _ahead(hours: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)


@pytest.mark.parametrize("date", [None, "", "some day"], ids=["no header", "empty", "no time"])
def test_an_answer_without_a_time_leaves_the_clock_as_it_was(stub: Stub, date: str | None) -> None:
    """The session keeps what an answer told last, of whatever service."""
    stub.dates += [_ahead(48), date, date, _ahead(24), date]
    stub.answers("DescribeZones", OK)
    stub.answers("DescribeVpcs", (200, answer("vpc:DescribeVpcs")))
    cloud = stub.cloud()
    assert cloud.clock is None
    read(cloud)
    clock = cloud.clock
    assert clock
    assert timedelta(hours=47) < clock.skew < timedelta(hours=49)
    read(cloud)
    assert cloud.clock == clock
    cloud.call("vpc:DescribeVpcs", region_id="cn-hangzhou")  # of another client, which was never told any
    assert cloud.clock == clock
    assert timedelta(hours=47) < cloud.now() - datetime.now(UTC) < timedelta(hours=49)
    cloud.call("vpc:DescribeVpcs", region_id="cn-hangzhou")
    read(cloud)  # the client of ECS was told something else, and longer ago
    assert timedelta(hours=23) < cloud.now() - datetime.now(UTC) < timedelta(hours=25)
    assert stub.dates == []
    read(cloud)
    assert abs(cloud.now() - datetime.now(UTC)) < timedelta(hours=1)


def test_without_a_date_header_the_local_clock_counts(stub: Stub) -> None:
    stub.dates += [None]
    stub.answers("DescribeZones", OK)
    cloud = stub.cloud()
    read(cloud)
    assert cloud.clock is None
    assert abs(cloud.now() - datetime.now(UTC)) < timedelta(hours=1)


def test_a_wait_ends_with_its_condition_or_its_time(stub: Stub) -> None:
    answers = iter([False, False, True])
    stub.cloud().wait(lambda: next(answers), "the third answer", interval=3)
    assert stub.slept == [3, 3]
    with pytest.raises(WaitTimeout, match="Waited 30 s in vain for Godot"):
        stub.cloud().wait(lambda: False, "Godot", timeout=30)
