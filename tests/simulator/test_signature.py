"""Both styles of signature, each right and wrong."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from simulator.cloud.errors import CloudError
from simulator.model.ram import User
from simulator.server import Simulator
from simulator.signature import Authenticator
from simulator.simulation import parsed_request
from tests.simulator.signing import acs3_headers, rpc_parameters

KEY, SECRET = "LTAI-not-a-real-key", "not-a-real-secret"
USER = User(name="tester", user_id="2" * 18, access_key_id=KEY, access_key_secret=SecretStr(SECRET))


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
    return send(simulator, method, urlencode(rpc_parameters(simulator.credentials, method, action, **changes)))


def _send_acs3(
    simulator: Simulator, query: str = "", body: bytes = b"", changes: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    headers = acs3_headers(simulator.credentials, query, body, simulator.host, **changes or {})
    return send(simulator, "POST", query, body, headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rpc_style_in_the_query(simulator: Simulator, method: str) -> None:
    status, answer = send_rpc(simulator, method)
    assert (status, answer["Regions"]["Region"][0]["RegionId"]) == (200, "cn-hangzhou")


def test_rpc_style_with_parameters_in_query_and_form_mixed(simulator: Simulator) -> None:
    tag = {"Tag.1.Key": "tier", "Tag.1.Value": "web"}
    parameters = rpc_parameters(simulator.credentials, "POST", "DescribeInstances", InstanceName="web-*", **tag)
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
        ({"SignatureMethod": "HMAC-SHA256"}, (400, "InvalidSignatureMethod")),
        ({"SignatureVersion": "2.0"}, (400, "InvalidSignatureVersion")),
        ({"SignatureVersion": ""}, (400, "MissingSignatureVersion")),
        ({"AccessKeyId": "LTAI-nobody"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"AccessKeyId": ""}, (400, "MissingAccessKeyId")),
        ({"SignatureNonce": ""}, (400, "MissingSignatureNonce")),
        ({"Timestamp": ""}, (400, "MissingTimestamp")),
        ({"Timestamp": "yesterday"}, (400, "InvalidTimeStamp.Format")),
        ({"Timestamp": "2020-01-01 00:00:00"}, (400, "InvalidTimeStamp.Format")),
        ({"Timestamp": "2020-13-01T00:00:00Z"}, (400, "InvalidTimeStamp.Format")),
        ({"Timestamp": "2020-01-01T00:00:00Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"Timestamp": "2099-01-01T00:00:00Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"SecurityToken": "of nobody"}, (400, "InvalidSecurityToken.Malformed")),
        ({"Format": "YAML"}, (400, "InvalidParameter.Format")),
        ({"Format": "XML"}, (400, "SimulatorNotImplemented")),
        ({"Format": ""}, (400, "SimulatorNotImplemented")),
    ],
)
def test_rpc_style_refusals(simulator: Simulator, changes: dict[str, str], expected: tuple[int, str]) -> None:
    status, answer = send_rpc(simulator, **changes)
    assert (status, answer["Code"]) == expected
    assert set(answer) - {"Recommend"} == {"RequestId", "HostId", "Code", "Message"}
    assert answer["HostId"] == simulator.host


def test_rpc_style_without_a_signature(simulator: Simulator) -> None:
    parameters = rpc_parameters(simulator.credentials, "GET", "DescribeRegions")
    del parameters["Signature"]
    status, answer = send(simulator, "GET", urlencode(parameters))
    assert (status, answer["Code"], answer["Message"]) == (
        400,
        "MissingSignature",
        "Signature is mandatory for this action.",
    )


def test_a_time_within_the_tolerance_is_taken(simulator: Simulator) -> None:
    for minutes in (-14, 14):
        moment = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert send_rpc(simulator, Timestamp=moment)[0] == 200


def test_a_nonce_serves_once(simulator: Simulator) -> None:
    assert send_rpc(simulator, SignatureNonce="once")[0] == 200
    status, answer = send_rpc(simulator, SignatureNonce="once")
    assert (status, answer["Code"]) == (400, "SignatureNonceUsed")


def test_of_parallel_requests_with_one_nonce_one_is_answered(simulator: Simulator) -> None:
    together = threading.Barrier(4)

    def ask(number: int) -> object:
        together.wait()
        return send_rpc(simulator, SignatureNonce="once")[1].get("Code")

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(ask, range(4)))
    assert sorted(codes, key=str) == [None, *["SignatureNonceUsed"] * 3]


def test_parallel_requests_of_both_styles_are_answered(simulator: Simulator) -> None:
    with ThreadPoolExecutor(4) as pool:
        replies = pool.map(lambda number: (send_rpc if number % 2 else _send_acs3)(simulator)[0], range(16))
    assert set(replies) == {200}


def test_two_users_may_use_one_nonce() -> None:
    other = USER.model_copy(update={"name": "other", "access_key_id": "LTAI-not-a-real-key-2"})
    authenticator = Authenticator([USER, other])
    for user in (USER, other):
        parameters = rpc_parameters((user.access_key_id, SECRET), "GET", "DescribeRegions", SignatureNonce="same")
        assert authenticator.caller(parsed_request("GET", "/", urlencode(parameters), {}, b"")) is user


def test_nonces_are_forgotten_when_their_requests_are_stale_anyway() -> None:
    authenticator, now = Authenticator([USER]), datetime.now(UTC)

    def ask(moment: datetime) -> None:
        timestamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        parameters = rpc_parameters((KEY, SECRET), "GET", "DescribeRegions", SignatureNonce="once", Timestamp=timestamp)
        authenticator.caller(parsed_request("GET", "/", urlencode(parameters), {}, b""), moment)

    ask(now)
    with pytest.raises(CloudError, match="SignatureNonceUsed"):
        ask(now + timedelta(minutes=29))
    ask(now + timedelta(minutes=31))


def test_a_nonce_of_a_wrongly_signed_request_is_not_used_up(simulator: Simulator) -> None:
    assert send_rpc(simulator, SignatureNonce="once", _secret="wrong")[0] == 400  # noqa: S106 - false on purpose
    assert send_rpc(simulator, SignatureNonce="once")[0] == 200


def test_acs3_style(simulator: Simulator) -> None:
    body = urlencode({"InstanceName": "web-*"}).encode()
    status, answer = _send_acs3(simulator, "PageSize=2", body, {"x_acs_action": "DescribeInstances"})
    assert (status, answer["TotalCount"], len(answer["Instances"]["Instance"])) == (200, 3, 2)


def test_acs3_style_without_a_body(simulator: Simulator) -> None:
    status, answer = _send_acs3(simulator, "PageSize=2", changes={"x_acs_action": "DescribeInstances"})
    assert (status, answer["TotalCount"]) == (200, 10)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"_secret": "wrong"}, (400, "SignatureDoesNotMatch")),
        ({"_key": "LTAI-nobody"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"x_acs_content_sha256": "0" * 64}, (400, "SignatureDoesNotMatch")),
        ({"x_acs_date": "2020-01-01T00:00:00Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"x_acs_date": "Tue, 24 Nov 2026 03:29:00 GMT"}, (400, "InvalidTimeStamp.Format")),
        ({"x_acs_security_token": "of nobody"}, (400, "InvalidSecurityToken.Malformed")),
    ],
)
def test_acs3_style_refusals(simulator: Simulator, changes: dict[str, str], expected: tuple[int, str]) -> None:
    status, answer = _send_acs3(simulator, changes=changes)
    assert (status, answer["Code"]) == expected


@pytest.mark.parametrize("name", ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"])
def test_acs3_style_must_sign_what_names_the_action(simulator: Simulator, name: str) -> None:
    headers = acs3_headers(simulator.credentials, "", b"", simulator.host)
    headers["authorization"] = headers["authorization"].replace(f"{name};", "")
    headers["authorization"] = headers["authorization"].replace(f";{name},", ",")
    status, answer = send(simulator, "POST", "", b"", headers)
    assert (status, answer["Code"]) == (400, "IncompleteSignature")


@pytest.mark.parametrize(
    "authorization", ["", "ACS3-HMAC-SHA256", "Bearer abc", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b"]
)
def test_acs3_style_with_an_authorization_that_is_none(simulator: Simulator, authorization: str) -> None:
    headers = acs3_headers(simulator.credentials, "", b"", simulator.host) | {"authorization": authorization}
    status, answer = send(simulator, "POST", "", b"", headers)
    assert (status, answer["Code"]) == (400, "IncompleteSignature")


def test_acs3_style_takes_no_common_header_that_is_not_signed(simulator: Simulator) -> None:
    headers = acs3_headers(simulator.credentials, "", b"", simulator.host) | {"x-acs-security-token": "slipped in"}
    status, answer = send(simulator, "POST", "", b"", headers)
    assert (status, answer["Code"]) == (400, "IncompleteSignature")


# The same at each run: the strategies draw from what was signed.
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
FIXED = {"SignatureNonce": "nonce", "Timestamp": "2026-11-30T09:00:00Z"}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)
PARAMETERS = st.dictionaries(st.sampled_from(["InstanceName", "Tag.1.Key", "ZoneId"]), TEXTS, max_size=3)


def _accepted(method: str, query: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        return Authenticator([USER]).caller(parsed_request(method, "/", query, headers, body), NOW) == USER
    except CloudError:
        return False


def _changed(data: st.DataObject, text: str) -> str:
    """`text` with one character replaced, left out or put in."""
    place = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.sampled_from(["", *map(chr, range(0x20, 0x7F))]))
    width = data.draw(st.integers(0, 1))
    changed = text[:place] + new + text[place + width :]
    assume(changed != text)
    return changed


@given(st.data(), PARAMETERS, st.sampled_from(["GET", "POST"]), st.booleans())
def test_rpc_style_refuses_whatever_was_changed_on_the_way(
    data: st.DataObject, own: dict[str, str], method: str, in_form: bool
) -> None:
    signed = urlencode(rpc_parameters((KEY, SECRET), method, "DescribeInstances", **FIXED, **own))
    where = (lambda text: ("", text.encode())) if in_form else (lambda text: (text, b""))
    query, body = where(signed)
    assert _accepted(method, query, {}, body)
    changed = _changed(data, signed)
    # %7e and %7E, and `&&` and `&`, say the same; and the style signs what is said.
    assume(sorted(_parameters(changed)) != sorted(_parameters(signed)))
    query, body = where(changed)
    assert not _accepted(method, query, {}, body)


def test_rpc_style_signs_the_method() -> None:
    signed = urlencode(rpc_parameters((KEY, SECRET), "GET", "DescribeInstances", **FIXED))
    assert _accepted("GET", signed, {}, b"")
    assert not _accepted("POST", signed, {}, b"")


@given(st.data(), PARAMETERS, PARAMETERS)
def test_acs3_style_refuses_whatever_was_changed_on_the_way(
    data: st.DataObject, in_query: dict[str, str], in_body: dict[str, str]
) -> None:
    query = "&".join(urlencode({name: value}).replace("+", "%20") for name, value in sorted(in_query.items()))
    query, body = query.replace("%7E", "~"), urlencode(in_body).encode()
    fixed = {"x_acs_signature_nonce": "nonce", "x_acs_date": "2026-11-30T09:00:00Z"}
    headers = acs3_headers((KEY, SECRET), query, body, x_acs_action="DescribeInstances", **fixed)
    assert _accepted("POST", query, headers, body)
    part = data.draw(st.sampled_from(["method", "query", "body", *sorted(headers)]))
    method = "POST"
    if part == "method":
        method = "GET"
    elif part == "query":
        changed = _changed(data, query or "a=b")
        assume(sorted(_parameters(changed)) != sorted(_parameters(query)))
        query = changed
    elif part == "body":
        body = _changed(data, body.decode() or "a=b").encode()
    else:
        changed = _changed(data, headers[part])
        assume(changed.strip() != headers[part].strip())
        # What is between the parts of Authorization is not signed; nor does it say anything.
        assume(part != "authorization" or changed.replace(" ", "") != headers[part].replace(" ", ""))
        assume(part != "authorization" or changed.lower() != headers[part].lower())
        headers |= {part: changed}
    assert not _accepted(method, query, headers, body)


def _parameters(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)
