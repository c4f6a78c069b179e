"""Getting Django and the databases ready for a command: every command works on an empty home folder."""

import os
from pathlib import Path


def start(*, migrated: bool = True) -> None:
    """Set Django up and, unless told otherwise, bring the databases up to date."""
    import gc

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garrison.config.settings")
    gc.disable()  # importing makes much and drops nothing: looking for rubbish meanwhile takes a tenth of the start
    django.setup()
    gc.freeze()
    gc.enable()
    if migrated:
        migrate_if_needed()


def pending() -> list[str]:
    """The migrations that have not run yet, as ``app.name``."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    waiting = []
    for alias in connections:
        executor = MigrationExecutor(connections[alias])
        waiting += [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    return waiting


def migrate() -> None:
    """Run every pending migration, and stamp the home folder with the version that did."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    _stamp(Path(settings.HOME)).write_text(_version())
    for name in ("garrison.sqlite3", "jobs.sqlite3"):
        path = Path(settings.HOME) / name
        if path.exists():
            path.chmod(0o600)


def migrate_if_needed() -> None:
    """Migrate when this home folder was last migrated by another version, or never."""
    from django.conf import settings

    stamp = _stamp(Path(settings.HOME))
    if not stamp.exists() or stamp.read_text() != _version():
        migrate()


def _stamp(home: Path) -> Path:
    """Where the version that last migrated is kept."""
    return home / "migrated"


def _version() -> str:
    """What makes migrating needed again: our version, the migrations on disk, and the database's address."""
    import hashlib

    from django.conf import settings

    from garrison import __version__

    root = Path(__file__).parents[1]
    names = sorted(str(path.relative_to(root)) for path in root.glob("**/migrations/0*.py"))
    where = str(settings.DATABASES["default"]["NAME"])
    return f"{__version__} {hashlib.sha256(' '.join([*names, where]).encode()).hexdigest()[:16]}"
