"""What whole pages of compliance show: the home, and the gaps of a framework by standard and specification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from garrison.apps.compliance.models import Evidence, EvidenceRequest, Framework
from garrison.apps.compliance.rules import coverage, keep_until
from garrison.apps.compliance.selectors import words
from garrison.apps.compliance.selectors.assessing import assessments, deficiencies
from garrison.apps.compliance.selectors.catalogues import frameworks
from garrison.apps.compliance.selectors.showing import current, requests
from garrison.apps.compliance.selectors.standings import Line, Standing, known, standing
from garrison.apps.controls.rules import Health
from garrison.apps.organization.models import Unit
from garrison.core.models import User


@dataclass(frozen=True, slots=True)
class Home:
    """The compliance home: each framework as it stands, what the system measured, what is asked and under way."""

    standings: list[Standing]
    rest: list[Framework]
    measures: list[Evidence]
    requests: list[EvidenceRequest]
    due: int
    assessments: list[object]
    wrong: int
    late: int
    decisions: int
    decided: int
    shipped_missing: bool

    @property
    def asked(self) -> int:
        """Requirements asked in all frameworks that are in use."""
        return sum(each.tally.asked for each in self.standings)

    @property
    def met(self) -> int:
        """Those that are met."""
        return sum(each.tally.met for each in self.standings)

    @property
    def gaps(self) -> int:
        """Those that nothing meets."""
        return sum(each.tally.missing for each in self.standings)


def home(*, viewer: User, as_of: date) -> Home:
    """The compliance home. Frameworks count as in use when a control is mapped to one of their requirements."""
    rows = list(frameworks(viewer=viewer))
    held = known(viewer=viewer, as_of=as_of, frameworks=rows)
    used_ids = {pk for told in held.said.values() for pk, _ in told}
    used_families = {family for family, _ in held.said}
    used: list[Framework] = []
    rest: list[Framework] = []
    for row in rows:
        in_use = row.pk in used_ids or (row.kind == "profile" and row.family in used_families)
        (used if in_use else rest).append(row)
    standings = [standing(viewer=viewer, framework=row, as_of=as_of, held=held) for row in used]
    open_requests = list(requests(viewer=viewer).filter(state__in=("asked", "returned"))[:8])
    wrong = deficiencies(viewer=viewer).filter(state="open").order_by()
    counted = wrong.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due__lt=as_of)))
    addressable = [
        line
        for each in standings
        for line in each.lines
        if line.obligation == "addressable" and not line.withdrawn and line.verdict.word != coverage.OUT
    ]
    return Home(
        standings=standings,
        rest=rest,
        measures=list(current(viewer=viewer).filter(kind="measure").order_by("pk")),
        requests=open_requests,
        due=sum(each.due is not None and each.due <= as_of for each in open_requests),
        assessments=list(assessments(viewer=viewer)[:6]),
        wrong=counted["all"],
        late=counted["late"],
        decisions=len(addressable),
        decided=sum(line.decision is not None for line in addressable),
        shipped_missing=not any(row.shipped for row in rows),
    )


@dataclass(frozen=True, slots=True)
class GapRow:
    """A requirement as an auditor reads it: status, decision, controls, evidence, gap and next step in words."""

    line: Line
    controls: list[tuple[UUID, str, str, str, Health]]
    gap: str
    step: str
    keep: date | None

    @property
    def url(self) -> str:
        """The requirement's page."""
        return reverse("compliance:requirement", args=[self.line.uuid])


@dataclass(frozen=True, slots=True)
class GapGroup:
    """A standard with what lies below it, or a group of requirements."""

    name: str
    code: str
    head: Line | None
    rows: list[GapRow]

    @property
    def open(self) -> int:
        """How many of its rows are not wholly met."""
        return sum(row.line.verdict.asked and row.line.verdict.word != coverage.MET for row in self.rows)

    @property
    def asked(self) -> int:
        """How many of its rows ask for something."""
        return sum(row.line.verdict.asked for row in self.rows)


def gaps(stands: Standing, *, as_of: date, only_open: bool = False) -> list[GapGroup]:
    """A framework's requirements by standard: one that only gathers is the heading of those below it."""
    heads = {line.code for line in stands.lines if line.verdict.below or line.kind == "standard"}
    found: dict[str, GapGroup] = {}
    by_code = {line.code: line for line in stands.lines}
    for line in stands.lines:
        if line.withdrawn:
            continue
        top = line if line.code in heads else by_code.get(line.parent)
        while top is not None and top.code not in heads:
            top = by_code.get(top.parent)
        key = top.code if top else f"group {line.group}"
        if key not in found:
            name = (top.title or top.code) if top else line.group
            found[key] = GapGroup(name, top.name if top else "", top, [])
        if (line is top and line.verdict.below) or line.verdict.word == coverage.AIM:
            continue
        row = _row(stands, line, as_of)
        if not only_open or (line.verdict.asked and (line.verdict.word != coverage.MET or row.gap)):
            found[key].rows.append(row)
    return [group for group in found.values() if group.rows]


def _row(stands: Standing, line: Line, as_of: date) -> GapRow:
    """One requirement as an auditor reads it."""
    controls = []
    for carrier in line.verdict.carriers:
        worked = stands.controls[carrier.control]
        controls.append((worked.control.uuid, carrier.control, worked.control.name, carrier.strength, worked.health))
    decided = line.decision
    years = stands.framework.retention_years
    keep = keep_until(decided.decided_on, decided.ended_on, years) if decided else None
    return GapRow(line, controls, words.gap(line, as_of), words.step(line), keep)


def units_below(units: Sequence[Unit]) -> list[Unit]:
    """The top of what is in sight and the units right below it, for a roll-up."""
    if not units:
        return []
    top = min(unit.path.count("/") for unit in units)
    return [unit for unit in units if unit.path.count("/") <= top + 1]
