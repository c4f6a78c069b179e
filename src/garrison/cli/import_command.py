"""``garrison import``: files and folders of exports."""

import sqlite3
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from garrison.cli.shared import AS, JSON, OURS, PARTLY, USAGE, actor, fail, print_json

if TYPE_CHECKING:
    from garrison.core.imports.staging import Reading

app = typer.Typer(rich_markup_mode=None)

MANY_MEMBERS = 6
MARKS = {"imported": "+", "unchanged": "=", "needs_mapping": "?", "unknown": "?", "refused": "!"}


@app.command()
def import_files(
    paths: list[Path] = typer.Argument(help="Files, archives or folders."),
    as_json: bool = JSON,
    dry_run: bool = typer.Option(False, "--dry-run", help="Tell what would be stored, and store nothing."),
    acting_as: str = AS,
) -> None:
    """Import exports: each file is recognised by its content. Importing the same file twice changes nothing.

    Exit code 0: all understood; 3: some rows or files refused or unknown; 2: wrong usage, or the only file refused.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise fail(f"there is no {missing[0]}")
    from garrison.core import setup

    setup.start()
    from garrison.core.imports.run import files_below

    if not files_below(paths):
        raise fail(f"no files in {', '.join(map(str, paths))}")
    from django.db import DatabaseError, OperationalError

    from garrison.core.commands import Refused

    try:
        readings = import_with_progress(paths, actor(acting_as), dry_run=dry_run, quiet=as_json)
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    except OSError as error:
        raise fail(
            f"stopped: {error.strerror or error}. What was stored before is whole; run it again.", OURS
        ) from error
    except OperationalError as error:
        raise fail(
            f"stopped: the database says: {error}. What was stored before is whole; run it again.", OURS
        ) from error
    except (DatabaseError, sqlite3.Error) as error:
        raise fail(f"stopped: the database refused a write: {error}. Please report this.", OURS) from error
    if as_json:
        from garrison.core.imports.services import as_json as shape

        print_json({"files": [shape(reading) for reading in readings]})
    else:
        tell(readings)
        typer.echo(summary(readings, dry_run=dry_run))
    raise typer.Exit(exit_code(readings))


def import_with_progress(paths: list[Path], who: Any, *, dry_run: bool = False, quiet: bool = False) -> "list[Reading]":
    """Run the import with a progress bar on a terminal."""
    from django.utils import timezone

    from garrison.core.imports.run import run_import

    if quiet or not sys.stderr.isatty():
        return run_import(actor=who, paths=paths, at=timezone.now(), dry_run=dry_run)[1]
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("importing", total=None)

        def advance(done: int, total: int, doing: str) -> None:
            bar.update(task, completed=done, total=total, description=doing[:48].ljust(48))

        return run_import(actor=who, paths=paths, at=timezone.now(), dry_run=dry_run, progress=advance)[1]


def tell(readings: "list[Reading]") -> None:
    """Print what became of each file; the members of a large archive in one line for each status."""
    for _, same in groupby(readings, key=lambda reading: reading.path):
        members = list(same)
        quiet = [r for r in members if r.status in ("imported", "unchanged") and not r.refused]
        if len(quiet) > MANY_MEMBERS:
            for status in ("imported", "unchanged"):
                if alike := [r for r in quiet if r.status == status]:
                    typer.echo(archive_line(alike))
            members = [r for r in members if r not in quiet]
        for reading in members:
            typer.echo(line(reading))
            for told in reading.told[:5]:
                typer.echo(f"    {_place(told)}{told.reason}")
            if len(reading.told) > 5:
                typer.echo(f"    and {len(reading.told) - 5:,} more; --json prints all, and Imports shows them")


def archive_line(members: "list[Reading]") -> str:
    """Many members of one archive with the same fate, in one line."""
    from garrison.core.ui import figures

    counts: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for reading in members:
        assert reading.row is not None
        counts.update(reading.row.counts)
        rows.update(new=reading.row.rows_stored, changed=reading.row.rows_updated, unchanged=reading.row.rows_unchanged)
    held = ", ".join(figures.counted(number, kind.replace("_", " ")) for kind, number in counts.items())
    fate = ", ".join(f"{number:,} {word}" for word, number in rows.items())
    formats = ", ".join(sorted({reading.format for reading in members}))
    name = f"{Path(members[0].path).name} ({figures.counted(len(members), 'files')})"
    return f"{MARKS[members[0].status]} {name:<44} {formats:<22} {held} ({fate})"


def line(reading: "Reading") -> str:
    """One file in one line: mark, name, format, what it holds, what became of it."""
    from garrison.core.ui import figures

    file = reading.row
    assert file is not None
    name = f"{Path(file.path).name}:{file.member}" if file.member else Path(file.path).name
    counts = ", ".join(figures.counted(number, kind.replace("_", " ")) for kind, number in file.counts.items())
    rows = f"{file.rows_stored:,} new, {file.rows_updated:,} changed, {file.rows_unchanged:,} unchanged"
    if file.rows_refused:
        rows += f", {file.rows_refused:,} refused"
    told = (
        f"{counts} ({rows})" if file.status in ("imported", "unchanged") and counts else file.status.replace("_", " ")
    )
    return f"{MARKS[file.status]} {name:<44} {file.format or '-':<22} {told}"


def summary(readings: "list[Reading]", *, dry_run: bool) -> str:
    """The last line: how many files, and what became of them."""
    from garrison.core.ui import figures

    tally: dict[str, int] = {}
    for reading in readings:
        tally[reading.status] = tally.get(reading.status, 0) + 1
    parts = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in sorted(tally.items()))
    return f"{figures.counted(len(readings), 'files')}: {parts}." + (" Dry run: nothing was stored." if dry_run else "")


def exit_code(readings: "list[Reading]") -> int:
    """0 when all was understood, 2 when the only file was refused, 3 when something was refused or unknown."""
    if len(readings) == 1 and readings[0].status == "refused":
        return USAGE
    understood = all(
        reading.status in ("imported", "unchanged") and reading.row is not None and not reading.row.rows_refused
        for reading in readings
    )
    return 0 if understood else PARTLY


def _place(told: Any) -> str:
    """Where a message points: its row and field."""
    row = f"row {told.row}" if told.row and not told.reason.startswith(f"Line {told.row}") else ""
    parts = [row, told.field]
    place = ", ".join(part for part in parts if part)
    return f"{place}: " if place else ""
