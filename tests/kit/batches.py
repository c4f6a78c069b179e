"""Batches of facts for tests of importers, as if one file had told them, and what became of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

from garrison.core.imports.batch import Batch, FileTally, Staged
from garrison.core.models import ImportedFile, ImportRun, User
from garrison.formats.facts import Fact

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True)
class Told:
    """A batch, and what the importer said of it."""

    batch: Batch
    file: ImportedFile
    tally: FileTally

    @property
    def verdicts(self) -> dict[str, int]:
        """How many facts were stored, updated, unchanged and refused; zeros left out."""
        return {name: number for name, number in self.tally.verdicts.items() if number}

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Field and reason of each refusal."""
        return [(field, reason) for _, field, reason in self.tally.refusals]

    @property
    def notes(self) -> list[str]:
        """The notes of the file."""
        return [reason for _, _, reason in self.tally.notes]


def tell(actor: User, facts: Sequence[Fact], *, beside: Sequence[Fact] = (), at: datetime = AT) -> Told:
    """A batch of ``facts`` of one kind, numbered as rows 1, 2, ...; ``beside`` are the file's facts of other kinds."""
    number = next(_numbers)
    run = ImportRun.objects.create(at=at, actor=actor, label=f"file {number}")
    file = ImportedFile.objects.create(run=run, at=at, path=f"file-{number}", sha256=f"{number:064}", status="imported")
    rows = [msgspec.structs.replace(fact, row=row) for row, fact in enumerate(facts, 1)]
    tally = FileTally()

    def staged() -> Iterator[Staged]:
        return (Staged(file, fact) for fact in rows)

    def others(kind: type[Fact]) -> Iterator[Staged]:
        return (Staged(file, fact) for fact in (*rows, *beside) if type(fact) is kind)

    kind = type(facts[0]) if facts else Fact
    return Told(Batch(kind, staged, at, {file.pk: tally}, others), file, tally)


def store(
    service: Callable[..., Any], actor: User, *facts: Fact, beside: Sequence[Fact] = (), at: datetime = AT
) -> Told:
    """Tell ``facts`` to an importing service."""
    told = tell(actor, facts, beside=beside, at=at)
    service(actor=actor, batch=told.batch)
    return told
