"""Getting Django and the databases ready for a command: every command works on an empty home folder."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

OURS = (
    "garrison.sqlite3*",
    "jobs.sqlite3*",
    "secret.key*",
    "address",
    "demo.json",
    "errors.log",
    "exports",
    "lake",
    "migrated",
    "staging",
    "static",
    "time-zone",
    "tmp*.upload*",
    "uploads",
    "worker.alive",
)
"""What we keep in a home folder, beside whatever else its owner put there."""


def start(*, migrated: bool = True) -> None:
    """Set Django up and, unless told otherwise, bring the databases up to date.

    From here on whatever this process writes is for its owner only: it holds who works where and what they did.
    """
    import gc

    import django

    os.umask(0o077)
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
    """Run every pending migration, and stamp the home folder with the version that did; close it to others."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from garrison.core.routing import BESIDE

    for alias in connections:
        if alias != "default":
            # Building the state of tables that are not made here takes most of the time: say that they are done.
            for label in sorted({"core", *(BESIDE & {app.label for app in apps.get_app_configs()})}):
                call_command("migrate", label, database=alias, verbosity=0, interactive=False)
            _pass_over(alias)
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    _stamp(Path(settings.HOME)).write_text(_version())
    close_to_others(Path(settings.HOME))


def _pass_over(alias: str) -> None:
    """Record in a database beside the records what makes no table there; those that do are run first."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[alias])
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if migration.app_label.split("_")[0] != "django":
            executor.recorder.record_applied(migration.app_label, migration.name)


def kept(home: Path) -> Iterator[Path]:
    """Everything of ours in a home folder: the folder itself, our files, and all that is below our folders."""
    yield home
    for pattern in OURS:
        for path in home.glob(pattern):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from path.rglob("*")


def open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may do anything with a file or folder. What is gone meanwhile is not open."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(found.st_mode) and bool(stat.S_IMODE(found.st_mode) & 0o077)


def close_to_others(home: Path) -> None:
    """Take away from what is kept in a home folder whatever others may do with it, also what older versions wrote."""
    for path in kept(home):
        if open_to_others(path):
            found = path.stat()
            if found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX:  # a shared /tmp stays as it is
                path.chmod(stat.S_IMODE(found.st_mode) & 0o700)


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
