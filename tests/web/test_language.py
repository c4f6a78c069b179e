"""Words are translated when they are shown: at import time there is no reader yet whose language they could have."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import garrison

SOURCES = Path(garrison.__file__).parent
EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from outside_functions(child)


def translated_at_import(source: str) -> list[int]:
    """The lines on which a module translates something while it is imported."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in EAGER
    }
    return [
        node.lineno
        for node in outside_functions(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def test_nothing_is_translated_at_import() -> None:
    found = {
        str(path.relative_to(SOURCES)): lines
        for path in sorted(SOURCES.rglob("*.py"))
        if (lines := translated_at_import(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from django.utils.translation import gettext as _\nX = _('x')\n", [2]),
        ("from django.utils.translation import gettext as _\nclass A:\n    x = {'a': _('x')}\n", [3]),
        ("from django.utils.translation import gettext as _\ndef f():\n    return _('x')\nG = lambda: _('y')\n", []),
        ("from django.utils.translation import gettext_lazy as _\nX = _('x')\n", []),
    ],
)
def test_the_rule_finds_what_it_must(source: str, lines: list[int]) -> None:
    assert translated_at_import(source) == lines
