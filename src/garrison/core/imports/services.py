"""Commands of importing: a group of files stored whole or not at all, and the conclusions drawn at the end."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q

from garrison.core import lake_files
from garrison.core.bulk import batches, without_nul
from garrison.core.commands import Forbidden, changed, command, system_actor
from garrison.core.imports.batch import Batch, FileTally, Staged
from garrison.core.imports.registry import IMPORTERS, KINDS
from garrison.core.imports.staging import Reading, Stage
from garrison.core.models import ImportedFile, ImportMessage, ImportRun, User
from garrison.core.scopes import paths
from garrison.formats.facts import Fact

IMPORT_LOCK = 0x6A77_1501
STANDING = (
    "business-units",
    "hr-roster",
    "directory",
    "directory-ldif",
    "badge-holders",
    "devices",
    "hosts-table",
    "controls-table",
    "scenarios-table",
    "initiatives-table",
)
"""Formats whose newest file is the truth of its source, also when its very bytes were imported before."""
EDITS = ("assets-list", "findings-list")
"""Formats whose rows are edits of what stands in the register: the same bytes may mean a change another day."""
STILL_RUNNING = timedelta(minutes=10)


class DryRun(Exception):
    """Carries nothing: it only rolls a rehearsal back."""


@command("imports.begin")
def begin(*, actor: User, at: datetime, label: str) -> ImportRun:
    """Open a run in the ledger. Files speak of every unit, so only an organisation-wide role may import."""
    if "/" not in paths(actor, "imports.begin"):
        raise Forbidden("importing changes the register of the whole organisation; your role covers only a part of it")
    run = ImportRun.objects.create(at=at, actor=actor, label=label[:400])
    changed(target=label, after={"run": str(run.uuid)})
    return run


@command("imports.store")
def store(*, actor: User, run: ImportRun, readings: Sequence[Reading], stage: Stage | None, at: datetime) -> None:
    """Write a group of readings to the ledger and, where they were understood, their facts to their apps.

    Importers run in app order, as the system on behalf of the actor. Each ``Reading`` gets its final status and is
    written with its messages.
    """
    _lock()
    system = system_actor()
    files = [_ledger_row(run, reading, at) for reading in readings]
    ImportedFile.objects.bulk_create(files)
    tallies = {file.pk: FileTally() for file in files}
    for reading, file in zip(readings, files, strict=True):
        tallies[file.pk].verdicts["refused"] = reading.refused
        tallies[file.pk].refusals = [(row, name, reason) for row, name, reason, refused in reading.messages if refused]
    if stage is not None:
        staged_kinds = stage.kinds()
        for kind in KINDS:
            if kind in staged_kinds:
                batch = Batch(
                    kind,
                    partial(_staged, stage, kind, files),
                    at,
                    tallies,
                    partial(_beside, stage, files),
                    shared=len(IMPORTERS[kind]) > 1,
                )
                for importer in IMPORTERS[kind]:
                    importer(system, batch)
    for reading, file in zip(readings, files, strict=True):
        _settle(reading, file, tallies[file.pk])
    ImportedFile.objects.bulk_update(
        files, ["status", "rows_stored", "rows_updated", "rows_unchanged", "rows_refused", "counts"], batch_size=1000
    )
    for reading, file in zip(readings, files, strict=True):
        reading.told = list(_messages(reading, file, tallies[file.pk]))
    ImportMessage.objects.bulk_create([m for reading in readings for m in reading.told], batch_size=1000)
    changed(
        target=run.label,
        after=[
            {"file": str(f), "sha256": f.sha256, "format": f.format, "status": f.status, "counts": dict(f.counts)}
            for f in files
        ],
    )


@command("imports.finish")
def finish(*, actor: User, run: ImportRun, at: datetime, moved: bool) -> None:
    """Close a run. Apps subscribe to this to draw their conclusions; ``moved`` tells whether anything changed."""
    run.finished = at
    run.save(update_fields=["finished"])
    changed(target=run.label, after={"moved": moved})


@command("imports.rehearse")
def rehearse(*, actor: User, at: datetime, label: str, parts: Sequence[tuple[Sequence[Reading], Stage | None]]) -> None:
    """Store staged groups as an import would, to learn what is new, then take all of it back by raising ``DryRun``.

    The commands in it are never the outermost, so no entry of the audit log is made and its chain is never locked.
    """
    run = begin(actor=actor, at=at, label=label)
    for readings, stage in parts:
        store(actor=actor, run=run, readings=readings, stage=stage, at=at)
    raise DryRun


class Work:
    """One run under way. A dry one keeps what was staged until its end, and only then opens one short transaction."""

    def __init__(self, *, actor: User, at: datetime, label: str, dry_run: bool) -> None:
        self.actor, self.at, self.label, self.dry_run = actor, at, label, dry_run
        self.run: ImportRun | None = None
        self._parts: list[tuple[Sequence[Reading], Stage | None]] = []

    def __enter__(self) -> "Work":
        if not self.dry_run:
            self.run = begin(actor=self.actor, at=self.at, label=self.label)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, stage in self._parts:
            if stage is not None:
                stage.close()

    def known(self, readings: Sequence[Reading]) -> None:
        """Mark files whose very bytes were stored before by the same reader, and settle those not to be stored."""
        stored = earlier([reading for reading in readings if not reading.status])
        for reading in readings:
            before = stored.get((reading.sha256, reading.format, reading.version))
            if not reading.status and before is not None:
                reading.status = "unchanged"
                reading.counts.update(before.counts)
                reading.read = before.rows_read
        if settled := [reading for reading in readings if reading.status]:
            self.store(settled, None)

    @contextmanager
    def staging(self) -> Iterator[Stage]:
        """A place for the facts of one group, which lasts as long as it is needed."""
        stage = Stage(Path(settings.STAGING_FOLDER) / uuid.uuid4().hex)
        try:
            yield stage
        finally:
            if any(stage is kept for _, kept in self._parts):
                stage.seal()
            else:
                stage.close()

    def store(self, readings: Sequence[Reading], stage: Stage | None) -> None:
        """Store a group, or keep it for the end of a dry run."""
        if stage is not None and (apps := _withheld(self.actor, stage.kinds())):
            for reading in readings:
                _refuse(reading, f"your role may not change {', '.join(apps)}; ask somebody whose role may")
            stage = None
        if self.dry_run:
            self._parts.append((readings, stage))
            return
        assert self.run is not None
        stored = False
        with lake_files.watching() as written:
            try:
                store(actor=self.actor, run=self.run, readings=readings, stage=stage, at=self.at)
                stored = True
            finally:
                if not stored:
                    lake_files.discard(written)

    def finish(self, readings: Sequence[Reading]) -> None:
        """Let the apps draw conclusions when something changed, or when an earlier run was cut off before it could."""
        if self.dry_run:
            self._rehearse()
            return
        assert self.run is not None
        moved = any(r.status == "imported" for r in readings)
        unfinished = ImportRun.objects.filter(finished=None).exclude(pk=self.run.pk)
        moved = moved or unfinished.exists()
        finish(actor=self.actor, run=self.run, at=self.at, moved=moved)
        if moved:  # a younger one may be another import that is still under way: it concludes for itself
            unfinished.filter(at__lt=self.at - STILL_RUNNING).update(finished=self.at)

    def _rehearse(self) -> None:
        """Find out what would become of the staged groups; nothing of it stays."""
        with lake_files.watching() as written:
            try:
                rehearse(actor=self.actor, at=self.at, label=self.label, parts=self._parts)
            except DryRun:
                return
            finally:
                lake_files.discard(written)


def earlier(readings: Sequence[Reading]) -> dict[tuple[str, str, int], ImportedFile]:
    """The ledger rows of bytes that need no second reading, by digest, format and reader version.

    A file with refused rows is read again: what it lacked may be there now. So is one of a standing register (a
    roster, a badge list) after which a later run stored another one of its kind: it is what its sender holds true.
    """
    found: dict[tuple[str, str, int], ImportedFile] = {}
    for chunk in batches(dict.fromkeys(reading.sha256 for reading in readings)):
        rows = (
            ImportedFile.objects.filter(sha256__in=chunk, status__in=["imported", "unchanged"], rows_refused=0)
            .exclude(format__in=EDITS)
            .order_by("pk")
        )
        for row in rows:
            found[row.sha256, row.format, row.reader_version] = row
    newest = {
        (row["format"], row["sha256"]): row["run"]
        for row in ImportedFile.objects.filter(format__in=STANDING)
        .filter(Q(rows_stored__gt=0) | Q(rows_updated__gt=0))
        .values("format", "sha256")
        .annotate(run=Max("run_id"))
    }
    return {
        place: row
        for place, row in found.items()
        if not any(
            kind == row.format and digest != row.sha256 and run > row.run_id for (kind, digest), run in newest.items()
        )
    }


def _withheld(actor: User, kinds: set[type[Fact]]) -> list[str]:
    """The apps that would store these kinds of fact and that the actor's role may not change."""
    apps = {importer.__module__.split(".")[2] for kind in kinds for importer in IMPORTERS[kind]}
    return sorted(app for app in apps if "/" not in paths(actor, f"{app}.import_facts"))


