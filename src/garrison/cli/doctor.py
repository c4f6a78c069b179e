"""``garrison doctor``: naming what is unsafe or unfinished about this installation."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import typer

from garrison.cli.shared import JSON, PARTLY, print_json

app = typer.Typer(rich_markup_mode=None)

FREE_BYTES = 1024**3
KEY_CHARS = 32
WORKER_SEEN = timedelta(seconds=30)
ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, what was seen, and what to do when it is not."""

    name: str
    well: bool
    seen: str
    remedy: str = ""


@app.command()
def doctor(as_json: bool = JSON) -> None:
    """Look at this installation and name what is unsafe or unfinished. Exit code 3 when anything is, else 0."""
    from garrison.core import setup

    setup.start(migrated=False)
    from django.utils import timezone

    found = list(checks(timezone.now()))
    ill = [check for check in found if not check.well]
    if as_json:
        print_json({"well": not ill, "checks": [asdict(check) for check in found]})
    else:
        for check in found:
            typer.echo(f"{'+' if check.well else '!'} {check.name}: {check.seen}")
            if not check.well and check.remedy:
                typer.echo(f"    {check.remedy}")
        typer.echo(f"{len(ill)} of {len(found)} need attention." if ill else f"All {len(found)} well.")
    raise typer.Exit(PARTLY if ill else 0)


def checks(at: datetime) -> Iterator[Check]:
    """Everything that is looked at, in the order in which it matters."""
    from garrison.core import setup

    yield from _settings()
    yield from _files()
    yield _disk()
    yield _assets()
    pending = setup.pending()
    listed = ", ".join(pending[:3])
    seen = f"{len(pending)} pending: {listed}" if pending else "none pending"
    yield Check("migrations", not pending, seen, "run `garrison migrate`")
    if not pending:
        yield from _records(at)


def _settings() -> Iterator[Check]:
    """What the environment says."""
    from django.conf import settings

    from garrison.cli.serve import is_loopback

    seen = "GARRISON_DEBUG is on" if settings.DEBUG else "off"
    yield Check("debugging", not settings.DEBUG, seen, "it shows settings and code to anybody: unset GARRISON_DEBUG")
    url = urlsplit(settings.GARRISON_URL)
    safe = url.scheme == "https" or is_loopback(url.hostname or "")
    remedy = "passwords cross the network in the clear: use https and a proxy with TLS"
    yield Check("address", safe, settings.GARRISON_URL, remedy)
    wild = "*" in settings.ALLOWED_HOSTS
    seen = ", ".join(dict.fromkeys(settings.ALLOWED_HOSTS))
    yield Check("host names", not wild, seen, "GARRISON_HOSTS must name the host names, not *")
    long = len(settings.SECRET_KEY) >= KEY_CHARS
    yield Check("signing key", long, f"{len(settings.SECRET_KEY)} characters", f"make it {KEY_CHARS} or longer")


def _files() -> Iterator[Check]:
    """Who else may read what is stored."""
    from django.conf import settings

    home = Path(settings.HOME)
    yield _private("home folder", home)
    names = ("garrison.sqlite3", "jobs.sqlite3")
    beside = [f"{name}{end}" for name in names for end in ("", "-wal", "-shm")]
    for path in (home / name for name in (*beside, "secret.key")):
        if path.exists():
            yield _private(path.name, path)
    for name in ("lake", "uploads", "staging", "exports"):
        if (home / name).is_dir():
            yield _private_below(home / name)


def _private(name: str, path: Path) -> Check:
    """Whether only its owner may read a file or folder."""
    mode = stat.S_IMODE(path.stat().st_mode)
    wanted = "700" if path.is_dir() else "600"
    return Check(name, not mode & 0o077, f"{path}, mode {mode:o}", f"others may read it: chmod {wanted} {path}")


def _private_below(folder: Path) -> Check:
    """Whether only its owner may read a folder and what is below it."""
    from garrison.core.setup import open_to_others

    found = [path for path in (folder, *folder.rglob("*")) if open_to_others(path)]
    seen = f"{folder}, {len(found):,} inside or itself open to others" if found else f"{folder}, closed to others"
    return Check(f"{folder.name} folder", not found, seen, f"others may read it: chmod -R go-rwx {folder}")


def _disk() -> Check:
    """Room for the next import."""
    from django.conf import settings

    free = shutil.disk_usage(settings.HOME).free
    return Check("disk space", free >= FREE_BYTES, f"{free / 1024**3:.1f} GB free", "make room: an import needs it")


def _assets() -> Check:
    """Styles and scripts."""
    from garrison.web.build import DIST, PARTS

    missing = [part for part in PARTS if not (DIST / part).is_file()]
    return Check("browser assets", not missing, f"missing: {', '.join(missing)}" if missing else "built", "make assets")


def _records(at: datetime) -> Iterator[Check]:
    """What the databases say."""
    from garrison.core import audit, selectors
    from garrison.core.jobs.worker import alive
    from garrison.core.ui import figures

    system = selectors.system_actor()
    breaks = list(audit.verify())
    entries = selectors.audit_totals(viewer=system)["entries"]
    whole = f"{figures.counted(entries, 'entries')}, unbroken"
    broken = f"broken at entry {breaks[0].seq}: {breaks[0].reason}" if breaks else whole
    yield Check("audit chain", not breaks, broken, "keep a copy of the database; then ask who else writes to it")
    heads = {grant.user.username for grant in selectors.grants(viewer=system).filter(role="security head", path="/")}
    seen = ", ".join(sorted(heads)) or "nobody"
    yield Check("security head", bool(heads), seen, "garrison user add NAME --role 'security head'")
    beat = alive()
    last = datetime.fromtimestamp(beat.stat().st_mtime, UTC) if beat.exists() else None
    seen = f"last seen {last:%Y-%m-%d %H:%M:%S} UTC" if last else "never seen here"
    remedy = "uploads and daily work wait: run `garrison serve` or `garrison worker`"
    yield Check("worker", last is not None and at - last < WORKER_SEEN, seen, remedy)
    yield _orphans(at)


def _orphans(at: datetime) -> Check:
    """Event files that no import has finished."""
    from garrison.core import lake_files
    from garrison.core.ui import figures

    folder, known = lake_files.lake().folder, lake_files.names()
    old = (at - ORPHAN_AGE).timestamp()
    unknown = (path for path in folder.glob("*/*/*") if str(path.relative_to(folder)) not in known)
    orphans = [path for path in unknown if path.stat().st_mtime < old]
    gone = sum(not os.path.exists(folder / name) for name in known)
    if gone:
        remedy = "restore them from a backup, or import their files again"
        return Check("event files", False, f"{gone} of {len(known)} missing", remedy)
    whole = f"{figures.counted(len(known), 'files')}, all known"
    seen = f"{len(orphans)} left behind by killed imports" if orphans else whole
    return Check("event files", not orphans, seen, "`garrison serve` removes them when it starts")
