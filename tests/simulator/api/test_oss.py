"""OSS as the official SDK speaks to it: REST, XML and a signature of its own."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

import alibabacloud_oss_v2 as oss  # type: ignore[import-untyped]
import pytest

from simulator.model.estate import Estate
from simulator.model.oss import Bucket
from simulator.model.ram import Policy, Statement
from simulator.server import Simulator

POLICY = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", "Principal": ["*"]}]}


@pytest.fixture
def quick(quick: Estate) -> Estate:
    quick.buckets.extend(
        [Bucket(id="zz-policy", policy=POLICY), Bucket(id="zz-none"), Bucket(id="zz-far", region_id="cn-beijing")]
    )
    return quick


def connected(simulator: Simulator, *, secret: str | None = None, region: str = "cn-hangzhou") -> Any:
    """A client of the SDK, which tries each call once."""
    key, own = simulator.credentials_of("demo")
    config = oss.config.load_default()
    config.region, config.endpoint, config.disable_ssl = region, simulator.host, True
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(key, secret or own)
    config.retry_max_attempts = 1
    return oss.Client(config)


def policy_of(client: Any, name: str) -> Any:
    return client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket=name))


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """Status and code of what OSS refuses the call with."""
    with pytest.raises(oss.exceptions.OperationError) as caught:
        call()
    error: Any = caught.value.unwrap()
    return error.status_code, error.code


def test_buckets_of_all_regions_page_by_page(simulator: Simulator) -> None:
    client = connected(simulator)
    first = client.list_buckets(oss.ListBucketsRequest(prefix="zz-", max_keys=2))
    assert [(item.name, item.location) for item in first.buckets] == [
        ("zz-far", "oss-cn-beijing"),
        ("zz-none", "oss-cn-hangzhou"),
    ]
    assert (first.is_truncated, first.next_marker) == (True, "zz-none")
    last = client.list_buckets(oss.ListBucketsRequest(prefix="zz-", marker=first.next_marker))
    assert [item.name for item in last.buckets] == ["zz-policy"]
    assert last.is_truncated is False


def test_a_policy_comes_as_it_was_written(simulator: Simulator) -> None:
    assert policy_of(connected(simulator), "zz-policy").body == (
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", "Principal": ["*"]}]}'
    )


@pytest.mark.parametrize(("name", "code"), [("zz-none", "NoSuchBucketPolicy"), ("zz-nobody", "NoSuchBucket")])
def test_missing_buckets_and_policies_are_not_found(simulator: Simulator, name: str, code: str) -> None:
    assert refusal(lambda: policy_of(connected(simulator), name)) == (404, code)


@pytest.mark.parametrize("most", [0, 1001])
def test_a_page_of_a_size_that_is_not_taken(simulator: Simulator, most: int) -> None:
    client = connected(simulator)
    request = oss.ListBucketsRequest(max_keys=most)
    assert refusal(lambda: client.list_buckets(request)) == (400, "InvalidArgument")


def test_a_wrong_secret_or_key(simulator: Simulator) -> None:
    client = connected(simulator, secret="wrong")  # noqa: S106
    assert refusal(lambda: client.list_buckets(oss.ListBucketsRequest())) == (403, "SignatureDoesNotMatch")
    # The region is part of what the signature is made with.
    assert policy_of(connected(simulator, region="cn-beijing"), "zz-policy").status_code == 200


def test_a_denied_bucket_policy_is_access_denied(simulator: Simulator, quick: Estate) -> None:
    deny = Statement(effect="Deny", action="oss:GetBucketPolicy", resource="acs:oss:*:*:zz-policy")
    allow = Statement(effect="Allow", action="*", resource="*")
    quick.users[0].policies = [Policy(statement=[allow, deny])]
    simulator.simulation.reset(quick)
    client = connected(simulator)
    assert refusal(lambda: policy_of(client, "zz-policy")) == (403, "AccessDenied")
    assert refusal(lambda: policy_of(client, "zz-none")) == (404, "NoSuchBucketPolicy")


def test_everything_else_is_refused_loudly(simulator: Simulator) -> None:
    client = connected(simulator)
    put = oss.PutBucketPolicyRequest(bucket="zz-policy", body="{}")
    assert refusal(lambda: client.put_bucket_policy(put)) == (400, "NotImplemented")
    assert refusal(lambda: client.list_buckets(oss.ListBucketsRequest(tag_key="a"))) == (400, "NotImplemented")
    [entry] = simulator.requests(action="PUT*") or simulator.requests(action="*PUT*")
    assert entry["outcome"] == "SimulatorNotImplemented"


def test_a_path_that_is_not_signed_for_it_is_no_bucket(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    try:
        connection.request("GET", "/zz-policy/?policy")
        answer = connection.getresponse()
        assert (answer.status, b"expected one of GET|POST /" in answer.read()) == (404, True)
    finally:
        connection.close()
