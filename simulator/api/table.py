"""The table of all actions in the modules of this package."""

import functools
import pkgutil
from importlib import import_module

import simulator.api
from simulator.api.registry import Registry


@functools.cache
def registry() -> Registry:
    """Return the table of all actions of the simulated cloud."""
    names = sorted(module.name for module in pkgutil.iter_modules(simulator.api.__path__))
    return Registry(import_module(f"simulator.api.{name}") for name in names)
