"""What an import of our own tables would change, row by row, before it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey

from garrison.core.imports.run import files_below, recognise, run_import
from garrison.core.imports.staging import Reading
from garrison.core.imports.takeback import OWN
from garrison.core.journal import Entry, Journal, listening
from garrison.core.models import User
from garrison.formats.source import Limits

SHOWN = 500
"""The most changes and the most refusals of one file that are shown one by one."""

QUIET = {"id", "key", "uuid", "path", "initiative_id", "control_id", "asset_id", "decided"}
"""Fields that say nothing to a reader beside the others."""


def all_ours(folder: Path, names: Mapping[Path, str]) -> bool:
    """Whether every file below ``folder`` is a table of ours: only those are previewed."""
    found = [
        reading for path in files_below([folder]) for reading in recognise(path, names.get(path, path.name), Limits())
    ]
    return bool(found) and all(reading.format in OWN for reading in found)


def preview(
    *,
    actor: User,
    folder: Path,
    names: dict[Path, str],
    at: datetime,
    label: str,
    progress: Callable[[int, int, str], None],
) -> list[dict[str, Any]]:
    """What importing the files of ``folder`` would do, file by file, in JSON's types. Nothing is stored."""
    with listening() as journal:
        _, readings = run_import(
            actor=actor, paths=[folder], at=at, label=label, dry_run=True, names=names, progress=progress
        )
    words = _Words()
    return [_of_file(reading, journal, words) for reading in readings]


def _of_file(reading: Reading, journal: Journal, words: "_Words") -> dict[str, Any]:
    """One file: its counts, what would be new and changed, and what is refused and why."""
    file = reading.row
    assert file is not None
    by_row: dict[int, list[Entry]] = {}
    for entry in journal.entries:
        if entry.file == file.pk:
            by_row.setdefault(entry.row, []).append(entry)
    rows = [_of_row(row, told, words) for row, told in sorted(by_row.items())]
    refused = [
        {"row": one.row, "field": one.field, "reason": one.reason, "refused": one.refused} for one in reading.told
    ]
    return {
        "name": file.title,
        "format": reading.format,
        "status": file.status,
        "new": file.rows_stored,
        "changed": file.rows_updated,
        "unchanged": file.rows_unchanged,
        "refused": file.rows_refused,
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "whole": journal.whole,
        "messages": refused[:SHOWN],
    }


def _of_row(row: int, entries: list[Entry], words: "_Words") -> dict[str, Any]:
    """One row of a file: what it is about, whether that is new, and each field before and after."""
    first = entries[0]
    new = not first.before and not first.decided and first.shown
    fields = []
    for entry in entries:
        if new and entry is not first:
            continue
        where = "" if entry.model == first.model else f"{_kind(entry.model)} {entry.name}: "
        for name in {**entry.before, **entry.after}:
            if name in QUIET or (new and entry.after.get(name) in ("", None, [], {})):
                continue
            fields.append(
                [
                    where + name.removesuffix("_id").replace("_", " "),
                    words.of(entry.model, name, entry.before.get(name)),
                    words.of(entry.model, name, entry.after.get(name)),
                ]
            )
    return {"row": row, "name": first.name, "new": new, "fields": fields}


def _kind(label: str) -> str:
    """What people call the records of a model."""
    return str(apps.get_model(label)._meta.verbose_name)


class _Words:
    """Field values in words; a reference is the name of what it points at."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, Any], str] = {}

    def of(self, label: str, name: str, value: Any) -> str:
        """One value; "" for none."""
        if value is None or value == "" or value == [] or value == {}:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return "; ".join(map(str, value))
        if not name.endswith("_id"):
            return str(value)
        place = (label, name, value)
        if place not in self._known:
            field = next(f for f in apps.get_model(label)._meta.concrete_fields if f.attname == name)
            found = None
            if isinstance(field, ForeignKey):
                found = field.related_model._base_manager.filter(pk=value).first()
            self._known[place] = str(found) if found is not None else "new"
        return self._known[place]
