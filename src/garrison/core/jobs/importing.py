"""Importing uploaded files as long work."""

import re
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils import timezone

from garrison.core import selectors
from garrison.core.commands import Forbidden, Missing, Refused, changed, command
from garrison.core.imports import keeping
from garrison.core.imports.mapped import mapped_reader, run_mapped
from garrison.core.imports.preview import all_ours, preview
from garrison.core.imports.run import Cancelled, run_import
from garrison.core.imports.takeback import keep_way_back
from garrison.core.jobs.queue import Report, ask, job
from garrison.core.journal import listening
from garrison.core.models import Job, User
from garrison.core.scopes import paths

NAME_BYTES, SUFFIX_BYTES = 150, 40
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class Uploaded(Protocol):
    """A file as the browser sent it."""

    name: str | None

    def chunks(self) -> Iterable[bytes]:
        """Its bytes in pieces."""


def safe_name(name: str, taken: set[str]) -> str:
    """``name`` as a plain visible file name that is not among ``taken``, which it joins.

    File systems count bytes, not characters: a name in another alphabet may be twice or four times as long as it looks.
    """
    plain = UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
    plain = plain.encode(errors="replace").decode()  # half a surrogate pair names no file
    suffix = "".join(Path(plain).suffixes[-2:])
    suffix = suffix if len(suffix.encode()) <= SUFFIX_BYTES else ""
    stem = plain[: len(plain) - len(suffix)] if suffix else plain
    stem = stem.encode()[: NAME_BYTES - len(suffix.encode())].decode(errors="ignore").rstrip() or "file"
    made, number = f"{stem}{suffix}", 1
    while made.casefold() in taken:
        number += 1
        made = f"{stem} ({number}){suffix}"
    taken.add(made.casefold())
    return made


