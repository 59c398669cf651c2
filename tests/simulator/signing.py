"""Requests signed by hand in both styles, apart from the simulator's own code, and calls without a network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from simulator.api import registry
from simulator.api.registry import Product
from simulator.signature import SignedRequest
from simulator.simulation import Reply, Simulation, parsed_request

HOST = "127.0.0.1:8815"
VERSIONS = {item.code: item.version for item in vars(registry).values() if isinstance(item, Product)}


def rpc_parameters(credentials: tuple[str, str], method: str, action: str, **changes: str) -> dict[str, str]:
    """Parameters signed in RPC style 1.0; `changes` replace what is signed, `_secret` and `_added` what is not."""
    key, secret = credentials
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
        "Timestamp": timestamp(),
        **changes,
    }
    canonical = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(parameters.items()))
    text = f"{method}&%2F&{_encode(canonical)}"
    mac = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return {**parameters, "Signature": base64.b64encode(mac).decode(), **({"Description": added} if added else {})}


def acs3_headers(
    credentials: tuple[str, str], query: str, body: bytes, host: str = HOST, **changes: str
) -> dict[str, str]:
    """Headers signed in ACS3-HMAC-SHA256 style; `changes` (with _ for -) replace what is signed."""
    key, secret = credentials
    key, secret = changes.pop("_key", key), changes.pop("_secret", secret)
    headers = {
        "host": host,
        "x-acs-action": "DescribeRegions",
        "x-acs-version": "2014-05-26",
        "x-acs-date": timestamp(),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**headers, "authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={mac}"}


def wire(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as they travel: lists numbered from 1, fields after a dot."""
    flat: dict[str, str] = {}
    for name, value in parameters.items():
        if isinstance(value, list):
            for number, item in enumerate(value, 1):
                fields = {f".{key}": part for key, part in item.items()} if isinstance(item, dict) else {"": item}
                flat |= {f"{name}.{number}{field}": str(part) for field, part in fields.items()}
        elif isinstance(value, dict):
            flat |= {f"{name}.{key}": str(part) for key, part in value.items()}
        else:
            flat[name] = str(value)
    return flat


def timestamp() -> str:
    """The present as requests write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Direct:
    """The OpenAPI of a simulation as one of its users, without a network: what faults do shows in the reply."""

    def __init__(self, simulation: Simulation, user: str = "demo", host: str = HOST) -> None:
        self.simulation, self._host = simulation, host
        self.token = ""
        [account] = [item for item in simulation.cloud.estate.users if item.name == user]
        self.credentials = (account.access_key_id, account.access_key_secret.get_secret_value())

    def request(self, action: str, **parameters: object) -> SignedRequest:
        """A signed call of `ecs:DescribeInstances` and the like."""
        product, name = action.split(":")
        body = urlencode(parameters).encode()
        version = VERSIONS[product]
        token = {"x_acs_security_token": self.token} if self.token else {}
        headers = acs3_headers(
            self.credentials, "", body, self._host, x_acs_action=name, x_acs_version=version, **token
        )
        return parsed_request("POST", "/", "", headers, body)

    def reply(self, action: str, **parameters: object) -> Reply:
        """The reply to a call."""
        return self.simulation.reply(self.request(action, **parameters))

    def unsigned(self, action: str, **parameters: object) -> Reply:
        """The reply to a call that nobody signed."""
        product, name = action.split(":")
        named = {"Action": name, "Version": VERSIONS[product], "Format": "JSON", **parameters}
        return self.simulation.reply(parsed_request("POST", "/", "", {"host": self._host}, urlencode(named).encode()))

    def __call__(self, action: str, **parameters: object) -> dict[str, Any]:
        """The answer of a call that must succeed."""
        reply = self.reply(action, **parameters)
        assert (reply.status, reply.dropped) == (200, False), reply.body
        return reply.body

    def code(self, action: str, **parameters: object) -> tuple[int, object]:
        """Status and code of a call, (200, None) where it succeeds."""
        reply = self.reply(action, **parameters)
        return reply.status, reply.body.get("Code")


def _encode(text: str) -> str:
    return quote(text, safe="~")
