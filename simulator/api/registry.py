"""The table of actions.

An action is a decorated function `(cloud, call) -> answer` in a product's module; one that returns nothing answers
with its RequestId alone. The table collects the actions of all modules.
"""

import contextlib
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product as combinations
from types import ModuleType

from simulator.api.call import Answer, Call
from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud

Perform = Callable[[Cloud, Call], Answer]


@dataclass(frozen=True)
class Product:
    """A cloud service: its code (RAM namespace too) and the version of its API."""

    code: str
    version: str


ECS = Product("ecs", "2014-05-26")
VPC = Product("vpc", "2016-04-28")
RDS = Product("rds", "2014-08-15")
STS = Product("sts", "2015-04-01")
LOCATION = Product("location", "2015-06-12")
SLB = Product("slb", "2014-05-15")
REDIS = Product("kvstore", "2015-01-01")
MONGODB = Product("dds", "2015-12-01")
CR = Product("cr", "2018-12-01")
RAM = Product("ram", "2015-05-01")
RESOURCE_MANAGER = Product("resourcemanager", "2020-03-31")
OSS = Product("oss", "2013-10-15")
KMS = Product("kms", "2016-01-20")
# Billing; clients call its endpoint `bssopenapi`.
BSS = Product("bssapi", "2017-12-14")


@dataclass(frozen=True)
class Action:
    """One action of the OpenAPI.

    `raises` names the codes of its own refusals, in order; codes that any action can answer (signature,
    permission, a missing parameter ...) are not listed. `resources` are those that RAM checks.
    """

    product: Product
    name: str
    takes: frozenset[str]
    perform: Perform
    raises: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    empty_if_denied: Perform | None = None
    remembers_token: bool = False
    needs_permission: bool = True
    signed: bool = True
    passes_over: frozenset[str] = frozenset()

    @property
    def permission(self) -> str:
        """The action's name in RAM, such as `ecs:DescribeInstances`."""
        return f"{self.product.code}:{self.name}"

    @property
    def reads(self) -> bool:
        """Whether the action only reads."""
        return self.name.startswith(("Describe", "Get", "List"))

    def arns(self, region_id: str, account_id: str, call: Call) -> list[str]:
        """Return the ARNs of one call's resources, one per id of a list.

        `*` where the call names none.
        """
        start = f"acs:{self.product.code}:{region_id}:{account_id}:"
        return [f"{start}{name}" for resource in self.resources or ("*",) for name in _filled(resource, call)]


def action(  # noqa: PLR0913 - a declaration, read as a table
    product: Product,
    name: str,
    takes: str = "",
    raises: str = "",
    *,
    resources: str = "*",
    empty_if_denied: Perform | None = None,
    remembers_token: bool = False,
    needs_permission: bool = True,
    signed: bool = True,
    passes_over: str = "",
) -> Callable[[Callable[[Cloud, Call], Answer | None]], Action]:
    """Make a function the action `name`.

    `takes` names its parameters, separated by blanks. Others are refused as not implemented, because a filter silently
    ignored gives a wrong answer. `raises` names its codes; any other code is a defect of the simulator. `resources`
    names the resources that RAM checks, such as "instance/{InstanceId} vpc/{VpcId}": a parameter in braces may be one
    id, ids joined by commas, a JSON array or `InstanceId.1`, `InstanceId.2` ... `empty_if_denied` answers a caller
    without permission if the real action hides the refusal. With `remembers_token` the same ClientToken gets the same
    answer. Without `needs_permission` every user may call it; without `signed` everybody. `passes_over` names
    undocumented parameters that clients send; they have no effect.
    """

    def decorate(perform: Callable[[Cloud, Call], Answer | None]) -> Action:
        @functools.wraps(perform)
        def answered(cloud: Cloud, call: Call) -> Answer:
            return perform(cloud, call) or {}

        return Action(
            product,
            name,
            frozenset(takes.split()),
            answered,
            tuple(raises.split()),
            tuple(resources.split()),
            empty_if_denied,
            remembers_token,
            needs_permission,
            signed,
            frozenset(passes_over.split()),
        )

    return decorate


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _filled(resource: str, call: Call) -> list[str]:
    """`vpc/{VpcId}` for every id that the call gives for it; where several parameters stand there, for all pairs."""
    if "{" not in resource:
        return [resource]
    names = _PLACEHOLDER.findall(resource)
    template = _PLACEHOLDER.sub("{}", resource)
    return [template.format(*values) for values in combinations(*(_ids(call, name) for name in names))]


def _ids(call: Call, name: str) -> list[str]:
    value = call.optional(name)
    if value is None:
        return call.repeated(name) or ["*"]
    if value.startswith("["):
        # The action itself refuses a value that is no list of texts.
        with contextlib.suppress(CloudError):
            return call.json_list(name) or ["*"]
    return value.split(",")


class Registry:
    """All actions, found by API version and name."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        """Collect the actions that `modules` define."""
        actions = [value for module in modules for value in vars(module).values() if isinstance(value, Action)]
        self._actions = {(item.product.version, item.name): item for item in actions}

    def find(self, version: str, name: str) -> Action | None:
        """Return the action, or None."""
        return self._actions.get((version, name))

    def all(self) -> list[Action]:
        """Every action, ordered by product and name."""
        return sorted(self._actions.values(), key=lambda item: (item.product.code, item.name))
