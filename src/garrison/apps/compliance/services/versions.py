"""The command that carries what was said of one version of a framework over to the next."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import (
    Applicability,
    Assessment,
    Check,
    Decision,
    EvidenceLink,
    Mapping,
    Requirement,
)
from garrison.core.commands import Refused, changed, command
from garrison.core.models import User


@command("compliance.carry_over")
def carry_over(*, actor: User, before: UUID, after: UUID, at: datetime) -> dict[str, int]:
    """Say of a new version what was said of the old one, wherever the requirement is the same or only moved.

    Mappings keep their sources; applicability, decisions and evidence follow; an assessment that is not signed gets a
    twin with the tests that hold. What is there already stays. Twice changes nothing.
    """
    old = selectors.framework(viewer=actor, uuid=before)
    new = selectors.framework(viewer=actor, uuid=after)
    if old.family != new.family or old.pk == new.pk:
        raise Refused("carry from one version of a framework to another of the same family")
    moves = {
        change.before: change.after for change in selectors.diff(viewer=actor, before=old, after=new) if change.carries
    }
    into = dict(Requirement.objects.filter(framework=new, withdrawn=False).values_list("code", "pk"))
    homes = {
        pk: into[moves[code]]
        for pk, code in Requirement.objects.filter(framework=old).values_list("pk", "code")
        if code in moves and moves[code] in into
    }
    done: Counter[str] = Counter(mappings=0, applicability=0, decisions=0, evidence=0, assessments=0, tests=0)
    done["mappings"] = _mappings(homes)
    done["applicability"] = _applicability(homes)
    done["decisions"] = _decisions(homes)
    done["evidence"] = _evidence(homes)
    for assessment in old.assessments.exclude(state="signed"):
        tests = _twin(actor, assessment, new.pk, homes, at)
        done["assessments"] += tests is not None
        done["tests"] += tests or 0
    changed(target=f"{old} to {new}", after=dict(done) | {"same": len(homes)})
    return dict(done)


def _mappings(homes: dict[int, int]) -> int:
    """Carry mappings, each source's word by itself."""
    rows = Mapping.objects.filter(requirement__in=list(homes))
    held = set(
        Mapping.objects.filter(requirement__in=list(homes.values())).values_list(
            "control_id", "requirement_id", "source", "said_by"
        )
    )
    fresh = [
        Mapping(
            control_id=row.control_id, requirement_id=homes[row.requirement_id], strength=row.strength,
            rationale=row.rationale, source=row.source, said_by=row.said_by, at=row.at,
        )
        for row in rows
        if (row.control_id, homes[row.requirement_id], row.source, row.said_by) not in held
    ]  # fmt: skip
    return len(Mapping.objects.bulk_create(fresh, batch_size=1000))


def _applicability(homes: dict[int, int]) -> int:
    """Carry words about applicability."""
    held = set(
        Applicability.objects.filter(requirement__in=list(homes.values())).values_list(
            "requirement_id", "unit_id", "decided_at"
        )
    )
    fresh = [
        Applicability(
            requirement_id=homes[row.requirement_id], unit_id=row.unit_id, applies=row.applies,
            justification=row.justification, status=row.status, owner=row.owner, decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in Applicability.objects.filter(requirement__in=list(homes))
        if (homes[row.requirement_id], row.unit_id, row.decided_at) not in held
    ]  # fmt: skip
    return len(Applicability.objects.bulk_create(fresh, batch_size=1000))


def _decisions(homes: dict[int, int]) -> int:
    """Carry decisions that are in effect, where the new version has none."""
    held = set(
        Decision.objects.filter(requirement__in=list(homes.values()), ended_on=None).values_list(
            "requirement_id", "unit_id"
        )
    )
    fresh = [
        Decision(
            requirement_id=homes[row.requirement_id], unit_id=row.unit_id, choice=row.choice, reasons=row.reasons,
            alternative=row.alternative, decided_by=row.decided_by, decided_on=row.decided_on,
            decided_at=row.decided_at, review_on=row.review_on,
        )
        for row in Decision.objects.filter(requirement__in=list(homes), ended_on=None)
        if (homes[row.requirement_id], row.unit_id) not in held
    ]  # fmt: skip
    return len(Decision.objects.bulk_create(fresh, batch_size=1000))


def _evidence(homes: dict[int, int]) -> int:
    """Tie evidence to the new requirements too."""
    held = set(
        EvidenceLink.objects.filter(requirement__in=list(homes.values())).values_list("evidence_id", "requirement_id")
    )
    fresh = []
    for row in EvidenceLink.objects.filter(requirement__in=list(homes)):
        assert row.requirement_id is not None
        if (row.evidence_id, homes[row.requirement_id]) not in held:
            fresh.append(
                EvidenceLink(
                    evidence_id=row.evidence_id, requirement_id=homes[row.requirement_id], by=row.by, at=row.at
                )
            )
    return len(EvidenceLink.objects.bulk_create(fresh, batch_size=1000))


def _twin(actor: User, assessment: Assessment, framework: int, homes: dict[int, int], at: datetime) -> int | None:
    """Begin an assessment again on the new version with the tests that hold; None where it was done before."""
    if assessment.carried_to.filter(framework=framework).exists():
        return None
    checks = list(assessment.checks.filter(requirement__in=list(homes)))
    twin = Assessment.objects.create(
        title=assessment.title, framework_id=framework, unit_id=assessment.unit_id, scope=assessment.scope,
        period_from=assessment.period_from, period_until=assessment.period_until, lead=assessment.lead,
        state="under way" if checks else "planned", planned_by=actor.username, planned_at=at, carried_from=assessment,
    )  # fmt: skip
    Check.objects.bulk_create(
        Check(
            assessment=twin, requirement_id=homes[row.requirement_id], control_id=row.control_id, aspect=row.aspect,
            outcome=row.outcome, note=row.note, by=row.by, at=row.at, carried_from=row,
        )
        for row in checks
    )  # fmt: skip
    return len(checks)
