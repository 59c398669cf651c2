"""The table of actions.

An action is a decorated function `(cloud, call) -> answer` in a product's module, and nothing else: the table collects
what the modules hold.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType

from simulator.api.call import Answer, Call
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


@dataclass(frozen=True)
class Action:
    """One action of the OpenAPI."""

    product: Product
    name: str
    takes: frozenset[str]
    perform: Perform
    empty_if_denied: Perform | None = None
    remembers_token: bool = False

    @property
    def permission(self) -> str:
        """What RAM calls it: `ecs:DescribeInstances`."""
        return f"{self.product.code}:{self.name}"


def action(
    product: Product,
    name: str,
    takes: str = "",
    *,
    empty_if_denied: Perform | None = None,
    remembers_token: bool = False,
) -> Callable[[Perform], Action]:
    """Make a function the action `name`.

    `takes` names its parameters, separated by blanks; any other is refused as not implemented, for a filter silently
    passed over is a wrong answer. `empty_if_denied` answers a caller without permission, where the real action hides
    the refusal. With `remembers_token` the same ClientToken gets the same answer.
    """

    def decorate(perform: Perform) -> Action:
        return Action(product, name, frozenset(takes.split()), perform, empty_if_denied, remembers_token)

    return decorate


class Registry:
    """All actions, found by API version and name."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        """Collect the actions that `modules` define."""
        found = [value for module in modules for value in vars(module).values() if isinstance(value, Action)]
        self._actions = {(item.product.version, item.name): item for item in found}

    def find(self, version: str, name: str) -> Action | None:
        """The action, or None."""
        return self._actions.get((version, name))

    def all(self) -> list[Action]:
        """Every action, ordered by product and name."""
        return sorted(self._actions.values(), key=lambda item: (item.product.code, item.name))
