"""Tokens of OIDC identity providers: JSON Web Tokens signed with RS256 (RFC 7515, RFC 7519).

Codes: ACK user guide, "Use RRSA to authorize pods to access different cloud services", its table of errors.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from simulator.cloud.errors import CloudError
from simulator.model.ram import OidcProvider

_FAIL = "AuthenticationFail.OIDCToken"


@dataclass(frozen=True)
class Claims:
    """The claims of a token; times are seconds since 1970."""

    issuer: str
    subject: str
    audiences: tuple[str, ...]
    issued_at: int
    expires_at: int


def verified(token: str, provider: OidcProvider, now: datetime) -> Claims:
    """Return the claims of a token that `provider` signed for one of its clients; `now` is real time.

    Raises AuthenticationFail.OIDCToken.Invalid, .IssuerNotMatch, .AudienceNotMatch or .Expired.
    """
    try:
        signed, _, signature = token.strip().rpartition(".")
        head, payload = (_json(part) for part in signed.split("."))
        key = load_pem_public_key(provider.public_key.encode())
        if head["alg"] != "RS256" or not isinstance(key, RSAPublicKey):
            raise ValueError
        key.verify(_bytes(signature), signed.encode("ascii"), PKCS1v15(), hashes.SHA256())
        audience = payload["aud"]
        claims = Claims(
            issuer=str(payload["iss"]),
            subject=str(payload["sub"]),
            audiences=tuple(audience) if isinstance(audience, list) else (str(audience),),
            issued_at=int(payload["iat"]),
            expires_at=int(payload["exp"]),
        )
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise CloudError(f"{_FAIL}.Invalid", "This JsonWebToken is invalid.") from None
    if claims.issuer != provider.issuer:
        raise CloudError(
            f"{_FAIL}.IssuerNotMatch", "The issuer in the OIDC Token doesn't match the OIDC Provider registered."
        )
    if not set(claims.audiences) & set(provider.client_ids):
        raise CloudError(f"{_FAIL}.AudienceNotMatch", "Invalid audience.")
    if claims.expires_at <= now.timestamp():
        raise CloudError(f"{_FAIL}.Expired", "This JsonWebToken is expired.")
    return claims


def _json(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(_bytes(part))
    return value


def _bytes(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
