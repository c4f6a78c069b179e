"""The import itself: recognise, order, stage outside any transaction, store in a short one, then let others react."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.conf import settings

from garrison.core.imports import keeping, services
from garrison.core.imports.mapped import settle_known
from garrison.core.imports.staging import Cancelled, Reading, fingerprint
from garrison.core.models import ImportRun, User
from garrison.formats import catalogue, mapping, unread
from garrison.formats.container import members
from garrison.formats.oscal_other import name_other
from garrison.formats.source import Damaged, Limits, Source

GROUP_FILES = 1_000
GROUP_BYTES = 64 * 1024**2
TOGETHER = ("business-units", "initiatives-table")
"""Formats whose rows may name rows of another file of the same run: parents, and what is required."""

Progress = Callable[[int, int, str], None]
"""Told (bytes done, bytes in all, what is being done); may raise ``Cancelled``."""


def files_below(paths: Iterable[Path]) -> list[Path]:
    """The files that ``paths`` name, folders walked in name order, hidden files and links to elsewhere left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(
                inner
                for inner in sorted(path.rglob("*"))
                if inner.is_file()
                and not inner.is_symlink()
                and not any(part.startswith(".") for part in inner.relative_to(path).parts)
            )
        else:
            found.append(path)
    return found


def recognise(path: Path, name: str, limits: Limits) -> Iterator[Reading]:
    """What the file, or each member of the archive, at ``path`` is. ``name`` is how the ledger calls it."""
    try:
        for member, found in members(path, limits):
            if isinstance(found, Damaged):
                yield _refused(name, member or "", found)
            else:
                yield _recognise_one(name, member or "", found)
    except Damaged as damage:
        yield _refused(name, "", damage)
    except OSError as error:
        yield _refused(name, "", Damaged(f"it cannot be read: {error.strerror}"))


def _refused(path: str, member: str, damage: Damaged) -> Reading:
    """A file that is refused before anything of it is read."""
    return Reading(path, member=member, status="refused", messages=[(damage.row, damage.field, damage.reason, True)])


def _recognise_one(path: str, member: str, source: Source) -> Reading:
    """Name the format of one plain file."""
    reading = Reading(path, member=member, source=source)
    try:
        reading.sha256, reading.bytes = fingerprint(source)
        reader = catalogue.recognise(source)
        if reader is not None:
            reading.reader, reading.format, reading.version = reader, reader.FORMAT, reader.VERSION
            return reading
        if other := name_other(source.head):
            reading.status = "unknown"
            reading.messages.append((0, "", f"this is an {other}, which Garrison does not read yet", False))
            return reading
        proposal = mapping.propose(source)
    except Damaged as damage:
        reading.status = "refused"
        reading.messages = [(damage.row, damage.field, damage.reason, True)]
        return reading
    if proposal is not None:
        reading.status, reading.proposal = "needs_mapping", asdict(proposal)
        reading.messages.append((0, "", proposal.in_words(), False))
    else:
        reading.status = "unknown"
        if wrong := unread.why(source):
            reading.status, reading.messages = "refused", [(0, "", wrong, True)]
            return reading
        reason = "it is empty" if not source.head else "no reader understands its content"
        reading.messages.append((0, "", reason, False))
    return reading


def run_import(
    *,
    actor: User,
    paths: Sequence[Path],
    at: datetime,
    label: str = "",
    dry_run: bool = False,
    limits: Limits | None = None,
    progress: Progress = lambda done, total, doing: None,
    names: dict[Path, str] | None = None,
) -> tuple[ImportRun | None, list[Reading]]:
    """Import files and folders; gives the run (none when dry) and what became of each file, in the order given.

    Each group of files is stored in one transaction, so a kill leaves whole groups and nothing else; the next run
    finds those unchanged and goes on. A dry run stores nothing and still tells what would be stored.
    """
    limits = limits or Limits()
    files = files_below(paths)
    sizes = {path: path.stat().st_size if path.exists() else 0 for path in files}
    done, total = 0, max(1, 2 * sum(sizes.values()))
    readings: list[Reading] = []
    for path in files:
        progress(done, total, f"looking at {path.name}")
        readings.extend(recognise(path, (names or {}).get(path, str(path)), limits))
        done += sizes[path]
    settle_known(readings)
    if not dry_run:
        keeping.keep(readings)
    total = max(1, done + sum(reading.bytes for reading in readings if reading.reader))
    with services.Work(actor=actor, at=at, label=label or _label(paths), dry_run=dry_run) as work:
        work.known(readings)
        pending = [reading for reading in readings if not reading.status]
        for group in _groups(pending):
            with work.staging() as stage:
                for place, reading in enumerate(group):
                    before = done

                    def advance(read: int, reading: Reading = reading) -> None:
                        nonlocal done
                        done += read
                        progress(min(done, total), total, f"reading {reading.member or Path(reading.path).name}")

                    stage.stage(place, reading, advance)
                    done = before + reading.bytes
                progress(min(done, total), total, f"storing {Path(group[0].path).name}")
                work.store(group, stage)
                for reading in group:
                    reading.source = None  # its spooled bytes are needed no more
        progress(total, total, "drawing conclusions")
        work.finish(readings)
    return work.run, readings


def _groups(readings: list[Reading]) -> Iterator[list[Reading]]:
    """Readings in storing order, small members of one archive and format together, and tables whose rows refer on."""
    ordered = sorted(readings, key=lambda r: (catalogue.rank(r.format), r.path))
    for _, same in groupby(ordered, key=lambda r: (r.format, "" if r.format in TOGETHER else r.path)):
        group: list[Reading] = []
        for reading in same:
            if group and (len(group) >= GROUP_FILES or sum(r.bytes for r in group) + reading.bytes > GROUP_BYTES):
                yield group
                group = []
            group.append(reading)
        if group:
            yield group


def _label(paths: Sequence[Path]) -> str:
    """How a run is called in lists: the first name and how many more."""
    first = paths[0].name or str(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def sweep_staging(older_than: datetime | None = None) -> int:
    """Remove what killed imports left in the staging folder; gives how many.

    Without ``older_than`` everything goes: call it so only when no import is running. With it, what was written to
    later stays.
    """
    swept = 0
    for folder in Path(settings.STAGING_FOLDER).glob("*"):
        try:
            written = max(path.stat().st_mtime for path in (folder, *folder.glob("*")))
        except FileNotFoundError:  # an import that has just ended took it away itself
            continue
        if older_than is None or written < older_than.timestamp():
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


__all__ = ["Cancelled", "files_below", "run_import", "sweep_staging"]
