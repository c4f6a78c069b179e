"""Reading a table again with the columns that somebody named."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from garrison.core import selectors
from garrison.core.commands import Refused, changed, command
from garrison.core.imports import keeping, services
from garrison.core.imports.staging import Reading, Stage
from garrison.core.models import ImportedFile, ImportRun, User
from garrison.formats import catalogue, mapping
from garrison.formats.facts import Reading as Told
from garrison.formats.source import Damaged, Source


@dataclass(slots=True)
class MappedReader:
    """A reader of one table of ours by foreign column names."""

    FORMAT: str
    TITLE: str
    VERSION: int
    columns: Mapping[str, str]

    def sniff(self, source: Source) -> bool:
        """It is never asked: somebody chose it."""
        return False

    def read(self, source: Source) -> Iterator[Told]:
        """What ``source`` says under the named columns. Raises ``Damaged``, also for names that do not fit."""
        return mapping.read_mapped(source, self.FORMAT, self.columns)


def mapped_reader(format_id: str, columns: Mapping[str, str]) -> MappedReader:
    """The reader of the table ``format_id`` by these columns. Refused for a table that is not ours."""
    reader = next((one for one in catalogue.readers() if format_id == one.FORMAT), None)
    if reader is None or format_id not in {table.format for table in mapping.TABLES}:
        raise Refused("that is not a table of ours; choose one of the list")
    return MappedReader(format_id, reader.TITLE, reader.VERSION, dict(columns))


def run_mapped(
    *,
    actor: User,
    file: uuid.UUID,
    format_id: str,
    columns: Mapping[str, str],
    at: datetime,
    progress: Callable[[int, int, str], None] = lambda done, total, doing: None,
) -> tuple[ImportRun | None, Reading]:
    """Import a file whose columns were unknown, as ``format_id`` with ``columns``; gives what became of it.

    The first ledger row is settled as well, so that the same file is known the next time. Nothing is stored when the
    columns do not fit: the reason stands in the new ledger row.
    """
    found = selectors.imported_file(viewer=actor, uuid=file)
    reader = mapped_reader(format_id, columns)
    source = keeping.kept(found.sha256, Path(found.member or found.path).name)
    if source is None:
        raise Refused("the file is no longer here; upload it again, then say which column is which")
    reading = Reading(found.path, member=found.member, sha256=found.sha256, bytes=found.bytes, source=source)
    reading.format, reading.version, reading.reader = reader.FORMAT, reader.VERSION, reader
    reading.proposal = {"mapped": {"format": format_id, "columns": dict(columns)}}
    name = Path(found.member or found.path).name
    done, total = 0, max(1, found.bytes)

    def advance(read: int) -> None:
        nonlocal done
        done += read
        progress(min(done, total - 1), total, f"reading {name}")

    with services.Work(actor=actor, at=at, label=f"{name}, columns named", dry_run=False) as work:
        stage = Stage(Path(settings.STAGING_FOLDER) / uuid.uuid4().hex)
        try:
            stage.stage(0, reading, advance)
            progress(total - 1, total, f"storing {name}")
            work.store([reading], stage)
        finally:
            stage.close()
        work.finish([reading])
        assert reading.row is not None
        if reading.row.status in ("imported", "unchanged"):
            settle_mapping(actor=actor, file=found.uuid, read_as=reading.row.uuid)
            keeping.forget(found.sha256)
    progress(total, total, "")
    return work.run, reading


@command("imports.settle_mapping")
def settle_mapping(*, actor: User, file: uuid.UUID, read_as: uuid.UUID) -> None:
    """Say in the ledger that every copy of a file that waited for its columns has been read, and as what."""
    found = selectors.imported_file(viewer=actor, uuid=file)
    read = selectors.imported_file(viewer=actor, uuid=read_as)
    waiting = ImportedFile.objects.filter(sha256=found.sha256, status="needs_mapping")
    settled = waiting.update(
        status="unchanged", format=read.format, reader_version=read.reader_version, counts=read.counts
    )
    changed(target=str(found), before={"status": "needs mapping"}, after={"read as": read.format, "copies": settled})


def settle_known(readings: list[Reading]) -> None:
    """Mark tables of unknown columns whose very bytes were read before under named columns: nothing is to be done."""
    for reading in readings:
        if reading.status != "needs_mapping":
            continue
        before = (
            ImportedFile.objects.filter(sha256=reading.sha256, status__in=["imported", "unchanged"])
            .exclude(format="")
            .order_by("pk")
            .first()
        )
        if before is not None and _is_current(before):
            reading.format, reading.version = before.format, before.reader_version
            reading.status, reading.proposal, reading.messages = "", None, []


def _is_current(file: ImportedFile) -> bool:
    """Whether the reader of a file's format is still the one that read it."""
    return any((file.format, file.reader_version) == (one.FORMAT, one.VERSION) for one in catalogue.readers())


__all__ = ["Damaged", "MappedReader", "mapped_reader", "run_mapped", "settle_known", "settle_mapping"]
