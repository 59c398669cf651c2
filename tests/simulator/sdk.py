"""Calls through the official typed SDKs, by the wire names of actions and parameters."""

from __future__ import annotations

import functools
import inspect
import re
import time
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped]

from estate.sdk import load
from simulator.server import Simulator

PACKAGES = {
    "ecs": "alibabacloud_ecs20140526",
    "vpc": "alibabacloud_vpc20160428",
    "rds": "alibabacloud_rds20140815",
    "sts": "alibabacloud_sts20150401",
    "slb": "alibabacloud_slb20140515",
    "kvstore": "alibabacloud_r_kvstore20150101",
    "dds": "alibabacloud_dds20151201",
    "cr": "alibabacloud_cr20181201",
    "bssapi": "alibabacloud_bssopenapi20171214",
    "resourcemanager": "alibabacloud_resourcemanager20200331",
}
PATIENCE = 10.0  # seconds


def models(product: str) -> ModuleType:
    """The SDK's models of a product."""
    return load(f"{PACKAGES[product]}.models")


def client_with(product: str, config: Config) -> Any:
    """The SDK's client of a product."""
    models(product)  # First: the client would import all of them.
    return load(f"{PACKAGES[product]}.client").Client(config)


class Api:
    """The OpenAPI of a simulator as one of its users."""

    def __init__(self, simulator: Simulator, user: str = "demo") -> None:
        self._simulator = simulator
        self._credentials = simulator.credentials_of(user)

    def __call__(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Call `ecs:DescribeInstances` and the like; what the SDK understood of the answer, by wire names."""
        product, name = action.split(":")
        method = self._method(product, name)
        request_class = getattr(models(product), f"{name}Request", None)
        if request_class is None:
            return dict(method().body.to_map())
        region = {} if "RegionId" in parameters else {"RegionId": self._simulator.region}
        return dict(method(request_class().from_map({**region, **parameters})).body.to_map())

    def until(self, action: str, met: Callable[[dict[str, Any]], bool], **parameters: Any) -> dict[str, Any]:
        """Call again and again until the answer meets the condition; fails when it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self(action, **parameters)
            if met(answer):
                return answer
        pytest.fail(f"{action} never met the condition; last answer: {answer}")

    def new_vpc(self, cidr_block: str = "172.16.0.0/16", **parameters: Any) -> str:
        """A VPC that is Available."""
        vpc_id = str(self("vpc:CreateVpc", CidrBlock=cidr_block, **parameters)["VpcId"])
        self.until("vpc:DescribeVpcAttribute", lambda vpc: vpc["Status"] == "Available", VpcId=vpc_id)
        return vpc_id

    def new_vswitch(self, vpc_id: str, cidr_block: str, zone_id: str = "cn-hangzhou-h", **parameters: Any) -> str:
        """A VSwitch that is Available."""
        created = self("vpc:CreateVSwitch", VpcId=vpc_id, CidrBlock=cidr_block, ZoneId=zone_id, **parameters)
        vswitch_id = str(created["VSwitchId"])
        self.until(
            "vpc:DescribeVSwitchAttributes", lambda vswitch: vswitch["Status"] == "Available", VSwitchId=vswitch_id
        )
        return vswitch_id

    def _method(self, product: str, name: str) -> Any:
        client, methods = _client(product, self._simulator.host, *self._credentials)
        return getattr(client, methods[name.lower()])


@functools.cache
def _client(product: str, host: str, key: str, secret: str) -> tuple[Any, dict[str, str]]:
    """A client, and its methods by action: the SDK's names have underscores where it likes."""
    config = Config(endpoint=host, protocol="http", access_key_id=key, access_key_secret=secret)
    client = client_with(product, config)
    return client, {method.replace("_", ""): method for method in dir(client)}


@contextmanager
def refused(code: str, status: int = 400) -> Iterator[None]:
    """Expect the cloud to refuse with this code and HTTP status."""
    with pytest.raises(AlibabaCloudException) as caught:
        yield
    error: Any = caught.value
    assert (error.code, error.status_code) == (code, status), error.message


def misfits(model: type, answer: Any, path: str = "") -> Iterator[str]:
    """Where an answer is not what an SDK model knows: unknown fields and wrong types."""
    hints, wires = _hints(model), _wire_names(model)
    for name, value in answer.items():
        where = f"{path}.{name}"
        if name not in wires:
            yield f"{where}: unknown to {model.__name__}"
        else:
            yield from _type_misfits(hints[wires[name]], value, where)


def request_fields(product: str, action: str) -> set[str]:
    """The parameters that the SDK's request model of an action knows."""
    request = getattr(models(product), f"{action}Request", None)
    return set(_wire_names(request)) if request else set()


def _type_misfits(hint: Any, value: Any, where: str) -> Iterator[str]:
    item_hint, model, types = _expected(hint)
    if item_hint is not None:
        if not isinstance(value, list):
            yield f"{where}: {value!r} is not a list"
            return
        for index, item in enumerate(value):
            yield from _type_misfits(item_hint, item, f"{where}[{index}]")
    elif model is not None:
        yield from misfits(model, value, where)
    elif not isinstance(value, types) or (hint is int and isinstance(value, bool)):
        yield f"{where}: {value!r} is not {hint.__name__}"


@functools.cache
def _expected(hint: Any) -> tuple[Any, Any, tuple[type, ...]]:
    """The type of a list's items, or the SDK's model, or the types of a value."""
    if typing.get_origin(hint) is list:
        return typing.get_args(hint)[0], None, ()
    if hasattr(hint, "from_map"):
        return None, hint, ()
    return None, None, (int, float) if hint is float else (hint,)


@functools.cache
def _hints(model: type) -> dict[str, Any]:
    """Attribute name to type."""
    return typing.get_type_hints(vars(model)["__init__"])


@functools.cache
def _wire_names(model: Any) -> dict[str, str]:
    """Wire name to attribute name, read from the model's own source: `m.get('VpcId')` fills `self.vpc_id`."""
    source = inspect.getsource(model.from_map)
    names: dict[str, str] = {}
    for block in re.split(r"(?=m\.get\('[^']+'\) is not None:)", source)[1:]:
        wire = re.match(r"m\.get\('([^']+)'\)", block)
        attribute = re.search(r"self\.(\w+)", block)
        if wire and attribute:
            names[wire[1]] = attribute[1]
    return names
