"""Taking an import of our own tables back: what it changed is put back, what it made is removed where nothing else
has come to rest on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin.utils import NestedObjects
from django.db.models import F, Model, QuerySet

from garrison.core import selectors
from garrison.core.bulk import BATCH, batches
from garrison.core.commands import COMMANDS, Forbidden, Missing, Refused, changed, command, on
from garrison.core.imports.services import EDITS, finish
from garrison.core.journal import Entry, Journal
from garrison.core.models import ImportedFile, ImportRun, Undo, User
from garrison.core.scopes import paths
from garrison.core.undoing import held, offer_undo
from garrison.formats.mapping import TABLES

COMMAND = "imports.take_back"
OWN = frozenset({table.format for table in TABLES} - {"badge-events"} | set(EDITS))
"""Formats of our own tables and lists: previewed when uploaded, and taken back when somebody thinks better of it."""

LOOKED_AT = 500
"""The most new records that are looked at one by one before they are removed; of more, none is."""


def may_be_taken_back(run: ImportRun, journal: Journal) -> bool:
    """Whether everything that a run changed is known and came from tables of ours."""
    files = list(run.files.filter(status="imported"))
    if not journal.whole or not journal.entries or any(file.format not in OWN for file in files):
        return False
    told = {(entry.file, entry.row) for entry in journal.entries}
    moved = sum(file.rows_stored + file.rows_updated for file in files)
    return moved <= sum(1 for file, _ in told if file)


@command("imports.keep_way_back")
def keep_way_back(*, actor: User, run: ImportRun, journal: Journal, at: datetime) -> Undo | None:
    """Keep how an import is taken back, for thirty days; None where it cannot be."""
    if not may_be_taken_back(run, journal):
        return None
    arguments = {
        "run": str(run.uuid),
        "entries": [asdict(entry) for entry in journal.entries],
        "ways_back": journal.ways_back[::-1],
    }
    changed(target=run.label, after={"records": len(journal.entries)})
    return offer_undo(actor=actor, at=at, label=f"the import of {run.label}", command_name=COMMAND, arguments=arguments)


def way_back_of(*, viewer: User, file: ImportedFile) -> Undo | None:
    """How the viewer may take back a run of their own, seen from a file that moved something in it; else None."""
    if not file.rows_stored and not file.rows_updated:
        return None
    run = file.run
    return Undo.objects.filter(actor=viewer, command=COMMAND, used=None, arguments__run=str(run.uuid)).first()


@command(COMMAND)
def take_back(*, actor: User, run: str, entries: Sequence[dict[str, Any]], ways_back: Sequence[str]) -> None:
    """Put back what an import changed. Refused, wholly, when one of the records was changed again since.

    New records are removed, unless something else has come to rest on them since: those stay.
    """
    if "/" not in paths(actor, COMMAND):
        raise Forbidden("an import speaks of the whole organisation; your role covers only a part of it")
    found = selectors.import_runs(viewer=actor).filter(uuid=run).first()
    if found is None:
        raise Missing("no such import")
    known = [Entry(**entry) for entry in entries]
    for app in sorted({entry.model.partition(".")[0] for entry in known}):
        if "/" not in paths(actor, f"{app}.import_facts"):
            raise Forbidden(f"your role may not change {app}; ask somebody whose role may")
    by_decision, known = [entry for entry in known if entry.decided], [entry for entry in known if not entry.decided]
    _check(by_decision)
    for uuid in ways_back:
        way = Undo.objects.get(actor=actor, uuid=uuid)
        COMMANDS[way.command](actor=actor, **way.arguments)
    Undo.objects.filter(uuid__in=ways_back).update(used=F("at"))
    by_model: dict[str, list[Entry]] = defaultdict(list)
    for entry in known:
        by_model[entry.model].append(entry)
    for label, told in by_model.items():
        _put_back(apps.get_model(label), [entry for entry in told if entry.before and entry.after])
    stayed = _remove([entry for entry in known if not entry.before])
    for label, told in by_model.items():
        _make_again(apps.get_model(label), [entry for entry in told if not entry.after])
    digests = list(found.files.values_list("sha256", flat=True))
    ImportedFile.objects.filter(sha256__in=digests).update(reader_version=0)  # the same bytes are read again
    changed(
        target=found.label,
        before={"records": len(entries)},
        after={"stayed": stayed},
    )


def _check(entries: Sequence[Entry]) -> None:
    """Refuse when a record is no longer as the import left it."""
    for label in sorted({entry.model for entry in entries}):
        told = {entry.pk: entry for entry in entries if entry.model == label}
        for some in batches(told):
            found = held(apps.get_model(label)._default_manager.all()).in_bulk(some)
            for pk in some:
                if pk not in found:
                    raise Refused(f"{told[pk].name} is no longer there; nothing was taken back")
                if _differs(found[pk], told[pk].after):
                    raise Refused(f"{told[pk].name} was changed again since the import; nothing was taken back")


def _put_back(model: type[Model], entries: Sequence[Entry]) -> None:
    """Give changed records the values they had."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    first = {entry.pk: entry for entry in reversed(entries)}  # of a record told of twice, what it was at first
    _check(entries)
    for some in batches(first):
        found = model._default_manager.in_bulk(some)
        names: set[str] = set()
        for pk, record in found.items():
            for name, value in first[pk].before.items():
                setattr(record, name, fields[name].to_python(value))
            names.update(first[pk].before)
        model._default_manager.bulk_update(found.values(), _names(model, names), batch_size=BATCH)


