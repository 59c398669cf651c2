"""Find the rules: every module below `policies/rules` defines one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from policies import rules
from policies.core.rule import AnyRule


@cache
def all_rules() -> tuple[AnyRule, ...]:
    """Return all rules, sorted by id.

    Raises TypeError for a module there that defines none: a rule must not go missing silently.
    """
    names = (module.name for module in pkgutil.walk_packages(rules.__path__, "policies.rules.") if not module.ispkg)
    return tuple(sorted((_rule_of(name) for name in names), key=lambda rule: rule.id))


def _rule_of(module_name: str) -> AnyRule:
    rule = getattr(importlib.import_module(module_name), "RULE", None)
    if not isinstance(rule, AnyRule) or rule.module != module_name:
        raise TypeError(f"{module_name} defines no RULE of its own")
    return rule
