"""What can go wrong between us and OSS, as the types of `estate.errors`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from estate.errors import (
    CloudError,
    CredentialsError,
    EstateError,
    MalformedAnswer,
    PermissionDenied,
    Unreachable,
    UnusableAnswer,
)
from estate.live import oss
from simulator.server import Simulator
from tests.estate import estates
from tests.estate.stub import SECRET, Stub, serving


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(estates.estate())


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as served:
        yield served


def xml(code: str, message: str) -> str:
    return f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>REQ-1</RequestId></Error>"


def test_faults_and_throttling_are_waited_out(simulator: Simulator) -> None:
    simulator.faults.add(actions=["oss:ListBuckets"], script=["throttle", "error", "ok"])
    assert oss.bucket_names(estates.cloud(simulator)) == ["empty"]
    assert len(simulator.requests(action="oss:ListBuckets")) == 3


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "AccessDenied", PermissionDenied),
        (403, "InvalidAccessKeyId", CredentialsError),
        (403, "SignatureDoesNotMatch", CredentialsError),
        (403, "RequestTimeTooSkewed", CredentialsError),
        (403, "UserDisable", CloudError),
    ],
)
def test_a_refusal_has_its_type(stub: Stub, status: int, code: str, kind: type[EstateError]) -> None:
    stub.answers("GET /", (status, xml(code, f"{SECRET} is wrong")))
    with pytest.raises(kind) as caught:
        stub.cloud().call("oss:ListBuckets")
    assert SECRET not in str(caught.value)
    assert len(stub.requests_of("GET /")) == 1


@pytest.mark.parametrize("status", [200, 403])
def test_a_foreign_page_is_no_empty_list_of_buckets(stub: Stub, status: int) -> None:
    stub.answers("GET /", (status, "<html>Please log in</html>"))
    with pytest.raises(MalformedAnswer, match="not that of the Alibaba Cloud API"):
        stub.cloud().call("oss:ListBuckets")


def test_a_foreign_page_is_no_bucket_policy(stub: Stub) -> None:
    stub.answers("GET /logs/", (200, "<html>Please log in</html>"))
    with pytest.raises(MalformedAnswer):
        oss.policy(stub.cloud(), "logs")


@pytest.fixture
def of_oss(stub: Stub) -> Stub:
    """Answers with the header that all of OSS have."""
    stub.success_headers["x-oss-request-id"] = "REQ-1"
    return stub


BUCKET = "<Bucket><Name>logs</Name><Location>oss-cn-hangzhou</Location></Bucket>"


def listing(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult>{inside}</ListAllMyBucketsResult>'


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ("<IsTruncated>false</IsTruncated>", "Buckets is missing"),
        (f"<Buckets>{BUCKET}</Buckets>", "IsTruncated is missing or not true or false"),
        (
            "<IsTruncated>false</IsTruncated><Buckets><Bucket><Name>logs</Name></Bucket></Buckets>",
            r"Buckets.Bucket\[0\].Location is missing",
        ),
        (
            f"<IsTruncated>false</IsTruncated><Buckets>{BUCKET}<Bucket><Location>x</Location></Bucket></Buckets>",
            r"Buckets.Bucket\[1\].Name is missing",
        ),
    ],
)
def test_a_list_of_buckets_that_is_not_whole_is_no_list(of_oss: Stub, inside: str, problem: str) -> None:
    of_oss.answers("GET /", (200, listing(inside)))
    with pytest.raises(UnusableAnswer, match=problem):
        oss.bucket_names(of_oss.cloud())


@pytest.mark.parametrize(("buckets", "names"), [("", []), (BUCKET, ["logs"])])
def test_a_whole_list_of_buckets_may_be_empty(of_oss: Stub, buckets: str, names: list[str]) -> None:
    of_oss.answers("GET /", (200, listing(f"<IsTruncated>false</IsTruncated><Buckets>{buckets}</Buckets>")))
    assert oss.bucket_names(of_oss.cloud()) == names


def test_an_empty_answer_is_no_bucket_policy(of_oss: Stub) -> None:
    of_oss.answers("GET /logs/", (200, ""))
    with pytest.raises(UnusableAnswer, match="the policy is missing"):
        oss.policy(of_oss.cloud(), "logs")


def test_a_list_that_leads_nowhere_is_not_asked_for_ever(stub: Stub) -> None:
    class Endless:
        """A page that says there are more, and not where."""

        buckets, is_truncated, next_marker, request_id = (), True, "", "REQ-1"

    cloud = stub.cloud()
    cloud.call = lambda *_, **__: Endless()  # type: ignore[method-assign]
    with pytest.raises(UnusableAnswer, match=r"NextMarker does not lead on.*REQ-1"):
        oss.bucket_names(cloud)


def test_a_refused_connection_is_unreachable_and_not_sent(stub: Stub) -> None:
    with pytest.raises(Unreachable, match="the connection was refused") as caught:
        stub.cloud(endpoints={"oss": "127.0.0.1:9"}).call("oss:ListBuckets")
    assert caught.value.sent is False


def test_without_an_endpoint_the_public_host_of_the_region(stub: Stub) -> None:
    assert stub.cloud(protocol="HTTPS", endpoints={}).endpoint("oss") == "oss-cn-hangzhou.aliyuncs.com"