def _refuse(reading: Reading, reason: str) -> None:
    """Refuse a whole file that was read."""
    reading.status, reading.read, reading.refused = "refused", 0, 0
    reading.counts.clear()
    reading.messages = [(0, "", reason, True)]


def _ledger_row(run: ImportRun, reading: Reading, at: datetime) -> ImportedFile:
    """An unsaved ledger row."""
    reading.row = ImportedFile(
        run=run,
        at=at,
        path=reading.path[:1000],
        member=reading.member[:1000],
        sha256=reading.sha256,
        bytes=reading.bytes,
        format=reading.format,
        reader_version=reading.version,
        status=reading.status or "imported",
        rows_read=reading.read,
        counts=dict(sorted(reading.counts.items())),
        proposal=reading.proposal,
    )
    return reading.row


def _staged(stage: Stage, kind: type[Fact], files: Sequence[ImportedFile]) -> Iterator[Staged]:
    """The staged facts of one kind with their ledger rows."""
    for place, fact in stage.facts(kind):
        yield Staged(files[place], fact)


def _beside(stage: Stage, files: Sequence[ImportedFile], kind: type[Fact]) -> Iterator[Staged]:
    """The staged facts of a kind that may not have been told at all."""
    return _staged(stage, kind, files) if kind in stage.kinds() else iter(())


