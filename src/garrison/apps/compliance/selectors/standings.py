"""How a framework stands: each requirement's verdict from mappings, health, applicability and decisions.

A page of 1,189 requirements takes as many statements as one of ten: what is read is read once, and the rules judge.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from garrison.apps.compliance.models import (
    Applicability,
    Decision,
    Evidence,
    EvidenceLink,
    Framework,
)
from garrison.apps.compliance.rules import coverage
from garrison.apps.compliance.selectors.catalogues import VIEW, mappings, requirements_of, titles
from garrison.apps.controls.models import Control, ControlTest, Implementation
from garrison.apps.controls.rules import Health
from garrison.apps.organization.models import Unit
from garrison.core.models import User
from garrison.core.scopes import may, narrow, within

D = TypeVar("D", Applicability, Decision)


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of a framework with its verdict.

    ``evidence_on`` is the day of its newest valid evidence; ``against`` what measures say against it.
    """

    pk: int
    uuid: UUID
    code: str
    label: str
    title: str
    group: str
    parent: str
    kind: str
    obligation: str
    withdrawn: bool
    legal_status: str
    depth: int
    verdict: coverage.Verdict
    evidence_on: date | None = None
    evidence: int = 0
    decision: Decision | None = None
    applicability: Applicability | None = None
    measures: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How it is cited."""
        return self.label or self.code


@dataclass(frozen=True, slots=True)
class Group:
    """The requirements of one group of a framework, in its publisher's order."""

    name: str
    lines: list[Line]

    @property
    def asked(self) -> int:
        """How many of them ask for something."""
        return sum(line.verdict.asked and not line.verdict.below for line in self.lines)

    @property
    def met(self) -> int:
        """How many of them are met."""
        return sum(line.verdict.word == coverage.MET and not line.verdict.below for line in self.lines)


@dataclass(frozen=True, slots=True)
class Standing:
    """A framework as it stands for a unit on a day."""

    framework: Framework
    lines: list[Line]
    tally: coverage.Tally
    health: float | None
    controls: dict[str, "Worked"]

    @property
    def groups(self) -> list[Group]:
        """The lines by group."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.group, []).append(line)
        return [Group(name, lines) for name, lines in found.items()]

    @property
    def partial(self) -> int:
        """How many are met in part."""
        return self.tally.of(coverage.PART)

    @property
    def weak(self) -> int:
        """How many are met by controls that do not work well."""
        return self.tally.of(coverage.WEAKLY)

    @property
    def partly(self) -> int:
        """How many are met in part, or by controls that do not work well."""
        return self.partial + self.weak

    @property
    def evidence_on(self) -> date | None:
        """The newest evidence of any requirement."""
        return max((line.evidence_on for line in self.lines if line.evidence_on), default=None)

    @property
    def without_evidence(self) -> int:
        """How many requirements are asked and have no valid evidence."""
        return sum(line.verdict.asked and not line.verdict.below and line.evidence == 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Worked:
    """A control in sight, its health, and the places where it counts."""

    control: Control
    health: Health
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The newest run of a measure."""

    on: date
    exceptions: int
    said: str


@dataclass(slots=True)
class Known:
    """What verdicts are made of, read once for any number of frameworks of one viewer and day."""

    controls: dict[str, Worked]
    said: dict[tuple[str, str], list[tuple[int, coverage.Said]]] = field(default_factory=dict)
    evidence: dict[int, list[date]] = field(default_factory=dict)
    of_control: dict[str, list[date]] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    applies: dict[int, list[Applicability]] = field(default_factory=dict)
    decisions: dict[int, list[Decision]] = field(default_factory=dict)


def healths(*, viewer: User, as_of: date, pks: Iterable[int] | None = None) -> dict[str, Worked]:
    """Each control in sight by code, with its health and places; three statements."""
    rows = narrow(Control.objects.select_related("unit", "device"), viewer, VIEW).order_by("code")
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    rows = rows.prefetch_related(
        Prefetch("tests", ControlTest.objects.select_related("device_test")),
        Prefetch("places", Implementation.objects.select_related("unit", "site", "inherited_from")),
    )
    return {row.code: Worked(row, row.health(as_of), _places(row)) for row in rows}


def _places(control: Control) -> tuple[tuple[str, str], ...]:
    """(path, name) of where a control counts: its unit's, and those of its places; "/" for the whole organisation."""
    found = {control.unit.path: control.unit.name} if control.unit else {}
    for place in control.places.all():
        if place.unit is not None and (place.share or place.kind != "own"):
            found[place.unit.path] = place.unit.name
    return tuple(found.items()) or (("/", ""),)