def upload(*, actor: User, files: Iterable[Uploaded], at: datetime, look_first: bool = False) -> Job:
    """Take files from a browser into a folder of their own and ask for their import; gives the job to watch.

    With ``look_first`` nothing is stored yet where all of them are tables of ours: the job tells what would change.
    The bytes are written before the command begins, so that no transaction waits for a disk.
    """
    folder = Path(settings.UPLOAD_FOLDER) / uuid.uuid4().hex
    names = _receive(folder, files) if "/" in paths(actor, "imports.upload") else []
    try:
        return ask_import(actor=actor, folder=folder.name, names=names, at=at, look_first=look_first)
    except Refused:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _receive(folder: Path, files: Iterable[Uploaded]) -> list[str]:
    """Write the files below ``folder`` under safe names, all or none; gives the names."""
    folder.mkdir(parents=True, mode=0o700)
    taken: set[str] = set()
    names = []
    try:
        for file in files:
            place = folder / safe_name(file.name or "", taken)
            with place.open("wb") as written:
                for chunk in file.chunks():
                    written.write(chunk)
            place.chmod(0o600)
            names.append(place.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Refused(f"the files could not be kept: {error.strerror}; nothing was imported") from error
    return names


@command("imports.upload")
def ask_import(*, actor: User, folder: str, names: Sequence[str], at: datetime, look_first: bool = False) -> Job:
    """Ask for the import of what was put into an upload folder. Files speak of every unit, so for the whole only."""
    if "/" not in paths(actor, "imports.upload"):
        raise Forbidden("importing changes the register of the whole organisation; your role covers only a part of it")
    if not names:
        raise Refused("no file came; choose one or more")
    label = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    changed(target=label, after={"files": names})
    arguments = {"folder": folder, "label": label, "look_first": look_first}
    return ask(actor=actor, kind="imports.run", label=label, arguments=arguments, at=at)


def looked_at(*, viewer: User, uuid: uuid.UUID) -> Job:
    """A job that told what an import would change. Raises ``Missing`` for any other and outside the viewer's sight."""
    found = selectors.job(viewer=viewer, uuid=uuid)
    if found.kind != "imports.run" or not isinstance(found.result, dict) or "preview" not in found.result:
        raise Missing("no such preview")
    return found


def waits(previewed: Job) -> bool:
    """Whether the files of a preview are still there to be imported."""
    return (Path(settings.UPLOAD_FOLDER) / Path(previewed.arguments["folder"]).name).is_dir()


@command("imports.apply")
def apply(*, actor: User, uuid: uuid.UUID, at: datetime) -> Job:
    """Ask for the import of files whose preview somebody looked at; gives the job to watch."""
    found = looked_at(viewer=actor, uuid=uuid)
    if not waits(found):
        raise Refused("the files are no longer here: they were imported or discarded; upload them again")
    changed(target=found.label, after={"previewed": str(uuid)})
    return ask_import(actor=actor, folder=found.arguments["folder"], names=[found.label], at=at)


@command("imports.discard")
def discard(*, actor: User, uuid: uuid.UUID) -> None:
    """Forget files whose preview somebody looked at."""
    found = looked_at(viewer=actor, uuid=uuid)
    shutil.rmtree(Path(settings.UPLOAD_FOLDER) / Path(found.arguments["folder"]).name, ignore_errors=True)
    changed(target=found.label, after={"discarded": True})


@command("imports.map_columns")
def map_columns(*, actor: User, file: uuid.UUID, format_id: str, columns: Mapping[str, str], at: datetime) -> Job:
    """Ask for a file of the ledger to be read as a table of ours with these columns; gives the job to watch."""
    found = selectors.imported_file(viewer=actor, uuid=file)
    if found.status != "needs_mapping":
        raise Refused("this file does not wait for its columns to be named")
    if not keeping.is_kept(found.sha256):
        raise Refused("the file is no longer here; upload it again, then say which column is which")
    reader = mapped_reader(format_id, columns)
    name = Path(found.member or found.path).name
    arguments = {"file": str(found.uuid), "format_id": format_id, "columns": dict(columns)}
    changed(target=name, after={"format": format_id, "columns": dict(columns)})
    return ask(actor=actor, kind="imports.mapped", label=f"{name} as {reader.TITLE}", arguments=arguments, at=at)


@job("imports.run")
def run(report: Report, actor: User, *, folder: str, label: str, look_first: bool = False) -> dict[str, Any]:
    """Import what lies in an upload folder, then remove it; gives the run's uuid and a count by status.

    With ``look_first`` files that are all tables of ours stay where they are, and what they would change is given.

    A worker that died after the folder was removed leaves nothing to do: its run stands in the ledger.
    """
    place = Path(settings.UPLOAD_FOLDER) / Path(folder).name
    if not place.is_dir():
        return {"run": "", "statuses": {}}
    names = {path: path.name for path in place.rglob("*") if path.is_file()}
    try:
        if look_first and all_ours(place, names):
            told = preview(
                actor=actor, folder=place, names=names, at=timezone.now(), label=label, progress=report.progress
            )
            return {"preview": told}
        with listening() as journal:
            ran, readings = run_import(
                actor=actor, paths=[place], at=timezone.now(), label=label, progress=report.progress, names=names
            )
        if ran is not None:
            keep_way_back(actor=actor, run=ran, journal=journal, at=timezone.now())
    except (Cancelled, Refused):
        shutil.rmtree(place, ignore_errors=True)
        raise
    shutil.rmtree(place, ignore_errors=True)
    statuses = [reading.status for reading in readings]
    return {"run": str(ran.uuid) if ran else "", "statuses": {name: statuses.count(name) for name in set(statuses)}}


@job("imports.mapped")
def mapped(report: Report, actor: User, *, file: str, format_id: str, columns: dict[str, str]) -> dict[str, Any]:
    """Read a file again with the columns that somebody named; gives the run, its file, and what became of it."""
    found = selectors.imported_file(viewer=actor, uuid=uuid.UUID(file))
    if found.status != "needs_mapping":  # a worker that died had done it already
        return {"run": "", "file": str(found.uuid), "statuses": {found.status: 1}}
    ran, reading = run_mapped(
        actor=actor,
        file=uuid.UUID(file),
        format_id=format_id,
        columns=columns,
        at=timezone.now(),
        progress=report.progress,
    )
    row = str(reading.row.uuid) if reading.row else ""
    return {"run": str(ran.uuid) if ran else "", "file": row, "statuses": {reading.status: 1}}