def _settle(reading: Reading, file: ImportedFile, tally: FileTally) -> None:
    """Give a file its final numbers and status. Its counts leave out every row that was refused, when storing too."""
    verdicts = tally.verdicts
    if tally.refused:
        reading.counts.subtract({name: number for name, number in tally.refused.items() if name})
        file.counts = dict(sorted((+reading.counts).items()))
    if reading.status == "unchanged":
        file.rows_unchanged = file.rows_read
    else:
        file.rows_stored, file.rows_updated = verdicts["stored"], verdicts["updated"]
        file.rows_refused = verdicts["refused"]
        file.rows_unchanged = max(0, file.rows_read - file.rows_stored - file.rows_updated - file.rows_refused)
    if not reading.status:
        moved = file.rows_stored or file.rows_updated
        wholly_refused = file.rows_refused and file.rows_refused == file.rows_read
        file.status = "imported" if moved else "refused" if wholly_refused else "unchanged"
        if not moved and not wholly_refused and file.rows_read == 0:
            file.status = "imported"
        reading.status = file.status


def _messages(reading: Reading, file: ImportedFile, tally: FileTally) -> Iterator[ImportMessage]:
    """One file's messages: refusals first, then notes."""
    noted = [(row, name, reason) for row, name, reason, refused in reading.messages if not refused]
    for refused, told in ((True, tally.refusals), (False, [*noted, *tally.notes])):
        for row, name, reason in told:
            field, words = without_nul(name)[:200], without_nul(reason)
            yield ImportMessage(file=file, row=row, field=field, reason=words, refused=refused)


def _lock() -> None:
    """One import stores at a time, so that two writers of the same events cannot both find them new."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def as_json(reading: Reading) -> dict[str, Any]:
    """One file as ``garrison import --json`` prints it."""
    file = reading.row
    assert file is not None
    return {
        "path": file.path,
        "member": file.member or None,
        "format": file.format or None,
        "status": file.status,
        "rows": {
            "read": file.rows_read,
            "stored": file.rows_stored,
            "updated": file.rows_updated,
            "unchanged": file.rows_unchanged,
            "refused": file.rows_refused,
        },
        "counts": file.counts,
        "messages": [
            {
                "kind": "refused" if m.refused else "note",
                "row": m.row or None,
                "field": m.field or None,
                "reason": m.reason,
            }
            for m in reading.told
        ],
    }
