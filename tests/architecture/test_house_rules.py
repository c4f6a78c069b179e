"""The house rules hold, and each rule finds a deliberate breach."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps as registry

from tests.architecture import house

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "garrison"
APPS = SOURCE / "apps"
CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
HEIGHT = {app: height for height, app in enumerate(reversed(CONTRACT["layers"]))}
ORDER = [
    "organization",
    "people",
    "threats",
    "assets",
    "access",
    "vulnerabilities",
    "controls",
    "policies",
    "team",
    "operations",
    "compliance",
    "incidents",
    "risk",
    "budget",
    "partners",
    "strategy",
]
"""The order of product.md."""

SPARED = "@command('demo.x')\ndef x(*, actor): ...\n\ndef spare(*, actor):\n"
"""A service that calls a command of its app, as far as that goes."""

OTHERS = "from garrison.apps.other.models import Row\n"

RULES: list[tuple[Callable[[Path], list[str]], str, str]] = [
    (house.unknown_parts, "demo/helpers.py", "x = 1"),
    (house.services_that_are_no_commands, "demo/services.py", "def write(*, actor):\n    Row.objects.create()"),
    (house.services_that_are_no_commands, "demo/services.py", "def write(*, other): ..."),
    (house.services_that_are_no_commands, "demo/services.py", "def look(*, actor):\n    return 1"),
    (house.services_that_are_no_commands, "demo/services.py", SPARED + "    reconcile(Row, [])\n    x(actor=actor)"),
    (house.services_that_are_no_commands, "demo/services.py", SPARED + "    connection.cursor()\n    x(actor=actor)"),
    (house.back_doors, "demo/views.py", "from garrison.apps.other.services.inner import write"),
    (house.back_doors, "demo/services/one.py", "import garrison.apps.other.selectors.inner"),
    (house.back_doors, "demo/services.py", "from garrison.apps.demo.selectors.inner import rows"),
    (house.services_that_are_no_commands, "demo/services.py", "@command('demo.x')\ndef x(actor): ..."),
    (house.misnamed_commands, "demo/services.py", "@command('other.x')\ndef x(*, actor): ..."),
    (house.selectors_without_viewer, "demo/selectors.py", "def rows():\n    return Row.objects.all()"),
    (house.selectors_without_viewer, "demo/selectors.py", "def rows(person):\n    return person.badges.filter(x=1)"),
    (house.selectors_without_viewer, "demo/selectors.py", "def rows():\n    return lake_files.lake().query('x', [])"),
    (house.writes_to_other_apps, "demo/services.py", OTHERS + "Row.objects.filter(pk=1).update(x=2)"),
    (house.writes_to_other_apps, "demo/services/one.py", OTHERS + "reconcile(Row, [])"),
    (house.writes_outside_services, "demo/importers/rows.py", "Row.objects.filter(pk=1).update(x=2)"),
    (house.writes_outside_services, "demo/selectors.py", "def v(*, viewer):\n    connection.cursor().execute('x')"),
    (house.writes_outside_services, "demo/importers.py", "def v():\n    upsert(Row, [])"),
    (house.writes_outside_services, "demo/views.py", "def v():\n    Row.objects.create(x=2)"),
    (house.orm_in_interfaces, "demo/views/page.py", "def v():\n    return Row.objects.all()"),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in RULES), ids=lambda rule: rule.__name__)
def test_the_apps_keep_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(APPS) == []


@pytest.mark.parametrize(("rule", "name", "text"), RULES, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_finds_a_breach(rule: Callable[[Path], list[str]], name: str, text: str, tmp_path: Path) -> None:
    breach = tmp_path / name
    breach.parent.mkdir(parents=True)
    breach.write_text(f'"""A module."""\n{text}\n')
    assert rule(tmp_path)


def test_a_service_may_spare_a_command_and_a_package_may_use_its_inside(tmp_path: Path) -> None:
    inside = tmp_path / "demo" / "services"
    inside.mkdir(parents=True)
    (inside / "one.py").write_text(SPARED + "    return x(actor=actor) if actor else None\n")
    (inside / "__init__.py").write_text("from garrison.apps.demo.services.one import spare, x\n")
    assert house.services_that_are_no_commands(tmp_path) == house.back_doors(tmp_path) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (house.long_files, "x = 1\n" * 401),
        (house.without_docstring, "x = 1\n"),
        (house.without_docstring, '"""A module."""\n\n\ndef said_nothing(): ...\n'),
        (house.broad_handlers, '"""A module."""\ntry:\n    x = 1\nexcept Exception:\n    pass\n'),
        (house.broad_handlers, '"""A module."""\ntry:\n    x = 1\nexcept (OSError, Exception):\n    pass\n'),
    ],
)
def test_rules_for_the_whole_source(rule: Callable[[Path], list[str]], text: str, tmp_path: Path) -> None:
    assert rule(SOURCE) == []
    (tmp_path / "breach.py").write_text(text)
    assert rule(tmp_path)


def test_no_template_needs_a_loose_csp(tmp_path: Path) -> None:
    for folder in SOURCE.rglob("templates"):
        assert house.inline_style_or_script(folder) == []
    (tmp_path / "page.html").write_text('<p style="color: red" onclick="x()">')
    assert house.inline_style_or_script(tmp_path)


def test_the_apps_stand_in_the_products_order() -> None:
    here = list(reversed(CONTRACT["layers"]))
    assert here == [app for app in ORDER if app in here]
    assert set(here) == {path.name for path in APPS.iterdir() if path.is_dir() and path.name != "__pycache__"}


def test_foreign_keys_point_downwards() -> None:
    for model in registry.get_models():
        here = HEIGHT.get(model._meta.app_label)
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or here is None or target._meta.app_label == model._meta.app_label:
                continue
            there = HEIGHT.get(target._meta.app_label, -1)
            assert there < here, f"{model.__name__}.{field.name} points up"


def test_the_import_contracts_hold() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db(databases="__all__")
def test_no_migration_is_missing() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_nothing_names_a_registry_or_a_machine() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb." + "debian"]
    for name in done.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".woff2", ".ttf"} or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        assert not [host for host in hosts if host in text], name