def known(*, viewer: User, as_of: date, frameworks: Sequence[Framework]) -> Known:
    """Read what verdicts are made of; nine statements, whatever the number of frameworks and requirements."""
    if not may(viewer, VIEW):
        return Known({})
    found = Known(healths(viewer=viewer, as_of=as_of))
    families = {each.family for each in frameworks}
    rows = mappings(viewer=viewer).filter(requirement__framework__family__in=families).order_by()
    told = rows.values_list(
        "requirement__framework__family",
        "requirement__code",
        "requirement__framework_id",
        "control__code",
        "strength",
        "source",
    )
    said: dict[tuple[str, str], list[tuple[int, coverage.Said]]] = defaultdict(list)
    for family, code, framework, control, strength, source in told:
        said[family, code].append((framework, coverage.Said(control, strength, source)))
    found.said = dict(said)
    _read_evidence(viewer, as_of, found, [each.pk for each in frameworks])
    ids = [each.pk for each in frameworks]
    for row in (
        Applicability.objects.filter(requirement__framework__in=ids).select_related("unit").order_by("decided_at")
    ):
        found.applies.setdefault(row.requirement_id, []).append(row)
    decided = Decision.objects.filter(requirement__framework__in=ids, ended_on=None).select_related("unit")
    for made in decided.order_by("decided_at"):
        found.decisions.setdefault(made.requirement_id, []).append(made)
    return found


def _read_evidence(viewer: User, as_of: date, found: Known, frameworks: Sequence[int]) -> None:
    """The days of valid evidence by requirement, control and measure; two statements."""
    valid = Q(valid_until=None) | Q(valid_until__gte=as_of)
    shown = Evidence.objects.filter(valid, withdrawn_at=None)
    links = EvidenceLink.objects.filter(evidence__in=narrow_evidence(shown, viewer)).filter(
        Q(requirement__framework__in=frameworks) | Q(control__isnull=False)
    )
    for requirement, control, on in links.values_list("requirement_id", "control__code", "evidence__collected_on"):
        if requirement is not None:
            found.evidence.setdefault(requirement, []).append(on)
        else:
            found.of_control.setdefault(control, []).append(on)
    newest = narrow_evidence(shown.filter(newest=True), viewer)
    runs = newest.values_list("measure", "collected_on", "exceptions", "said")
    found.measured = {name: Measured(on, exceptions or 0, said) for name, on, exceptions, said in runs}


def narrow_evidence(rows: QuerySet[Evidence], viewer: User) -> QuerySet[Evidence]:
    """Evidence in sight: that of no unit is for all who may see compliance, the rest for those of its unit."""
    if not may(viewer, VIEW):
        return rows.none()
    return rows.filter(Q(unit=None) | within(viewer, VIEW))


def standing(
    *,
    viewer: User,
    framework: Framework,
    as_of: date,
    unit: Unit | None = None,
    text: str = "",
    held: Known | None = None,
) -> Standing:
    """How a framework stands, for one unit or for all that is in sight.

    With ``text`` only the lines that have it in code, title or wording are given; the tally stays the whole's.
    """
    facts = held or known(viewer=viewer, as_of=as_of, frameworks=[framework])
    told = requirements_of(viewer=viewer, framework=framework).values_list(
        "pk", "uuid", "code", "label", "title", "group", "parent", "kind", "obligation", "withdrawn", "legal_status",
        "measures",
    )  # fmt: skip
    rows = list(told)
    named = titles(viewer=viewer, framework=framework) if any(not row[4] for row in rows) else {}
    judged = _judged(facts, framework, [(r[0], r[2], r[6], r[8], r[9], r[11]) for r in rows], unit.path if unit else "")
    matching = _matching(viewer, framework, text) if text else None
    wrong = {name for name, run in facts.measured.items() if run.exceptions}
    depths: dict[str, int] = {}
    lines = []
    for pk, uuid, code, label, title, group, parent, kind, obligation, withdrawn, legal, measures in rows:
        depth = depths[code] = min(3, depths.get(parent, -1) + 1) if parent else 0
        if matching is not None and pk not in matching:
            continue
        stands = judged.found[code]
        days = [*facts.evidence.get(pk, ()), *(facts.measured[name].on for name in measures if name in facts.measured)]
        for carrier in stands.carriers:
            days += facts.of_control.get(carrier.control, ())
        lines.append(
            Line(
                pk, uuid, code, label, title or named.get(code, ""), group, parent, kind, obligation, withdrawn, legal,
                depth, stands, max(days, default=None), len(days), judged.chosen[pk], judged.applying[pk],
                tuple(measures), tuple(facts.measured[name].said for name in measures if name in wrong),
            )
        )  # fmt: skip
    return Standing(framework, lines, judged.tally, coverage.mean_health(judged.found.values()), facts.controls)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The verdicts of a framework's requirements, and what was decided about each."""

    found: dict[str, coverage.Verdict]
    tally: coverage.Tally
    chosen: dict[int, Decision | None]
    applying: dict[int, Applicability | None]


