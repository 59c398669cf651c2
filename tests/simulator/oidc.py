"""An OIDC identity provider of the tests: its key, and the tokens that it gives."""

from __future__ import annotations

import base64
import functools
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.model.ram import OidcProvider

ISSUER = "https://ci.example.com"
CLIENT = "sts.aliyuncs.com"


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def provider() -> OidcProvider:
    """The identity provider as RAM knows it."""
    pem = _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OidcProvider(name="ci", issuer=ISSUER, client_ids=[CLIENT], public_key=pem.decode())


def token(head: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token for the subject `job`, good for an hour; `changes` replace its claims."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "job", "aud": CLIENT, "iat": now, "exp": now + 3600, **changes}
    signed = f"{_part(head or {'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_text(_key().sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
