"""The built plugin has the resources, functions and properties of the published SDK, in the same shapes."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.toolchain.shapes import PROVIDER, SchemaShapes, SdkShapes, Shape, differences
from tests.toolchain.test_tokens import DATA_SOURCES, RESOURCES, token
from toolchain import Engine, Origin
from toolchain.builder import PLUGIN_RECIPE
from toolchain.versions import PLUGIN

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_alicloud")

#: What the SDK has and the built plugin does not: Alibaba added it to the provider after 1.285.0, the newest that is to
#: be had as a Go module. A program that sets such an input is refused by the built plugin; such an output is empty.
ADDED_LATER = {
    "alicloud:ecs/autoSnapshotPolicy:AutoSnapshotPolicy": {
        "inputs": ["associationType", "targetTags"],
        "outputs": ["associationType", "targetTags"],
    },
    "alicloud:ecs/ecsSnapshot:EcsSnapshot": {"inputs": ["waitUntil"], "outputs": ["available", "waitUntil"]},
    "alicloud:ecs/instance:Instance": {
        "inputs": ["cpuOptions.accelerators", "enableNetworkEncryption", "instanceMetadataTags"],
        "outputs": ["cpuOptions.accelerators", "enableNetworkEncryption", "instanceMetadataTags"],
    },
    "alicloud:ecs/securityGroupRule:SecurityGroupRule": {
        "inputs": ["sourceGroupOwnerId"],
        "outputs": ["sourceGroupOwnerId"],
    },
    "alicloud:rds/instance:Instance": {"inputs": ["forceDelete"], "outputs": ["forceDelete"]},
    "alicloud:ecs/getAutoSnapshotPolicies:getAutoSnapshotPolicies": {
        "outputs": [
            "policies[].associationType",
            "policies[].createTime",
            "policies[].recordTotal",
            "policies[].regionId",
            "policies[].targetTags",
        ],
    },
    "alicloud:slb/getApplicationLoadBalancers:getApplicationLoadBalancers": {"outputs": ["balancers[].createTime"]},
    PROVIDER: {"inputs": ["features"]},
}

#: What 1.285.0 has as a map of strings, and a later provider as a list of objects. No override makes one of the other.
CHANGED_LATER = {
    "alicloud:ecs/getInstanceTypes:getInstanceTypes": {
        "outputs": [
            "instanceTypes[].burstableInstance: not in the SDK",
            "instanceTypes[].burstableInstances: missing",
            "instanceTypes[].gpu: not in the SDK",
            "instanceTypes[].gpus: missing",
            "instanceTypes[].localStorage: not in the SDK",
            "instanceTypes[].localStorages: missing",
        ],
    }
}

TOKENS = [token(module, member) for _, module, member in [*RESOURCES, *DATA_SOURCES]]


@pytest.fixture(scope="module")
def schema(engine: Engine) -> SchemaShapes:
    """The schema that the built plugin serves, as `pulumi package get-schema` shows it."""
    if engine.origin is not Origin.BUILT or engine.pulumi_home is None:
        pytest.skip("the official plugin is in use")
    plugin = engine.pulumi_home / "plugins" / f"resource-alicloud-v{PLUGIN}" / PLUGIN_RECIPE.output
    answer = subprocess.run(
        ["pulumi", "package", "get-schema", str(plugin)], env=engine.environ(), capture_output=True, timeout=120
    )
    assert answer.returncode == 0, answer.stderr.decode()
    described = json.loads(answer.stdout)
    assert (described["name"], described["version"]) == ("alicloud", str(PLUGIN))
    assert described["resources"].keys() | described["functions"].keys() >= set(TOKENS)
    return SchemaShapes(described)


@pytest.mark.engine
@pytest.mark.parametrize("direction", ["inputs", "outputs"])
def test_every_property_is_as_in_the_sdk_but_these(schema: SchemaShapes, direction: str) -> None:
    sdk = SdkShapes()
    # The SDK has those inputs of a provider as outputs that are strings, so its outputs say nothing more.
    tokens = [*TOKENS, PROVIDER] if direction == "inputs" else TOKENS
    mismatches = {
        token: different
        for token in tokens
        if (different := list(differences(getattr(schema, direction)(token), getattr(sdk, direction)(token))))
    }
    missing = {
        token: [f"{name}: missing" for name in listed[direction]]
        for token, listed in ADDED_LATER.items()
        if direction in listed
    }
    changed = {token: listed[direction] for token, listed in CHANGED_LATER.items() if direction in listed}
    assert mismatches == missing | changed


OBJECT: dict[str, tuple[Any, bool]] = {"name": ("string", True), "tags": (["map", "string"], False)}


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (OBJECT, []),
        ({"name": ("string", True)}, ["tags: missing"]),
        ({**OBJECT, "size": ("integer", False)}, ["size: not in the SDK"]),
        ({**OBJECT, "name": ("string", False)}, ["name: optional"]),
        ({**OBJECT, "name": ("integer", True)}, ["name: integer, string in the SDK"]),
        ({**OBJECT, "tags": (["list", "string"], False)}, ["tags: list of string, map of string in the SDK"]),
        ({**OBJECT, "tags": (["map", OBJECT], False)}, ["tags[]: object, string in the SDK"]),
    ],
)
def test_each_difference_is_found(ours: dict[str, tuple[Any, bool]], expected: list[str]) -> None:
    assert list(differences(ours, OBJECT)) == expected
    nested: Shape = {"inner": (["list", ours], True)}
    theirs: Shape = {"inner": (["list", OBJECT], True)}
    assert list(differences(nested, theirs)) == [f"inner[].{one}" for one in expected]


def test_the_sdks_own_classes_are_read_whole() -> None:
    """A list that the SDK takes as a list, an object as an object, and what is required."""
    sdk = SdkShapes()
    database = sdk.inputs("alicloud:rds/instance:Instance")
    assert isinstance(database, dict)
    assert database["engine"] == ("string", True)
    assert database["instanceName"] == ("string", False)
    serverless, required = database["serverlessConfigs"]
    assert (serverless[0], required, serverless[1]["maxCapacity"]) == ("list", False, ("number", True))
    server = sdk.outputs("alicloud:ecs/instance:Instance")
    assert isinstance(server, dict)
    assert server["networkInterfaces"][0]["networkInterfaceId"][0] == "string"
    assert server["securityGroups"][0] == ["list", "string"]
    rules = sdk.inputs("alicloud:ecs/getSecurityGroupRules:getSecurityGroupRules")
    assert isinstance(rules, dict)
    assert (rules["groupId"], rules["nicType"]) == (("string", True), ("string", False))