def _judged(
    facts: Known, framework: Framework, rows: Sequence[tuple[int, str, str, str, bool, list[str]]], path: str
) -> _Judged:
    """Judge a framework's requirements (pk, code, parent, obligation, withdrawn, measures) for the unit at ``path``."""
    works = {code: coverage.Works(each.health.value, each.health.reason) for code, each in facts.controls.items()}
    reach = {code: _reach(each.places, path) for code, each in facts.controls.items()}
    questions, said = [], {}
    chosen: dict[int, Decision | None] = {}
    applying: dict[int, Applicability | None] = {}
    wrong = {name for name, run in facts.measured.items() if run.exceptions}
    for pk, code, parent, obligation, withdrawn, measures in rows:
        applying[pk] = applied = _nearest(facts.applies.get(pk, ()), path)
        chosen[pk] = decided = _nearest(facts.decisions.get(pk, ()), path)
        applies, choice = applied is None or applied.applies, decided.choice if decided else ""
        questions.append(
            coverage.Question(code, parent, obligation, withdrawn, applies, choice, not wrong.isdisjoint(measures))
        )
        words = _words(facts, framework, code, reach)
        if words:
            said[code] = words
    found = coverage.verdicts(questions, said, works)
    return _Judged(found, coverage.tally(questions, found), chosen, applying)


def _matching(viewer: User, framework: Framework, text: str) -> set[int]:
    """The requirements with a text in code, title or wording."""
    return set(requirements_of(viewer=viewer, framework=framework, text=text).values_list("pk", flat=True))


def _words(facts: Known, framework: Framework, code: str, reach: dict[str, str | None]) -> list[coverage.Said]:
    """What is said of a code, by controls that reach the unit; a profile takes its catalogues' words too."""
    told = facts.said.get((framework.family, code))
    if not told:
        return []
    profile = framework.kind == "profile"
    kept = []
    for source, each in told:
        where = reach.get(each.control) if profile or source == framework.pk else None
        if where is not None:
            kept.append(coverage.Said(each.control, each.strength, each.source, where) if where else each)
    return kept


def _reach(places: Sequence[tuple[str, str]], path: str) -> str | None:
    """How a control counts at a unit: "" wholly, the names of the places below it where it does, None not at all."""
    seen = [(coverage.reaching(place, path), name) for place, name in places]
    if any(how == "" for how, _ in seen):
        return ""
    below = [name for how, name in seen if how]
    return ", ".join(below[:2]) + (" and others" if len(below) > 2 else "") if below else None


def _nearest(rows: Sequence[D], path: str) -> D | None:
    """The newest word of the nearest unit at or above ``path``; that for everything where none is nearer."""
    best: D | None = None
    for row in rows:
        where = row.unit.path if row.unit else ""
        if (not where or (path and path.startswith(where))) and (
            best is None or len(where) >= len(best.unit.path if best.unit else "")
        ):
            best = row
    return best


@dataclass(frozen=True, slots=True)
class Total:
    """How many of what is asked stand how, for a unit."""

    unit: Unit
    tally: coverage.Tally
    health: float | None

    @property
    def partly(self) -> int:
        """How many are met in part, or by controls that do not work well."""
        return self.tally.of(coverage.PART) + self.tally.of(coverage.WEAKLY)


def rolled_up(*, viewer: User, framework: Framework, as_of: date, units: Sequence[Unit]) -> list[Total]:
    """A framework's standing in each of ``units``; the facts are read once for all of them."""
    facts = known(viewer=viewer, as_of=as_of, frameworks=[framework])
    fields = ("pk", "code", "parent", "obligation", "withdrawn", "measures")
    rows = list(requirements_of(viewer=viewer, framework=framework).values_list(*fields))
    found = []
    for unit in units:
        judged = _judged(facts, framework, rows, unit.path)
        found.append(Total(unit, judged.tally, coverage.mean_health(judged.found.values())))
    return found
