"""Signatures of requests, in all versions that clients of Alibaba Cloud use.

RPC 1.0: HMAC-SHA1 over the sorted parameters, which carry AccessKeyId, Timestamp, SignatureNonce and Signature.
ACS3-HMAC-SHA256: over method, path, query, named headers and the digest of the body, in the Authorization header.
OSS4-HMAC-SHA256: for OSS; the same without a nonce, and with a key from date and region (OSS reference, "Include a V4
signature in the Authorization header").
Times of requests are checked against real time, never against the model clock.

Codes: the public error codes of the Error Center, with `Missing` or `Invalid` before the name of the
parameter.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from simulator.cloud.errors import CloudError, NotFoundError, NotSimulatedError
from simulator.model.ram import Caller, Session, User

ACS3 = "ACS3-HMAC-SHA256"
OSS4 = "OSS4-HMAC-SHA256"
# How far the time of a request may differ from ours; nonces are remembered as long.
TOLERANCE = timedelta(minutes=15)
AUTHENTICATION_CODES = (
    "IncompleteSignature",
    "InvalidAccessKeyId.NotFound",
    "InvalidParameter.Format",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "InvalidSignatureMethod",
    "InvalidSignatureVersion",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "MissingAccessKeyId",
    "MissingSecurityToken",
    "MissingSignature",
    "MissingSignatureNonce",
    "MissingSignatureVersion",
    "MissingTimestamp",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
)

_ACS3_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256\s+Credential=(?P<key>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<mac>\w+)"
)
_OSS4_AUTHORIZATION = re.compile(
    r"OSS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<scope>\d{8}/[^/,\s]+/oss/aliyun_v4_request),"
    r"Signature=(?P<mac>\w+)"
)
_OSS4_SIGNED = frozenset({"content-type", "content-md5"})
_OSS4_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_ACS3_MUST_SIGN = frozenset(
    {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True)
class SignedRequest:
    """A received request: header names in lower case, parameters of query and form separate and in order."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    form: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class _Claim:
    """The claims of a request, and the signature that it needs for a given secret."""

    access_key_id: str
    time: str
    nonce: str
    given: str
    style: str
    signed_text: str
    security_token: str | None
    scope: str = ""

    def signature(self, secret: str) -> str:
        if self.style == OSS4:
            key = f"aliyun_v4{secret}".encode()
            for part in self.scope.split("/"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            return hmac.new(key, self.signed_text.encode(), hashlib.sha256).hexdigest()
        if self.style == ACS3:
            return hmac.new(secret.encode(), self.signed_text.encode(), hashlib.sha256).hexdigest()
        mac = hmac.new(f"{secret}&".encode(), self.signed_text.encode(), hashlib.sha1)
        return base64.b64encode(mac.digest()).decode()


class Authenticator:
    """Finds the caller of a request, and refuses a wrong, stale or repeated signature."""

    def __init__(self, users: Sequence[User], sessions: Mapping[str, Session] | None = None) -> None:
        """Use the access keys of `users` and of `sessions`, which may change."""
        self._users = {user.access_key_id: user for user in users}
        self._sessions = {} if sessions is None else sessions
        self._nonces: dict[tuple[str, str], datetime] = {}  # oldest first

    def caller(self, request: SignedRequest, now: datetime | None = None) -> Caller:
        """Return the user or the session that signed `request`; `now` is real time, except in tests.

        Raises one of AUTHENTICATION_CODES, 400 except for InvalidAccessKeyId.NotFound (404), and NotSimulatedError if
        the client wants XML.
        """
        now = now or datetime.now(UTC)
        claim = _claim(request)
        caller = self._users.get(claim.access_key_id) or self._sessions.get(claim.access_key_id)
        if caller is None:
            raise NotFoundError("InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        self._check_token(claim, caller, now)
        expected = claim.signature(_secret(caller))
        if not hmac.compare_digest(expected.encode(), claim.given.encode()):
            raise CloudError("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        _check_time(claim.time, now)
        # Requests to OSS have no nonce, so the same one may come again.
        if claim.style != OSS4:
            self._check_nonce(claim, now)
        return caller

    def _check_token(self, claim: _Claim, caller: Caller, now: datetime) -> None:
        if isinstance(caller, User):
            if claim.security_token:
                raise CloudError("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
        elif not claim.security_token:
            raise CloudError("MissingSecurityToken", "SecurityToken is mandatory for this action.")
        elif claim.security_token != caller.security_token:
            raise CloudError(
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            )
        elif now >= caller.ends_at:
            raise CloudError("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")

    def _check_nonce(self, claim: _Claim, now: datetime) -> None:
        while self._nonces:
            oldest = next(iter(self._nonces))
            if now - self._nonces[oldest] < TOLERANCE * 2:
                break
            del self._nonces[oldest]
        key = (claim.access_key_id, claim.nonce)
        if key in self._nonces:
            raise CloudError("SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces[key] = now


def rpc_text_to_sign(method: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return the text that RPC 1.0 signs: method, path and all parameters but Signature, sorted and encoded."""
    pairs = sorted((name, value) for name, value in parameters if name != "Signature")
    canonical = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)
    return f"{method}&{_encode('/')}&{_encode(canonical)}"


def _secret(caller: Caller) -> str:
    return caller.access_key_secret.get_secret_value() if isinstance(caller, User) else caller.access_key_secret


def _claim(request: SignedRequest) -> _Claim:
    if request.headers.get("authorization", "").startswith(OSS4):
        return _oss4_claim(request)
    if "authorization" in request.headers:
        return _acs3_claim(request)
    return _rpc_claim(request)


def _rpc_claim(request: SignedRequest) -> _Claim:
    pairs = [*request.query, *request.form]
    parameters = dict(pairs)
    # SignatureMethod may be missing, according to the public error codes.
    for name in ("AccessKeyId", "Signature", "SignatureNonce", "SignatureVersion", "Timestamp"):
        if not parameters.get(name):
            raise CloudError(f"Missing{name}", f"{name} is mandatory for this action.")
    if parameters.get("SignatureMethod", "HMAC-SHA1").upper() != "HMAC-SHA1":
        raise CloudError("InvalidSignatureMethod", "Specified signature method is not valid.")
    if parameters["SignatureVersion"] != "1.0":
        raise CloudError("InvalidSignatureVersion", "Specified parameter SignatureVersion is not valid.")
    # Without a Format the answer is XML ("Common parameters").
    _check_format(parameters.get("Format") or "XML")
    return _Claim(
        parameters["AccessKeyId"],
        parameters["Timestamp"],
        parameters["SignatureNonce"],
        parameters["Signature"],
        "RPC",
        rpc_text_to_sign(request.method, pairs),
        parameters.get("SecurityToken"),
    )


def _acs3_claim(request: SignedRequest) -> _Claim:
    parsed = _ACS3_AUTHORIZATION.fullmatch(request.headers["authorization"].strip())
    names = parsed["headers"].lower().split(";") if parsed else []
    # Every common header must be signed ("Request structure and signature", version 3).
    signed = _ACS3_MUST_SIGN | {name for name in request.headers if name.startswith("x-acs-")}
    if parsed is None or not signed <= set(names) or any(name not in request.headers for name in names):
        raise CloudError("IncompleteSignature", "The request signature does not conform to Aliyun standards.")
    _check_format(dict(request.query).get("Format") or "JSON")
    digest = hashlib.sha256(request.body).hexdigest()
    if request.headers["x-acs-content-sha256"] != digest:
        raise CloudError("SignatureDoesNotMatch", "The x-acs-content-sha256 header does not match the body.")
    query = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(request.query))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in sorted(names))
    canonical = "\n".join((request.method, request.path, query, headers, ";".join(sorted(names)), digest))
    return _Claim(
        parsed["key"],
        request.headers["x-acs-date"],
        request.headers["x-acs-signature-nonce"],
        parsed["mac"],
        ACS3,
        f"{ACS3}\n{hashlib.sha256(canonical.encode()).hexdigest()}",
        request.headers.get("x-acs-security-token"),
    )


def _oss4_claim(request: SignedRequest) -> _Claim:
    parsed = _OSS4_AUTHORIZATION.fullmatch(request.headers["authorization"].strip())
    moment = request.headers.get("x-oss-date", "")
    if parsed is None or request.headers.get("x-oss-content-sha256") != "UNSIGNED-PAYLOAD":
        raise CloudError("SignatureDoesNotMatch", "The request signature does not conform to OSS standards.")
    names = sorted(name for name in request.headers if name.startswith("x-oss-") or name in _OSS4_SIGNED)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    pairs = sorted((_encode(name), _encode(value)) for name, value in request.query)
    query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    canonical = "\n".join((request.method, quote(request.path, safe="/"), query, headers, "", "UNSIGNED-PAYLOAD"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return _Claim(
        parsed["key"],
        re.sub(_OSS4_TIME, r"\1-\2-\3T\4:\5:\6Z", moment),
        "",
        parsed["mac"],
        OSS4,
        f"{OSS4}\n{moment}\n{parsed['scope']}\n{digest}",
        request.headers.get("x-oss-security-token"),
        parsed["scope"],
    )


def _check_format(text: str) -> None:
    if text.upper() == "XML":
        raise NotSimulatedError("answers in XML, which are what Format leaves out or names")
    if text.upper() != "JSON":
        raise CloudError("InvalidParameter.Format", "Specified parameter format is not valid.")


def _check_time(text: str, now: datetime) -> None:
    try:
        signed_at = datetime.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError:
        raise CloudError(
            "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."
        ) from None
    if abs(now - signed_at) > TOLERANCE:
        raise CloudError("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _encode(text: str) -> str:
    return quote(text, safe="~")
