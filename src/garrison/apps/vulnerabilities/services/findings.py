"""The command that stores what scanners, bills of material and surveys found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garrison.apps.assets.models import PHYSICAL, Asset
from garrison.apps.assets.services import resolve
from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import Known, Subject, Weakness
from garrison.apps.vulnerabilities.selectors import known_of
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches, cut
from garrison.core.clock import zone
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.core.writing import insert_each, update_each
from garrison.formats.facts import FindingFact

TOLD = (
    "tool", "title", "severity", "cve", "cves", "cwes", "component", "version", "fixed", "purl", "cvss",
    "cvss_vector", "url", "unit_id", "physical", "description", "advice",
)  # fmt: skip
"""What a report tells of a finding, and may tell differently next time."""

DECIDED = ("status", "decided", "note")
WEIGHED = ("level", "deadline", "reason", "due", "due_set", "rank", "in_kev", "exposed", "epss")
WRITTEN = (*TOLD, *DECIDED, *WEIGHED, "search", "first_seen", "last_seen", "source_id", "source_row")
READ = (*TOLD, *DECIDED, "level", "due", "due_set", "first_seen", "last_seen")


@dataclass(frozen=True, slots=True)
class Place:
    """What a finding takes from its asset."""

    pk: int
    uuid: str
    code: str
    name: str
    unit_id: int | None
    physical: bool
    subject: Subject


@command("vulnerabilities.import_findings")
def import_findings(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store findings with their priority; gives how many of each verdict.

    A finding seen again is the same row with a later ``last_seen``. What a person decided stays: status, owner, note,
    a day that was set. A report older than what is known adds only that the weakness was there earlier.
    """
    intake = _Intake(actor, batch.at)
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    for chunk in batches(batch):
        verdicts = intake.store(chunk)
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    changed(target="findings", after=dict(totals))
    return dict(totals)


