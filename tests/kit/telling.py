"""Telling the importers facts without writing a file of some format first: the same path from staged facts on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import uuid4

from garrison.core import selectors
from garrison.core.imports import services
from garrison.core.imports.batch import Batch, FileTally, Staged
from garrison.core.imports.registry import IMPORTERS, KINDS
from garrison.core.models import ImportedFile
from garrison.formats.facts import Fact, count_name


def tell(*facts: Fact, at: datetime, name: str = "told.csv", conclude: bool = True) -> Counter[str]:
    """Store ``facts`` as one file's would be, then let the apps draw conclusions; gives how many of each verdict."""
    return tell_files({name: facts}, at=at, conclude=conclude)[name]


def tell_files(files: dict[str, Sequence[Fact]], *, at: datetime, conclude: bool = True) -> dict[str, Counter[str]]:
    """The same for several files of one group."""
    actor = selectors.system_actor()
    run = services.begin(actor=actor, at=at, label="a test")
    rows = {
        name: ImportedFile.objects.create(
            run=run, at=at, path=name, sha256=uuid4().hex * 2, status="imported", rows_read=len(facts),
            counts=dict(Counter(filter(None, map(count_name, facts)))),
        )
        for name, facts in files.items()
    }  # fmt: skip
    tallies = {row.pk: FileTally() for row in rows.values()}
    by_kind: dict[type[Fact], list[Staged]] = defaultdict(list)
    for name, facts in files.items():
        for fact in facts:
            by_kind[type(fact)].append(Staged(rows[name], fact))

    def facts_of(kind: type[Fact]) -> object:
        return iter(by_kind[kind])

    for kind in KINDS:
        if by_kind[kind]:
            batch = Batch(kind, partial(facts_of, kind), at, tallies, facts_of)  # type: ignore[arg-type]
            for importer in IMPORTERS[kind]:
                importer(actor, batch)
    if conclude:
        moved = any(t.verdicts["stored"] or t.verdicts["updated"] for t in tallies.values())
        services.finish(actor=actor, run=run, at=at, moved=moved)
    return {name: tallies[row.pk].verdicts for name, row in rows.items()}
