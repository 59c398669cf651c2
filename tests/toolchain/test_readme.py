"""The README's table of the language host names tests that exist."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (.+) \| `(\S+)::(\w+)` \|$", re.MULTILINE)


def test_each_row_about_the_language_host_names_a_test() -> None:
    readme = (TESTS.parent / "toolchain" / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## The Python language host\n")[2].partition("\n## ")[0]
    rows = ROW.findall(section)
    # Header and rule aside, every line of the table is one.
    assert len(rows) == sum(line.startswith("|") for line in section.splitlines()) - 2 > 20
    for _, file, name in rows:
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (file, name)
