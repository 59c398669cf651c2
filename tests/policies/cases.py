"""Reads from the tests of a rule which outcomes they assert, so that a name alone proves nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from policies.core.outcome import Outcome


def asserted(path: Path) -> dict[str, set[Outcome]]:
    """Read the outcomes of the rule that each test of a module asserts, by the name of the test.

    What counts is an `assert` or a call of `expect`, in the test or in a helper of its module, that names an outcome or
    a parameter that `parametrize` sets to one. What `expect` asserts of another rule does not count.
    """
    module = _Module(ast.parse(path.read_text(encoding="utf-8")))
    return {name: set(module.outcomes(function)) for name, function in module.functions.items() if _is_test(name)}


class _Module:
    def __init__(self, tree: ast.Module) -> None:
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._values = {
            target.id: value for node in tree.body for target, value in _assigned(node) if isinstance(target, ast.Name)
        }

    def outcomes(self, function: ast.FunctionDef, seen: frozenset[str] = frozenset()) -> Iterator[Outcome]:
        for node in ast.walk(function):
            if isinstance(node, ast.Assert) or (_calls(node, "expect") and _is_about_the_rule(node, function)):
                yield from self._named(node, function)
            elif helper := self._helper(node, seen):
                yield from self.outcomes(helper, seen | {helper.name})
                # An outcome that is handed to a helper is asserted if the helper asserts its parameter.
                if any(_parameters(asserting) & _arguments(helper) for asserting in _asserts(helper)):
                    yield from self._named(node, function)

    def _helper(self, node: ast.AST, seen: frozenset[str]) -> ast.FunctionDef | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in seen:
            return self.functions.get(node.func.id)
        return None

    def _named(self, node: ast.AST, function: ast.FunctionDef) -> Iterator[Outcome]:
        yield from _literal(node)
        if _parameters(node) & _arguments(function):
            for decorator in function.decorator_list:
                yield from _literal(decorator)
                for name in _parameters(decorator):
                    yield from _literal(self._values.get(name, ast.Pass()))
        for inner in ast.walk(function):
            # The variables of a loop or an assignment, in the test itself.
            if isinstance(inner, ast.For) and _parameters(node) & _parameters(inner.target):
                yield from _literal(inner.iter)
            elif isinstance(inner, ast.Assign) and any(_parameters(node) & _parameters(t) for t in inner.targets):
                yield from _literal(inner.value)


def _is_test(name: str) -> bool:
    return name.startswith("test_")


def _assigned(node: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    return [(node.target, node.value)] if isinstance(node, ast.AnnAssign) and node.value is not None else []


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_about_the_rule(node: ast.AST, function: ast.FunctionDef) -> bool:
    """Whether the second argument of `expect` is the module's own RULE, or a parameter that may be."""
    if not isinstance(node, ast.Call) or not isinstance(node.args[1], ast.Name):
        return False
    return node.args[1].id == "RULE" or node.args[1].id in _arguments(function)


def _asserts(function: ast.FunctionDef) -> Iterator[ast.AST]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Assert) or _calls(node, "expect"))


def _parameters(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _arguments(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


def _literal(node: ast.AST) -> Iterator[Outcome]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "Outcome":
            yield Outcome[inner.attr]
