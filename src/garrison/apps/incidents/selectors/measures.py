"""How long cases in sight took, the share of each month, and the cases behind each number."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from garrison.apps.incidents.models import Incident
from garrison.apps.incidents.rules import Duration, Median, Told, median
from garrison.apps.incidents.selectors.cases import incidents
from garrison.core.clock import local_day, zone
from garrison.core.models import User

MEASURES = {
    "detect": (_("Time to detect"), _("from the first entry of the timeline to detection")),
    "acknowledge": (_("Time to acknowledge"), _("from detection to the end of triage, or the first later phase")),
    "contain": (_("Time to contain"), _("from detection to the end of containing")),
    "recover": (_("Time to recover"), _("from detection to the end of recovering, or the closing of the case")),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case and how long each measure took; a measure that has not begun to count is absent."""

    incident: Incident
    took: dict[str, Duration]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure over some cases."""

    key: str
    label: object
    counted: object
    median: Median | None


@dataclass(frozen=True, slots=True)
class Month:
    """The cases that were detected in a month: how many, how many are open, and the medians by measure."""

    first: date
    count: int
    still_open: int
    medians: dict[str, Median | None]


def cases(*, viewer: User, at: datetime, since: date | None = None) -> list[Case]:
    """The cases in sight with their durations, exercises apart, newest first. Two statements."""
    rows = incidents(viewer=viewer).filter(exercise=False)
    if since is not None:
        rows = rows.filter(detected_at__gte=datetime.combine(since, datetime.min.time(), zone()))
    rows = rows.annotate(began=Min("entries__at", filter=Q(entries__corrected_by=None))).prefetch_related("phases")
    return [_case(row, at) for row in rows]


def _case(row: Incident, at: datetime) -> Case:
    """One case with its durations."""
    began: datetime | None = getattr(row, "began", None)
    phases = {phase.name: phase for phase in row.phases.all()}
    detected = row.detected_at
    took: dict[str, Duration] = {}
    if began is not None:
        took["detect"] = _took(began, max(began, detected), at)
    later = [phase.started_at for name, phase in phases.items() if name != "detected"]
    took["acknowledge"] = _took(detected, min(later, default=row.closed_at), at)
    containing, recovering = phases.get("containing"), phases.get("recovering")
    contained = containing.ended_at if containing else (row.closed_at or None)
    took["contain"] = _took(detected, contained, at)
    recovered = recovering.ended_at if recovering else None
    took["recover"] = _took(detected, recovered or row.closed_at, at)
    return Case(row, took)


def _took(start: datetime, end: datetime | None, at: datetime) -> Duration:
    """How long something took; open and so far where it has no end."""
    until = at if end is None else end
    return Duration(max(0.0, (until - start).total_seconds()), open=end is None)


def figures(*, rows: list[Case]) -> list[Figure]:
    """The measures over some cases."""
    return [
        Figure(key, label, counted, median([case.took[key] for case in rows if key in case.took]))
        for key, (label, counted) in MEASURES.items()
    ]


def months(*, rows: list[Case], at: datetime, count: int = 12) -> list[Month]:
    """The last months, oldest first, each with the cases that were detected in it."""
    found = []
    first = local_day(at).replace(day=1)
    for _place in range(count):
        held = [case for case in rows if local_day(case.incident.detected_at).replace(day=1) == first]
        found.append(
            Month(
                first,
                len(held),
                sum(case.incident.closed_at is None for case in held),
                {key: median([case.took[key] for case in held if key in case.took]) for key in MEASURES},
            )
        )
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def told_for_veris(*, viewer: User, incident: Incident, people: int | None, records: int | None) -> Told:
    """What a case says by itself for its VERIS record."""
    row = incidents(viewer=viewer).annotate(began=Min("entries__at")).prefetch_related("phases").get(pk=incident.pk)
    containing = next((phase for phase in row.phases.all() if phase.name == "containing"), None)
    began: datetime = getattr(row, "began", None) or row.detected_at
    ended = containing.ended_at if containing else None
    return Told(
        incident_id=str(row.uuid),
        summary=row.title,
        began_at=min(began, row.detected_at).astimezone(zone()),
        detected_at=row.detected_at.astimezone(zone()),
        contained_at=ended.astimezone(zone()) if ended else None,
        people=people,
        records=records,
    )
