"""Both styles of signature, each right and wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from simulator.server import Simulator


def _encode(text: str) -> str:
    return quote(text, safe="~")


def rpc_parameters(simulator: Simulator, method: str, action: str, **changes: str) -> dict[str, str]:
    """Parameters signed in RPC style 1.0; `changes` replace what is signed, `_secret` and `_added` what is not."""
    key, secret = simulator.credentials
    secret, added = changes.pop("_secret", secret), changes.pop("_added", None)
    parameters = {
        "Action": action,
        "Version": "2014-05-26",
        "Format": "JSON",
        "RegionId": "cn-hangzhou",
        "AccessKeyId": key,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": uuid.uuid4().hex,
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **changes,
    }
    canonical = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(parameters.items()))
    text = f"{method}&%2F&{_encode(canonical)}"
    mac = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return {**parameters, "Signature": base64.b64encode(mac).decode(), **({"Description": added} if added else {})}


def acs3_headers(simulator: Simulator, query: str, body: bytes, **changes: str) -> dict[str, str]:
    """Headers signed in ACS3-HMAC-SHA256 style; `changes` (with _ for -) replace what is signed."""
    key, secret = simulator.credentials
    key, secret = changes.pop("_key", key), changes.pop("_secret", secret)
    headers = {
        "host": simulator.host,
        "x-acs-action": "DescribeRegions",
        "x-acs-version": "2014-05-26",
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**headers, "Authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={mac}"}


def send(
    simulator: Simulator, method: str, query: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Send a request as it is; returns status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, f"/?{query}", body=body, headers={**form, **(headers or {})})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def send_rpc(simulator: Simulator, method: str = "GET", **changes: str) -> tuple[int, dict[str, Any]]:
    """Send a request in RPC style, all parameters in the query."""
    action = changes.pop("Action", "DescribeRegions")
    return send(simulator, method, urlencode(rpc_parameters(simulator, method, action, **changes)))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rpc_style_in_the_query(simulator: Simulator, method: str) -> None:
    status, answer = send_rpc(simulator, method)
    assert (status, answer["Regions"]["Region"][0]["RegionId"]) == (200, "cn-hangzhou")


def test_rpc_style_with_parameters_in_query_and_form_mixed(simulator: Simulator) -> None:
    parameters = rpc_parameters(
        simulator, "POST", "DescribeInstances", InstanceName="web-*", **{"Tag.1.Key": "tier", "Tag.1.Value": "web"}
    )
    in_form = {name: parameters.pop(name) for name in ("InstanceName", "Tag.1.Key", "Tag.1.Value")}
    status, answer = send(simulator, "POST", urlencode(parameters), urlencode(in_form).encode())
    assert (status, answer["TotalCount"]) == (200, 3)


def test_rpc_style_signs_what_needs_encoding(simulator: Simulator) -> None:
    status, answer = send_rpc(simulator, Action="DescribeInstances", InstanceName="a b+c*~/ü&=")
    assert (status, answer["TotalCount"]) == (200, 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"_secret": "wrong"}, (400, "SignatureDoesNotMatch")),
        ({"_added": "smuggled in after signing"}, (400, "SignatureDoesNotMatch")),
        ({"SignatureMethod": "HMAC-SHA256"}, (400, "SignatureDoesNotMatch")),
        ({"AccessKeyId": "LTAI-nobody"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"AccessKeyId": ""}, (400, "MissingAccessKeyId")),
        ({"SignatureNonce": ""}, (400, "IncompleteSignature")),
        ({"Timestamp": "yesterday"}, (400, "InvalidTimeStamp.Format")),
        ({"Timestamp": "2020-01-01T00:00:00Z"}, (400, "InvalidTimeStamp.Expired")),
    ],
)
def test_rpc_style_refusals(simulator: Simulator, changes: dict[str, str], expected: tuple[int, str]) -> None:
    status, answer = send_rpc(simulator, **changes)
    assert (status, answer["Code"]) == expected
    assert set(answer) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert answer["HostId"] == simulator.host


def test_a_time_within_the_tolerance_is_taken(simulator: Simulator) -> None:
    for minutes in (-14, 14):
        moment = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert send_rpc(simulator, Timestamp=moment)[0] == 200


def test_a_nonce_serves_once(simulator: Simulator) -> None:
    assert send_rpc(simulator, SignatureNonce="once")[0] == 200
    status, answer = send_rpc(simulator, SignatureNonce="once")
    assert (status, answer["Code"]) == (400, "SignatureNonceUsed")


def test_a_nonce_of_a_wrongly_signed_request_is_not_used_up(simulator: Simulator) -> None:
    assert send_rpc(simulator, SignatureNonce="once", _secret="wrong")[0] == 400  # noqa: S106 - false on purpose
    assert send_rpc(simulator, SignatureNonce="once")[0] == 200


def test_acs3_style(simulator: Simulator) -> None:
    body = urlencode({"InstanceName": "web-*"}).encode()
    headers = acs3_headers(simulator, "PageSize=2", body, x_acs_action="DescribeInstances")
    status, answer = send(simulator, "POST", "PageSize=2", body, headers)
    assert (status, answer["TotalCount"], len(answer["Instances"]["Instance"])) == (200, 3, 2)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"_secret": "wrong"}, (400, "SignatureDoesNotMatch")),
        ({"_key": "LTAI-nobody"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"x_acs_content_sha256": "0" * 64}, (400, "SignatureDoesNotMatch")),
        ({"x_acs_date": "2020-01-01T00:00:00Z"}, (400, "InvalidTimeStamp.Expired")),
    ],
)
def test_acs3_style_refusals(simulator: Simulator, changes: dict[str, str], expected: tuple[int, str]) -> None:
    status, answer = send(simulator, "POST", "", b"", acs3_headers(simulator, "", b"", **changes))
    assert (status, answer["Code"]) == expected


def test_acs3_style_must_sign_what_tells_the_action(simulator: Simulator) -> None:
    headers = acs3_headers(simulator, "", b"")
    headers["Authorization"] = headers["Authorization"].replace("x-acs-action;", "")
    status, answer = send(simulator, "POST", "", b"", headers)
    assert (status, answer["Code"]) == (400, "IncompleteSignature")


def test_acs3_style_query_changed_on_the_way(simulator: Simulator) -> None:
    headers = acs3_headers(simulator, "PageSize=2", b"", x_acs_action="DescribeInstances")
    status, answer = send(simulator, "POST", "PageSize=3", b"", headers)
    assert (status, answer["Code"]) == (400, "SignatureDoesNotMatch")
