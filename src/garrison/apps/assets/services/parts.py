"""Storing what runs on assets and what they are made of: services, subjects of reports, software."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from garrison.apps.assets import rules
from garrison.apps.assets.models import Asset, Service, Software
from garrison.apps.assets.services.register import Subject, resolve
from garrison.core.bulk import ABSENT, STORED, UNCHANGED, UPDATED, batches, key_of, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.formats.facts import ServiceFact, SoftwareFact, SubjectFact

CHUNK = 5_000


@command("assets.import_services")
def import_services(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store open services of hosts, and services that a bill of materials names for its own subject (port 0)."""
    bills = {}
    for staged in batch.beside(SubjectFact):
        assert isinstance(staged.fact, SubjectFact)
        bills[staged.file.pk, staged.fact.ident] = staged.fact.kind
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        subjects = [(bills.get((s.file.pk, _service(s).host), rules.HOST), _service(s).host) for s in chunk]
        ids = resolve(actor=actor, subjects=subjects, at=batch.at, source=chunk[0].file.pk)
        rows = [_service_row(s, ids[subject]) for s, subject in zip(chunk, subjects, strict=True)]
        _keep_better_names(rows)
        _fold(rows)
        verdicts, _ = reconcile(
            Service, rows, compare=("asset_id", "port", "protocol", "name", "product", "version", "tunnel"), merge=True
        )
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    changed(target="services", after=dict(totals))
    return dict(totals)


def _service(staged: Staged) -> ServiceFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, ServiceFact)
    return staged.fact


def _service_row(staged: Staged, asset: int) -> dict[str, Any]:
    """One service as its table has it. A port tells services of a host apart; without one, their names do."""
    fact = _service(staged)
    return {
        "key": key_of(asset, fact.protocol, fact.port, "" if fact.port else fact.name),
        "asset_id": asset,
        "port": fact.port,
        "protocol": fact.protocol,
        "name": fact.name,
        "product": fact.product,
        "version": fact.version,
        "tunnel": fact.tunnel,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


def _keep_better_names(rows: list[dict[str, Any]]) -> None:
    """Let the name of a service stand where a tool that saw no product calls it otherwise, in place.

    A scanner that looked closer names both; one that guesses by port says "www" or "unknown".
    """
    for chunk in batches([row for row in rows if not row["product"]]):
        stored = Service.objects.filter(key__in=[row["key"] for row in chunk]).exclude(name="")
        named = set(stored.values_list("key", flat=True))
        for row in chunk:
            if row["key"] in named or row["name"] == "unknown":
                row["name"] = ""


def _fold(rows: list[dict[str, Any]]) -> None:
    """Let a later row with the same key keep what an earlier one said and it leaves out, in place."""
    said: dict[str, dict[str, Any]] = {}
    for row in rows:
        before = said.get(row["key"])
        if before is not None:
            for name, value in before.items():
                if row[name] in ABSENT:
                    row[name] = value
        said[row["key"]] = row


@command("assets.import_subjects")
def import_subjects(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store what reports are about: images, applications, repositories, clusters and web sites."""
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        hosts = [s for s in chunk if _kind(s) == rules.HOST]
        others = [s for s in chunk if _kind(s) != rules.HOST]
        if hosts:
            subjects = [(rules.HOST, _subject(s).ident) for s in hosts]
            resolve(actor=actor, subjects=subjects, at=batch.at, source=hosts[0].file.pk)
            batch.settle(hosts, [UNCHANGED] * len(hosts))
        verdicts, _ = reconcile(Asset, [_subject_row(s) for s in others], compare=("kind", "code", "name"), merge=True)
        batch.settle(others, verdicts)
        totals.update(verdicts)
    changed(target="subjects", after=dict(totals))
    return dict(totals)


def _subject(staged: Staged) -> SubjectFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, SubjectFact)
    return staged.fact


def _kind(staged: Staged) -> str:
    """The kind of asset of a subject."""
    return rules.kind_of(_subject(staged).kind, dict(Asset.KINDS))


def _subject_row(staged: Staged) -> dict[str, Any]:
    """One subject as the register has it."""
    fact, kind = _subject(staged), _kind(staged)
    code = rules.code_of(fact.ident)
    return {
        "key": key_of(f"{kind}:{code}"),
        "kind": kind,
        "code": code,
        "name": fact.name or fact.ident,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


@command("assets.import_software")
def import_software(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the components that bills of materials and scanners find in assets."""
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    ids: dict[Subject, int] = {}
    for chunk in batches(batch, CHUNK):
        wanted = [subject for subject in map(_about, chunk) if subject not in ids]
        if wanted:
            ids |= resolve(actor=actor, subjects=wanted, at=batch.at, source=chunk[0].file.pk)
        verdicts = _store_software(chunk, ids)
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    changed(target="software", after=dict(totals))
    return dict(totals)


def _software(staged: Staged) -> SoftwareFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, SoftwareFact)
    return staged.fact


def _about(staged: Staged) -> Subject:
    """What a component is part of."""
    fact = _software(staged)
    return fact.subject_kind, fact.subject


def _store_software(chunk: Sequence[Staged], ids: dict[Subject, int]) -> list[str]:
    """Store one chunk of components; gives a verdict for each."""
    rows = [_software_row(staged, ids[_about(staged)]) for staged in chunk]
    _fold(rows)
    fields = ("asset_id", "name", "version", "purl", "kind", "supplier", "licences")
    return reconcile(Software, rows, compare=fields, merge=True)[0]


def _software_row(staged: Staged, asset: int) -> dict[str, Any]:
    """One component as its table has it, known by its package address, else by name and version."""
    fact = _software(staged)
    identity = fact.purl or f"{fact.name}@{fact.version}"
    return {
        "key": key_of(asset, identity, exact=True),
        "asset_id": asset,
        "name": fact.name,
        "version": fact.version,
        "purl": fact.purl,
        "kind": fact.kind,
        "supplier": fact.supplier,
        "licences": list(fact.licences),
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }
