"""Commands of the threats app: catalogues of vulnerabilities, and who uses which techniques."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from garrison.apps.threats import rules
from garrison.apps.threats.models import ThreatLink, ThreatObject, Vulnerability
from garrison.core.bulk import ABSENT, STORED, UNCHANGED, UPDATED, batches, key_of, keys_to_ids, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import ImportedFile, User
from garrison.core.ui import figures
from garrison.formats.facts import ThreatFact, ThreatLinkFact, VulnerabilityFact

CHUNK = 5_000
THREAT_FIELDS = (
    "kind", "code", "name", "description", "domain", "url", "aliases", "platforms", "tactics", "version", "modified",
)  # fmt: skip


@command("threats.import_vulnerabilities")
def import_vulnerabilities(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store what catalogues say of vulnerabilities, each only what it is the authority for.

    The same facts again change nothing, and a score older than the stored one is left aside.
    """
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        by_source: dict[str, list[Staged]] = {}
        for staged in chunk:
            by_source.setdefault(_vulnerability(staged).source, []).append(staged)
        for source, told in by_source.items():
            verdicts = _store(source, told)
            batch.settle(told, verdicts)
            totals.update(verdicts)
    changed(target="vulnerabilities", after=dict(totals))
    return dict(totals)


def _vulnerability(staged: Staged) -> VulnerabilityFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, VulnerabilityFact)
    return staged.fact


def _store(source: str, told: Sequence[Staged]) -> list[str]:
    """Store what one catalogue says; gives a verdict for each fact."""
    own, fills = rules.OWN[source], rules.FILLS[source]
    names = (*own, *fills)
    read = attrgetter(*(rules.FACT_NAMES.get(name, name) for name in names))
    rows: list[dict[str, Any]] = []
    for staged in told:
        fact = _vulnerability(staged)
        row = dict(zip(names, read(fact), strict=True))
        if "cwes" in row:
            row["cwes"] = list(row["cwes"])
        row["key"] = row["cve"] = fact.cve.upper()
        row["source_id"], row["source_row"] = staged.file.pk, fact.row
        rows.append(row)
    if fills:
        _keep_what_is_said(rows, fills)
    if source == "epss":
        return _store_scores(rows)
    verdicts, _ = reconcile(Vulnerability, rows, compare=names, merge=True)
    return verdicts


def _keep_what_is_said(rows: Sequence[dict[str, Any]], fills: tuple[str, ...]) -> None:
    """Put what is stored in the place of what a catalogue may only fill in."""
    for chunk in batches(rows):
        known = {
            key: values
            for key, *values in Vulnerability.objects.filter(key__in=[row["key"] for row in chunk]).values_list(
                "key", *fills
            )
        }
        for row in chunk:
            for name, value in zip(fills, known.get(row["key"], ()), strict=False):
                if value not in ABSENT:
                    row[name] = value


def _store_scores(rows: list[dict[str, Any]]) -> list[str]:
    """Store EPSS scores. Where a newer score is stored, the older one changes nothing."""
    return _store_newest(Vulnerability, rows, "scored_on", rules.OWN["epss"], merge=True)


def _store_newest(
    model: type[Vulnerability | ThreatObject],
    rows: list[dict[str, Any]],
    dated: str,
    compare: Sequence[str],
    *,
    merge: bool = False,
) -> list[str]:
    """Reconcile ``rows`` but for those older, by the column ``dated``, than what is stored; these are unchanged."""
    told = [row[dated] for row in rows if row[dated] is not None]
    newer: dict[str, Any] = {}
    if told and model._default_manager.filter(**{f"{dated}__gt": min(told)}).exists():
        for chunk in batches([row["key"] for row in rows]):
            stored = model._default_manager.filter(**{"key__in": chunk, f"{dated}__gt": min(told)})
            newer.update(stored.values_list("key", dated))
    late = [row[dated] is not None and row["key"] in newer and row[dated] < newer[row["key"]] for row in rows]
    given = iter(
        reconcile(model, [row for row, old in zip(rows, late, strict=True) if not old], compare=compare, merge=merge)[0]
    )
    return [UNCHANGED if old else next(given) for old in late]


@command("threats.import_threats")
def import_threats(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store tactics, techniques, groups, malware, tools, mitigations and campaigns by their STIX ids.

    A version older than the stored one, as bundles of other domains carry it, changes nothing.
    """
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch, CHUNK):
        verdicts = _store_newest(ThreatObject, [_threat_row(staged) for staged in chunk], "modified", THREAT_FIELDS)
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    changed(target="threats", after=dict(totals))
    return dict(totals)


def _threat_row(staged: Staged) -> dict[str, Any]:
    """One threat object as its table has it."""
    fact = staged.fact
    assert isinstance(fact, ThreatFact)
    return {
        "key": key_of(fact.stix_id),
        "kind": fact.kind,
        "code": fact.code,
        "name": fact.name,
        "description": fact.description,
        "domain": fact.domain,
        "url": fact.url,
        "aliases": list(fact.aliases),
        "platforms": list(fact.platforms),
        "tactics": list(fact.tactics),
        "version": fact.version,
        "modified": fact.modified,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


@command("threats.import_links")
def import_links(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store who uses what. A link with an end that nobody has told of is left out, counted and noted for its file."""
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    loose: dict[int, tuple[ImportedFile, list[str]]] = {}
    ids: dict[str, int] = {}
    for chunk in batches(batch, CHUNK):
        ends = {key_of(end) for fact in map(_link, chunk) for end in (fact.source, fact.target)}
        ids |= keys_to_ids(ThreatObject, ends - ids.keys())
        taken, rows = [], []
        for staged in chunk:
            fact = _link(staged)
            subject, target = ids.get(key_of(fact.source)), ids.get(key_of(fact.target))
            if subject is None or target is None:
                loose.setdefault(staged.file.pk, (staged.file, []))[1].append(fact.stix_id)
                continue
            taken.append(staged)
            rows.append(_link_row(staged, fact, subject, target))
        verdicts, _ = reconcile(ThreatLink, rows, compare=("subject_id", "kind", "object_id", "description"))
        batch.settle(taken, verdicts)
        totals.update(verdicts)
    for file, links in loose.values():
        reason = f"{figures.counted(len(links), 'relationships')} left out, because an end is in no imported file"
        batch.note(file, f"{reason} (the first is {links[0]}).")
    changed(target="threat links", after=dict(totals))
    return dict(totals)


def _link(staged: Staged) -> ThreatLinkFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, ThreatLinkFact)
    return staged.fact


def _link_row(staged: Staged, fact: ThreatLinkFact, subject: int, target: int) -> dict[str, Any]:
    """One link as its table has it."""
    return {
        "key": key_of(fact.stix_id),
        "subject_id": subject,
        "kind": fact.kind,
        "object_id": target,
        "description": fact.description,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }
