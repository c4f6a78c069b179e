"""The house rules that no linter knows, as functions over a source tree, so that each can be shown a breach."""

import ast
from collections.abc import Iterator
from pathlib import Path

FURNITURE = {
    "__init__",
    "apps",
    "rules",
    "models",
    "selectors",
    "services",
    "importers",
    "forms",
    "jobs",
    "subscriptions",
    "panels",
    "views",
    "api",
    "urls",
}
FOLDERS = FURNITURE | {"migrations", "locale", "data", "templates", "README.md"}
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "raw",
}
BULK_WRITERS = {"reconcile", "upsert", "update_each", "insert_each"}
"""The functions of core that write many rows at once."""
OF_NO_UNIT = {"vulnerabilities.known_of"}
"""Selectors that read public catalogues: they belong to no unit, and whoever sees a CVE may know what it is."""
READS = {"objects", "_default_manager"}
QUERIES = READS | {
    "lake",
    "query",
    "all",
    "filter",
    "exclude",
    "annotate",
    "aggregate",
    "exists",
    "order_by",
    "values_list",
    "select_related",
    "prefetch_related",
}
"""What reaches for rows: a manager, a relation's rows, or the lake."""
MAX_LINES = 400


def part_of(path: Path, apps: Path) -> tuple[str, str]:
    """The app and the piece of furniture that a file belongs to; a package counts as its name."""
    inner = path.relative_to(apps).parts
    return inner[0], inner[1].removesuffix(".py") if len(inner) > 1 else "__init__"


def sources(apps: Path) -> Iterator[tuple[str, str, Path]]:
    """(app, part, file) of every Python file of every app, migrations apart."""
    for path in sorted(apps.rglob("*.py")):
        if "migrations" in path.parts or path.parent == apps:
            continue
        yield (*part_of(path, apps), path)


def public_functions(path: Path) -> list[ast.FunctionDef]:
    """The public functions that a file defines at its top."""
    tree = ast.parse(path.read_text())
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def arguments(function: ast.FunctionDef) -> set[str]:
    """The names of all arguments."""
    spec = function.args
    return {arg.arg for arg in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}


def unknown_parts(apps: Path) -> list[str]:
    """Files and folders of an app that are no furniture."""
    return [
        str(entry.relative_to(apps))
        for app in sorted(path for path in apps.iterdir() if path.is_dir() and path.name != "__pycache__")
        for entry in sorted(app.iterdir())
        if entry.name != "__pycache__" and entry.name not in FOLDERS and entry.name.removesuffix(".py") not in FURNITURE
    ]


def long_files(root: Path) -> list[str]:
    """Python files of more than ``MAX_LINES`` lines."""
    return [
        f"{path.relative_to(root)}: {lines}"
        for path in sorted(root.rglob("*.py"))
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > MAX_LINES
    ]


def services_that_are_no_commands(apps: Path) -> list[str]:
    """Public services without ``@command``, an actor, or keyword-only arguments.

    Of a package those count that its ``__init__`` gives out; the others cannot be reached (``back_doors``). Without the
    decorator a service may do one thing: spare a command of its own app where there is nothing to write.
    """
    commands = {
        (app, function.name)
        for app, part, path in sources(apps)
        if part == "services"
        for function in public_functions(path)
        if _is_command(function)
    }
    found = []
    for app, part, path in sources(apps):
        if part != "services":
            continue
        given = given_out(path, part)
        for function in public_functions(path):
            if given is not None and function.name not in given:
                continue
            positional = function.args.args or function.args.posonlyargs
            spares = any((app, name) in commands for name in _called(function))
            bare = not _is_command(function) and (bool(_writes(function)) or not spares)
            if bare or positional or "actor" not in arguments(function):
                found.append(f"{app}.{function.name}")
    return found


def _is_command(function: ast.FunctionDef) -> bool:
    """Tell whether a function carries ``@command(...)``."""
    return any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Name) and d.func.id == "command"
        for d in function.decorator_list
    )


def _called(function: ast.FunctionDef) -> set[str]:
    """The names of the functions that a function calls."""
    return {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _writes(tree: ast.AST) -> list[ast.Call]:
    """The calls in a tree that write to the database: through a manager, by the bulk writers, or by SQL of its own."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_write(node.func)]


def _is_write(called: ast.expr) -> bool:
    """Tell whether calling this writes, or may."""
    if isinstance(called, ast.Name):
        return called.id in BULK_WRITERS
    if not isinstance(called, ast.Attribute):
        return False
    return called.attr == "cursor" or (called.attr in WRITES and _on_a_manager(called.value))


def back_doors(apps: Path) -> list[str]:
    """Imports from inside a package of furniture by anything outside that package: its ``__init__`` is its one door."""
    found = []
    for app, part, path in sources(apps):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                steps = name.split(".")
                inside = steps[:2] == ["garrison", "apps"] and len(steps) > 4 and steps[3] in FURNITURE
                if inside and (steps[2], steps[3]) != (app, part):
                    found.append(f"{app}/{path.name}:{node.lineno}: {name}")
    return found


def given_out(path: Path, part: str) -> set[str] | None:
    """The names that a package of furniture gives out; None for furniture of one file, where every name counts."""
    package = path.parent / "__init__.py"
    return names_given_out(package) if path.parent.name == part and path != package else None


def misnamed_commands(apps: Path) -> list[str]:
    """Commands whose name does not begin with their app's."""
    found = []
    for app, part, path in sources(apps):
        if part != "services":
            continue
        for function in public_functions(path):
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name):
                    name = decorator.args[0]
                    if isinstance(name, ast.Constant) and not str(name.value).startswith(f"{app}."):
                        found.append(f"{app}: {name.value}")
    return found


def selectors_without_viewer(apps: Path) -> list[str]:
    """Public selectors that reach for rows and ask neither who looks nor for rows that were narrowed already.

    A condition (``-> Q``) gives no rows: it only narrows those of another selector further.
    """
    return [
        f"{app}.{function.name}"
        for app, part, path in sources(apps)
        if part == "selectors"
        for function in public_functions(path)
        if not {"viewer", "rows"} & arguments(function)
        and f"{app}.{function.name}" not in OF_NO_UNIT
        and not (isinstance(function.returns, ast.Name) and function.returns.id == "Q")
        and any(isinstance(node, ast.Attribute) and node.attr in QUERIES for node in ast.walk(function))
    ]


def names_given_out(package: Path) -> set[str]:
    """What a package's ``__init__`` imports for others to use."""
    if not package.exists():
        return set()
    tree = ast.parse(package.read_text())
    return {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def writes_outside_services(apps: Path) -> list[str]:
    """Calls that write to the database from anywhere but services."""
    return [
        f"{app}/{path.name}:{call.lineno}"
        for app, part, path in sources(apps)
        if part != "services"
        for call in _writes(ast.parse(path.read_text()))
    ]


def writes_to_other_apps(apps: Path) -> list[str]:
    """Calls in services that write to tables of another app or of core: each has commands of its own for that."""
    found = []
    for app, part, path in sources(apps):
        if part != "services":
            continue
        tree = ast.parse(path.read_text())
        foreign = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("garrison.")
            and (node.module or "").split(".")[-1] == "models"
            and node.module != f"garrison.apps.{app}.models"
            for alias in node.names
        }
        for call in _writes(tree):
            bulk = isinstance(call.func, ast.Name) and call.args
            names = {n.id for n in ast.walk(call.args[0] if bulk else call.func) if isinstance(n, ast.Name)}
            if names & foreign:
                found.append(f"{app}/{path.name}:{call.lineno}")
    return found


def _on_a_manager(node: ast.AST) -> bool:
    """Tell whether an expression goes through ``Model.objects``, or is a bare name a model could be."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in READS:
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


def orm_in_interfaces(apps: Path) -> list[str]:
    """Views, API modules and jobs that reach for the ORM."""
    found = []
    for app, part, path in sources(apps):
        if part not in {"views", "api", "jobs", "urls", "forms"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in READS:
                found.append(f"{app}/{path.name}:{node.lineno}")
    return found


def without_docstring(root: Path) -> list[str]:
    """Modules, classes and public functions that do not say what they are for."""
    found = []
    for path in sorted(root.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            found.append(str(path.relative_to(root)))
        for node in tree.body:
            if (
                isinstance(node, ast.ClassDef | ast.FunctionDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                found.append(f"{path.relative_to(root)}: {node.name}")
    return found


def broad_handlers(root: Path) -> list[str]:
    """Handlers that would catch anything."""
    found = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                names = [node.type] if not isinstance(node.type, ast.Tuple) else list(node.type.elts)
                if any(
                    n is None or (isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"}) for n in names
                ):
                    found.append(f"{path.relative_to(root)}:{node.lineno}")
    return found


def inline_style_or_script(templates: Path) -> list[str]:
    """Templates with a style attribute, an inline handler, or a script without a nonce: the CSP would refuse them."""
    import re

    banned = re.compile(r"\sstyle=|\son[a-z]+=[\"']|<style(?![^>]*nonce)|<script(?![^>]*(nonce|src))", re.IGNORECASE)
    return [
        f"{path.relative_to(templates)}:{number}"
        for path in sorted(templates.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if banned.search(line)
    ]