class _Intake:
    """One import of findings: the assets and CVEs it has met, and how often each identity came in each file."""

    def __init__(self, actor: User, at: datetime) -> None:
        self.actor, self.at, self.zone = actor, at, zone()
        self.places: dict[tuple[str, str], Place] = {}
        self.known: dict[str, Known] = {}
        self.times: Counter[int] = Counter()

    def store(self, chunk: Sequence[Staged]) -> list[str]:
        """Store one chunk; gives a verdict for each fact."""
        facts = [_fact(item) for item in chunk]
        self._meet(chunk)
        self.known.update(known_of({cve for fact in facts for cve in fact.cves} - self.known.keys()))
        rows = [self._row(item, fact) for item, fact in zip(chunk, facts, strict=True)]
        cut(Finding, rows)
        stored = _stored(row["key"] for row in rows)
        last = {row["key"]: index for index, row in enumerate(rows)}
        verdicts = [UNCHANGED] * len(rows)
        new: list[dict[str, Any]] = []
        other: list[tuple[Any, ...]] = []
        again: list[tuple[Any, ...]] = []
        for key, index in last.items():
            row, fact, known = rows[index], facts[index], stored.get(key)
            if known is None:
                verdicts[index] = STORED
                self._weigh(row, fact, None)
                new.append(row)
                continue
            told, times = self._second(row, fact, known)
            if told:
                verdicts[index] = UPDATED
                self._weigh(row, fact, known)
                other.append((*(row[name] for name in WRITTEN), known["pk"]))
            elif times:
                verdicts[index] = UPDATED
                again.append((row["first_seen"], row["last_seen"], row["source_id"], row["source_row"], known["pk"]))
        insert_each(Finding, new)
        update_each(Finding, WRITTEN, other)
        update_each(Finding, ("first_seen", "last_seen", "source_id", "source_row"), again)
        return verdicts

    def _meet(self, chunk: Sequence[Staged]) -> None:
        """Learn the assets of subjects not met before; those that nobody knew are made."""
        unmet: dict[int, dict[tuple[str, str], None]] = {}
        for item in chunk:
            fact = _fact(item)
            if (fact.subject_kind, fact.subject) not in self.places:
                unmet.setdefault(item.file.pk, {})[fact.subject_kind, fact.subject] = None
        ids: dict[tuple[str, str], int] = {}
        for source, subjects in unmet.items():
            ids |= resolve(actor=self.actor, subjects=subjects, at=self.at, source=source)
        columns = ("pk", "uuid", "code", "name", "unit_id", "kind", "exposed", "critical")
        found: dict[int, Place] = {}
        for some in batches(dict.fromkeys(ids.values())):
            for pk, uuid, code, name, unit, kind, exposed, critical in Asset.objects.filter(pk__in=some).values_list(
                *columns
            ):
                found[pk] = Place(pk, uuid.hex, code, name, unit, kind in PHYSICAL, Subject(exposed, critical, kind))
        self.places.update((subject, found[pk]) for subject, pk in ids.items())

    def _row(self, item: Staged, fact: FindingFact) -> dict[str, Any]:
        """One finding's row, as the report tells it; status and priority come later."""
        place = self.places[fact.subject_kind, fact.subject]
        identity = (place.uuid, fact.rule, fact.component, fact.location, fact.kind)
        count = hash((item.file.pk, identity))
        self.times[count] += 1
        seen = min(fact.seen, self.at) if fact.seen is not None else self.at
        cves = rules.cves_in_order(fact.cves, fact.rule)
        return {
            "key": rules.finding_key(*identity, nth=self.times[count]),
            "asset_id": place.pk,
            "unit_id": place.unit_id,
            "physical": place.physical,
            "tool": fact.tool,
            "kind": fact.kind,
            "rule": fact.rule,
            "title": fact.title or fact.rule,
            "severity": fact.severity,
            "cve": cves[0] if cves else "",
            "cves": list(cves),
            "cwes": list(fact.cwes),
            "component": fact.component,
            "version": fact.version,
            "fixed": fact.fixed,
            "purl": fact.purl,
            "location": fact.location,
            "description": fact.description,
            "advice": fact.advice,
            "cvss": fact.cvss,
            "cvss_vector": fact.cvss_vector,
            "url": fact.url,
            "search": rules.search_words(place.code, place.name, fact.rule, *cves, fact.component, fact.title),
            "first_seen": seen,
            "last_seen": seen,
            "source_id": item.file.pk,
            "source_row": fact.row,
            "status": rules.JUDGED.get(fact.status, "open"),
            "note": rules.SUPPRESSED_NOTE if fact.status == "suppressed" else "",
            "decided": None,
        }

    def _second(self, row: dict[str, Any], fact: FindingFact, known: dict[str, Any]) -> tuple[bool, bool]:
        """Fold what is stored into ``row``; tells whether the report says anything new, and whether its times do."""
        seen = row["last_seen"]
        if fact.seen is None:
            row["first_seen"] = row["last_seen"] = known["last_seen"]
        first, last = min(row["first_seen"], known["first_seen"]), max(row["last_seen"], known["last_seen"])
        older = fact.seen is not None and seen < known["last_seen"]
        row["first_seen"], row["last_seen"] = first, last
        if older:
            return False, first != known["first_seen"]
        status = rules.next_status(
            stored=known["status"], decided=known["decided"], told=fact.status, seen=seen, last_seen=known["last_seen"]
        )
        reopened = known["decided"] is not None and status != known["status"]
        row["status"], row["decided"] = status, None if reopened else known["decided"]
        row["note"] = known["note"] or row["note"]
        told = status != known["status"] or any(row[name] != known[name] for name in TOLD)
        return told, (first, last) != (known["first_seen"], known["last_seen"])

    def _weigh(self, row: dict[str, Any], fact: FindingFact, known: dict[str, Any] | None) -> None:
        """Add the priority."""
        place = self.places[fact.subject_kind, fact.subject]
        weakness = Weakness(
            kind=fact.kind,
            rule=fact.rule,
            severity=fact.severity,
            first_seen=row["first_seen"].astimezone(self.zone).date(),
            cves=tuple(row["cves"]),
            vector=row["cvss_vector"],
            score=fact.cvss,
        )
        found = rules.prioritise(weakness, place.subject, [self.known.get(cve, Known(cve)) for cve in row["cves"]])
        due, due_set = found.due, False
        if known is not None:
            due, due_set = rules.keep_due(
                found, was_level=known["level"], was_due=known["due"], due_set=known["due_set"]
            )
        row |= {
            "level": found.level,
            "deadline": found.deadline,
            "reason": found.reason,
            "due": due,
            "due_set": due_set,
            "rank": rules.rank(found.level, due),
            "in_kev": found.in_kev,
            "exposed": place.subject.exposed,
            "epss": found.epss,
        }


def _fact(item: Staged) -> FindingFact:
    """The staged fact as what it is."""
    assert isinstance(item.fact, FindingFact)
    return item.fact


def _stored(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is stored of these keys: one statement a thousand."""
    found: dict[str, dict[str, Any]] = {}
    for some in batches(dict.fromkeys(keys)):
        for row in Finding.objects.filter(key__in=some).values("key", "pk", *READ):
            found[row["key"]] = row
    return found
