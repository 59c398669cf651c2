"""OSS on the wire: find the operation of a REST request, and write its answer as XML.

The bucket is in the path, where the SDK puts it if the endpoint is an IP address. Codes for which OSS has names of its
own for: OSS user guide, HTTP 403 errors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from simulator.api.call import Answer
from simulator.signature import OSS4, SignedRequest

VERSION = "2013-10-15"
_CODES = {
    "Forbidden.RAM": ("AccessDenied", 403),
    "InvalidAccessKeyId.NotFound": ("InvalidAccessKeyId", 403),
    "InvalidSecurityToken.Expired": ("SecurityTokenExpired", 403),
    "InvalidSecurityToken.Malformed": ("InvalidSecurityToken", 403),
    "InvalidSecurityToken.MismatchWithAccessKey": ("InvalidSecurityToken", 403),
    "InvalidTimeStamp.Expired": ("RequestTimeTooSkewed", 403),
    "InvalidTimeStamp.Format": ("AccessDenied", 403),
    "MissingSecurityToken": ("InvalidAccessKeyId", 403),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", 403),
    "SimulatorNotImplemented": ("NotImplemented", 400),
}
# GetBucketPolicy answers this document as it is.
_DOCUMENT = "Policy"


@dataclass(frozen=True)
class Rendered:
    """An answer as sent."""

    status: int
    body: str
    media_type: str
    headers: dict[str, str]


def is_rest(request: SignedRequest) -> bool:
    """Whether it is a request to OSS."""
    return request.headers.get("authorization", "").startswith(OSS4)


def operation(request: SignedRequest) -> tuple[str, dict[str, str]]:
    """Return operation and parameters; one that is not simulated is named by its request: `PUT /bucket/?policy`."""
    bucket, _, key = request.path.strip("/").partition("/")
    query = dict(request.query)
    if request.method == "GET" and not bucket:
        return "ListBuckets", query
    if request.method == "GET" and not key and "policy" in query:
        return "GetBucketPolicy", {
            **{name: value for name, value in query.items() if name != "policy"},
            "Bucket": bucket,
        }
    return f"{request.method} {request.path}?{'&'.join(query)}", {}


def rendered(status: int, body: Answer) -> Rendered:
    """Return an answer or error of the simulation in OSS's form."""
    fields = dict(body)
    headers = {"x-oss-request-id": str(fields.pop("RequestId", ""))}
    if status == 200 and _DOCUMENT in fields:
        return Rendered(status, json.dumps(fields[_DOCUMENT]), "application/json", headers)
    if status == 200:
        return Rendered(status, _document("ListAllMyBucketsResult", fields), "application/xml", headers)
    code, status = _CODES.get(str(fields["Code"]), (str(fields["Code"]), status))
    error = {"Code": code, "Message": fields["Message"], "RequestId": headers["x-oss-request-id"]}
    return Rendered(status, _document("Error", error), "application/xml", headers)


def _document(root: str, fields: Answer) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_element(root, fields))}'


def _element(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _element(name, item)
        return
    yield f"<{name}>"
    if isinstance(value, dict):
        for inner, content in value.items():
            yield from _element(inner, content)
    else:
        yield escape(json.dumps(value) if isinstance(value, bool) else str(value))
    yield f"</{name}>"
