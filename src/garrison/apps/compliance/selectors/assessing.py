"""Reads of assessments: where they stand, the populations that samples are drawn from, and what is still open."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from garrison.apps.access import selectors as access
from garrison.apps.assets import selectors as assets
from garrison.apps.compliance.models import Assessment, Check, Deficiency, Sample, SampleItem
from garrison.apps.compliance.rules import most_failing
from garrison.apps.compliance.selectors.catalogues import VIEW
from garrison.apps.people import selectors as people
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.core.clock import zone
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, within


def assessments(*, viewer: User) -> QuerySet[Assessment]:
    """The assessments in sight with their counts; one of no unit is for all who may see compliance."""
    rows = Assessment.objects.select_related("framework", "unit")
    if not may(viewer, VIEW):
        return rows.none()
    return (
        rows.filter(Q(unit=None) | within(viewer, VIEW))
        .annotate(
            tested=Count("checks__requirement", distinct=True),
            wrong=Count("deficiencies", filter=Q(deficiencies__state="open"), distinct=True),
            drawn=Count("samples", distinct=True),
        )
        .order_by("-period_until", "title")
    )


def assessment(*, viewer: User, uuid: UUID) -> Assessment:
    """One assessment. Raises ``Missing`` outside the viewer's sight."""
    found = assessments(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such assessment")
    return found


def checks(*, viewer: User, assessment: Assessment) -> QuerySet[Check]:
    """The tests of an assessment, in the framework's order."""
    rows = Check.objects.filter(assessment__in=assessments(viewer=viewer).values("pk"), assessment=assessment)
    return rows.select_related("requirement", "control", "sample").order_by("requirement__order", "aspect", "-at")


def samples(*, viewer: User, assessment: Assessment) -> list["Drawn"]:
    """The samples of an assessment with their members and what they say of the whole."""
    rows = Sample.objects.filter(assessment__in=assessments(viewer=viewer).values("pk"), assessment=assessment)
    return [Drawn(row, list(row.items.all())) for row in rows.prefetch_related("items")]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample with its members."""

    sample: Sample
    items: list[SampleItem]

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(item.outcome == "failed" for item in self.items)

    @property
    def open(self) -> int:
        """How many nobody looked at yet."""
        return sum(item.outcome == "open" for item in self.items)

    @property
    def most(self) -> int:
        """How many of the whole may fail at most, nine times of ten, by what was seen so far of the whole sample."""
        return most_failing(counted=self.sample.counted, size=self.sample.size, failed=self.failed)


def sample(*, viewer: User, uuid: UUID) -> Sample:
    """One sample. Raises ``Missing`` outside the viewer's sight."""
    found = Sample.objects.filter(assessment__in=assessments(viewer=viewer).values("pk"), uuid=uuid).first()
    if found is None:
        raise Missing("no such sample")
    return found


def sample_item(*, viewer: User, uuid: UUID) -> SampleItem:
    """One drawn member. Raises ``Missing`` outside the viewer's sight."""
    rows = SampleItem.objects.filter(sample__assessment__in=assessments(viewer=viewer).values("pk"), uuid=uuid)
    found = rows.select_related("sample__assessment").first()
    if found is None:
        raise Missing("no such member of a sample")
    return found


def deficiencies(*, viewer: User) -> QuerySet[Deficiency]:
    """What assessments in sight found wrong, open ones first by day."""
    rows = Deficiency.objects.filter(assessment__in=assessments(viewer=viewer).values("pk"))
    return rows.select_related("assessment", "requirement__framework", "control").order_by("state", "due", "found_at")


def deficiency(*, viewer: User, uuid: UUID) -> Deficiency:
    """One of them. Raises ``Missing`` outside the viewer's sight."""
    found = deficiencies(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such deficiency")
    return found


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a population: a key that no other has, and how a tester recognises it."""

    key: str
    name: str
    context: str = ""
    url: str = ""


def population(*, viewer: User, name: str, assessment: Assessment) -> tuple[list[Member], str]:
    """The members of a population in an assessment's period and unit, and the query in words."""
    first, last = assessment.period_from, assessment.period_until
    begin = datetime.combine(first, time(), zone())
    end = datetime.combine(last + timedelta(days=1), time(), zone())
    path = assessment.unit.path if assessment.unit else ""
    where = f" in {assessment.unit}" if assessment.unit else ""
    span = f"from {first} to {last}{where}"
    if name == "leavers":
        rows = people.people(viewer=viewer).filter(left__gte=first, left__lte=last)
        found = [
            Member(f"person {r.number}", r.name, f"{r.number}, left {r.left}", reverse("people:detail", args=[r.uuid]))
            for r in (rows.filter(unit__path__startswith=path) if path else rows)
        ]
        return found, f"Everybody on the roster whose last day worked lies {span}."
    if name == "joiners":
        rows = people.people(viewer=viewer).filter(hired__gte=first, hired__lte=last)
        found = [
            Member(
                f"person {r.number}", r.name, f"{r.number}, began {r.hired}", reverse("people:detail", args=[r.uuid])
            )
            for r in (rows.filter(unit__path__startswith=path) if path else rows)
        ]
        return found, f"Everybody on the roster who began {span}."
    if name == "door-tests":
        tests = assets.tests(viewer=viewer).filter(on__gte=first, on__lte=last).select_related("asset")
        found = [
            Member(
                f"test {t.uuid}",
                f"{t.asset.code} {t.asset.name}",
                f"tested {t.on} by {t.recorded_by}: {'passed' if t.passed else 'failed'}",
                reverse("assets:detail", args=[t.asset.uuid]),
            )
            for t in (tests.filter(asset__unit__path__startswith=path) if path else tests)
        ]
        return found, f"Every test of a door or device recorded {span}."
    if name == "access-exceptions":
        seen = access.exceptions(viewer=viewer).filter(found__gte=begin, found__lt=end)
        found = [
            Member(f"exception {e.uuid}", e.person.name, f"found {e.found:%Y-%m-%d}, {e.state}", "")
            for e in (seen.filter(unit__path__startswith=path) if path else seen)
        ]
        return found, f"Every access exception found {span}."
    rows_f = vulnerabilities.findings(viewer=viewer).filter(first_seen__gte=begin, first_seen__lt=end).order_by("pk")
    found = [
        Member(f"finding {f.key}", f.title, f"{f.code}, {f.status}", reverse("vulnerabilities:finding", args=[f.uuid]))
        for f in (rows_f.filter(unit__path__startswith=path) if path else rows_f)
    ]
    return found, f"Every finding first seen {span}."