def _differs(record: Model, told: Mapping[str, Any]) -> bool:
    """Whether a record's values are others than those that a journal tells."""
    fields = {field.attname: field for field in record._meta.concrete_fields if not field.generated}
    return any(getattr(record, n) != fields[n].to_python(v) for n, v in told.items() if n in fields)


def _names(model: type[Model], attributes: Iterable[str]) -> list[str]:
    """The fields' names of their attributes: unit of unit_id."""
    return [field.name for field in model._meta.concrete_fields if field.attname in set(attributes)]


def _remove(entries: Sequence[Entry]) -> list[str]:
    """Remove new records on which nothing rests but what came with them; gives the names of those that stay."""
    if len(entries) > LOOKED_AT:
        return [entry.name for entry in entries if entry.shown]
    ours = {(entry.model, entry.pk) for entry in entries}
    stayed = []
    for entry in reversed(entries):
        record = apps.get_model(entry.model)._default_manager.filter(pk=entry.pk).first()
        if record is None:
            continue
        resting = NestedObjects(using=record._state.db or "default")
        resting.collect([record])
        cascade = {(one._meta.label, one.pk) for found in resting.model_objs.values() for one in found}
        if resting.protected or not cascade <= ours or _pointed_at(resting) or _differs(record, entry.after):
            stayed.append(entry.name)
        else:
            record.delete()
    return stayed


def _pointed_at(resting: NestedObjects) -> bool:
    """Whether anything that would stay points at what would go."""
    pointing = chain.from_iterable(resting.field_updates.values())
    return any(some.exists() if isinstance(some, QuerySet) else bool(some) for some in pointing)


def _make_again(model: type[Model], entries: Sequence[Entry]) -> None:
    """Make removed records again, as they were."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    model._default_manager.bulk_create(
        [model(**{name: fields[name].to_python(value) for name, value in entry.before.items()}) for entry in entries],
        batch_size=BATCH,
    )


@on("core.undo")
def conclude_again(*, actor: User, uuid: UUID | str, at: datetime, **_: Any) -> None:
    """Let the apps draw their conclusions anew once an import was taken back."""
    undone = Undo.objects.get(uuid=uuid)
    if undone.command == COMMAND:
        run = ImportRun.objects.get(uuid=undone.arguments["run"])
        finish(actor=actor, run=run, at=at, moved=True)
