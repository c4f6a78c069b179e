"""Commands of the compliance app: catalogues of requirements."""

from collections import Counter
from typing import Any

from garrison.apps.compliance.models import Crosswalk, Framework, Requirement
from garrison.apps.compliance.rules import frameworks as data
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches, key_of, keys_to_ids, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.formats.facts import FrameworkFact, RequirementFact

CHUNK = 5_000
FRAMEWORK_FIELDS = ("ident", "version", "title", "kind", "published", "origin", "family")
SHIPPED_FIELDS = (
    *FRAMEWORK_FIELDS, "publisher", "legal_status", "supersedes", "retention_years", "about", "read_on", "shipped",
)  # fmt: skip
REQUIREMENT_FIELDS = (
    "framework_id", "code", "label", "title", "parent", "group", "text", "withdrawn", "order",
)  # fmt: skip
ASKED_FIELDS = (
    *REQUIREMENT_FIELDS, "replaced_by", "kind", "obligation", "legal_status", "retention_years", "guidance", "shown_by",
    "measures",
)  # fmt: skip


@command("compliance.import_frameworks")
def import_frameworks(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the catalogues and profiles that files tell of, each version by itself."""
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        rows = [_framework_row(staged) for staged in chunk]
        verdicts, _ = reconcile(Framework, rows, compare=FRAMEWORK_FIELDS)
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
        "family": data.family_of(fact.ident),
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


@command("compliance.load_shipped")
def load_shipped(*, actor: User) -> dict[str, int]:
    """Store the frameworks that we ship, with their links to others; what is stored already is brought up to date."""
    shipped = data.shipped()
    verdicts, ids = reconcile(Framework, [_shipped_row(each) for each in shipped], compare=SHIPPED_FIELDS)
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    totals.update(verdicts)
    for each in shipped:
        key = key_of(each.ident, each.version)
        rows = [_asked_row(asked, key, ids[key]) for asked in each.requirements]
        totals.update(reconcile(Requirement, rows, compare=ASKED_FIELDS)[0])
        _links(each)
    changed(target="shipped frameworks", after=dict(totals) | {"frameworks": [each.ident for each in shipped]})
    return dict(totals)


def _shipped_row(each: data.Shipped) -> dict[str, Any]:
    """One shipped framework as its table has it."""
    return {
        "key": key_of(each.ident, each.version),
        "ident": each.ident,
        "version": each.version,
        "title": each.title,
        "kind": each.kind,
        "published": each.published.isoformat() if each.published else "",
        "origin": each.source,
        "family": each.family,
        "publisher": each.publisher,
        "legal_status": each.legal_status,
        "supersedes": each.supersedes,
        "retention_years": each.retention_years,
        "about": each.about,
        "read_on": each.read_on,
        "shipped": True,
        "source_id": None,
        "source_row": 0,
    }


def _asked_row(asked: data.Asked, framework: str, framework_id: int) -> dict[str, Any]:
    """One requirement of a shipped framework as its table has it."""
    return {
        "key": key_of(framework, asked.code, exact=True),
        "framework_id": framework_id,
        "code": asked.code,
        "label": asked.label,
        "title": asked.title,
        "parent": asked.parent,
        "group": asked.group,
        "text": "",
        "withdrawn": asked.withdrawn,
        "order": asked.order,
        "replaced_by": list(asked.replaced_by),
        "kind": asked.kind,
        "obligation": asked.obligation,
        "legal_status": asked.legal_status,
        "retention_years": asked.retention_years,
        "guidance": asked.guidance,
        "shown_by": list(asked.shown_by),
        "measures": list(asked.measures),
        "source_id": None,
        "source_row": 0,
    }


def _links(each: data.Shipped) -> None:
    """Make the links that we ship for a framework those of its file; other sources' stay as they are."""
    wanted = {
        (link.code, link.family, link.to): Crosswalk(
            family=each.family,
            code=link.code,
            other_family=link.family,
            other_code=link.to,
            relation=link.relation,
            source=f"{data.SHIPPED_SOURCE} {each.ident}: {link.source}"[:200],
            note=link.note[:400],
        )
        for link in each.links
    }
    mine = Crosswalk.objects.filter(family=each.family, source__startswith=f"{data.SHIPPED_SOURCE} {each.ident}:")
    held = {(row.code, row.other_family, row.other_code): row for row in mine}
    stale = [row.pk for place, row in held.items() if place not in wanted or _said(wanted[place]) != _said(row)]
    Crosswalk.objects.filter(pk__in=stale).delete()
    fresh = [row for place, row in wanted.items() if place not in held or held[place].pk in stale]
    Crosswalk.objects.bulk_create(fresh, batch_size=1000)


def _said(row: Crosswalk) -> tuple[str, str, str]:
    """What a link says beside its two ends."""
    return row.relation, row.source, row.note
