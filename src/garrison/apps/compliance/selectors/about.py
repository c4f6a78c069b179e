"""What the page of one requirement shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from garrison.apps.compliance.models import (
    Applicability,
    Check,
    Decision,
    Evidence,
    EvidenceRequest,
    Mapping,
    Requirement,
)
from garrison.apps.compliance.rules import keep_until
from garrison.apps.compliance.selectors import words
from garrison.apps.compliance.selectors.assessing import assessments
from garrison.apps.compliance.selectors.catalogues import (
    Crossed,
    Near,
    crosswalk,
    mappings_of,
    near,
    replacements,
    requirement,
)
from garrison.apps.compliance.selectors.showing import of_requirement, requests
from garrison.apps.compliance.selectors.standings import Line, known, standing
from garrison.apps.controls.rules import Health
from garrison.apps.organization import selectors as organization
from garrison.core.models import User


@dataclass(frozen=True, slots=True)
class Met:
    """A control with every source's word, its health, and whether it counts."""

    control_uuid: UUID
    code: str
    name: str
    owner: str
    health: Health
    words: list[Mapping]
    counts: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One requirement with all that is known of it."""

    requirement: Requirement
    near: Near
    line: Line | None
    gap: str
    step: str
    replaced_by: list[str]
    met: list[Met]
    evidence: list[tuple[Evidence, str]]
    crosswalk: list[tuple[Crossed, Line | None]]
    decisions: list[tuple[Decision, date | None]]
    applicabilities: list[Applicability]
    checks: list[Check]
    requests: list[EvidenceRequest]


def shown(*, viewer: User, uuid: UUID, as_of: date) -> Shown:
    """One requirement with all that is known of it. Raises ``Missing``."""
    asked = requirement(viewer=viewer, uuid=uuid)
    crossed = crosswalk(viewer=viewer, requirement=asked)
    there = {each.requirement.framework_id: each.requirement.framework for each in crossed if each.requirement}
    held = known(viewer=viewer, as_of=as_of, frameworks=[asked.framework, *there.values()])
    here = standing(viewer=viewer, framework=asked.framework, as_of=as_of, held=held)
    line = next((each for each in here.lines if each.pk == asked.pk), None)
    wanted = {each.requirement.pk for each in crossed if each.requirement}
    others = {
        each.pk: each
        for framework in there.values()
        for each in standing(viewer=viewer, framework=framework, as_of=as_of, held=held).lines
        if each.pk in wanted
    }
    said: dict[str, list[Mapping]] = {}
    for mapping in mappings_of(viewer=viewer, requirement=asked):
        said.setdefault(mapping.control.code, []).append(mapping)
    counting = {each.control: each.strength for each in line.verdict.carriers} if line else {}
    met = []
    for code, told in said.items():
        control = told[0].control
        worked = held.controls.get(code)
        if worked is not None:
            health = worked.health
            met.append(Met(control.uuid, code, control.name, control.owner, health, told, counting.get(code, "")))
    units = organization.units(viewer=viewer)
    decisions = Decision.objects.filter(requirement=asked).select_related("unit").order_by("-decided_at")
    applying = Applicability.objects.filter(requirement=asked).select_related("unit").order_by("-decided_at")
    inside = {unit.pk for unit in units}
    years = asked.retention_years
    return Shown(
        requirement=asked,
        near=near(viewer=viewer, requirement=asked),
        line=line,
        gap=words.gap(line, as_of) if line else "",
        step=words.step(line) if line else "",
        replaced_by=replacements(viewer=viewer, requirement=asked),
        met=met,
        evidence=of_requirement(viewer=viewer, requirement=asked),
        crosswalk=[(each, others.get(each.requirement.pk) if each.requirement else None) for each in crossed],
        decisions=[
            (row, keep_until(row.decided_on, row.ended_on, years))
            for row in decisions
            if row.unit_id is None or row.unit_id in inside
        ],
        applicabilities=[row for row in applying if row.unit_id is None or row.unit_id in inside],
        checks=list(
            Check.objects.filter(
                requirement=asked, assessment__in=assessments(viewer=viewer).values("pk")
            ).select_related("assessment", "sample")
        ),
        requests=list(requests(viewer=viewer).filter(requirement=asked)),
    )
