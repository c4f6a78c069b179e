"""Commands of the compliance app: catalogues of requirements."""

from collections import Counter
from typing import Any

from garrison.apps.compliance.models import Framework, Requirement
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches, key_of, keys_to_ids, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.formats.facts import FrameworkFact, RequirementFact

CHUNK = 5_000
REQUIREMENT_FIELDS = (
    "framework_id", "code", "label", "title", "parent", "group", "text", "withdrawn", "order",
)  # fmt: skip


@command("compliance.import_frameworks")
def import_frameworks(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the catalogues and profiles that files tell of, each version by itself."""
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        rows = [_framework_row(staged) for staged in chunk]
        verdicts, _ = reconcile(Framework, rows, compare=("ident", "version", "title", "kind", "published", "origin"))
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    changed(target="frameworks", after=dict(totals))
    return dict(totals)


def _framework_key(fact: FrameworkFact) -> str:
    """A framework's natural key: its identity and its version."""
    return key_of(fact.ident, fact.version)


def _framework_row(staged: Staged) -> dict[str, Any]:
    """One framework as its table has it."""
    fact = staged.fact
    assert isinstance(fact, FrameworkFact)
    return {
        "key": _framework_key(fact),
        "ident": fact.ident,
        "version": fact.version,
        "title": fact.title,
        "kind": fact.kind,
        "published": fact.published,
        "origin": fact.source,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


@command("compliance.import_requirements")
def import_requirements(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store requirements below the framework that their own file tells of."""
    keys = _frameworks_of_files(batch)
    ids = keys_to_ids(Framework, keys.values())
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        taken, rows = [], []
        for staged in chunk:
            fact = staged.fact
            assert isinstance(fact, RequirementFact)
            framework = keys.get((staged.file.pk, fact.framework), "")
            if framework not in ids:
                batch.refuse(staged, "framework", f"The file does not tell of the framework {fact.framework}.")
                continue
            taken.append(staged)
            rows.append(_requirement_row(staged, fact, framework, ids[framework]))
        verdicts, _ = reconcile(Requirement, rows, compare=REQUIREMENT_FIELDS)
        batch.settle(taken, verdicts)
        totals.update(verdicts)
    changed(target="requirements", after=dict(totals))
    return dict(totals)


def _frameworks_of_files(batch: Batch) -> dict[tuple[int, str], str]:
    """The key of each framework by the file that tells of it and its identity: a requirement names no version."""
    found = {}
    for staged in batch.beside(FrameworkFact):
        assert isinstance(staged.fact, FrameworkFact)
        found[staged.file.pk, staged.fact.ident] = _framework_key(staged.fact)
    return found


def _requirement_row(staged: Staged, fact: RequirementFact, framework: str, framework_id: int) -> dict[str, Any]:
    """One requirement as its table has it."""
    return {
        "key": key_of(framework, fact.code, exact=True),
        "framework_id": framework_id,
        "code": fact.code,
        "label": fact.label,
        "title": fact.title,
        "parent": fact.parent,
        "group": fact.group,
        "text": fact.text,
        "withdrawn": fact.withdrawn,
        "order": fact.order,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }
