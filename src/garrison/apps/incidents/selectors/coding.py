"""How a case is coded in VERIS, and its record."""

from datetime import datetime
from typing import Any

from garrison.apps.incidents.models import Coding, Incident
from garrison.apps.incidents.rules import veris
from garrison.apps.incidents.selectors.cases import incidents
from garrison.apps.incidents.selectors.duties import current_values
from garrison.apps.incidents.selectors.measures import told_for_veris
from garrison.apps.people import selectors as people
from garrison.core.clock import local_day
from garrison.core.models import User


def coding(*, viewer: User, incident: Incident) -> Coding | None:
    """How the case is coded; None before anybody did."""
    rows = Coding.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    return rows.select_related("by").first()


def record(*, viewer: User, incident: Incident, at: datetime) -> dict[str, Any]:
    """The case as VERIS's JSON."""
    found = coding(viewer=viewer, incident=incident)
    told = current_values(viewer=viewer, incident=incident).get("individuals")
    records = told.get("low") if isinstance(told, dict) else None
    head_count = people.counts(viewer=viewer).get("people")
    said = told_for_veris(viewer=viewer, incident=incident, people=head_count, records=records)
    return veris.record(found.chosen if found else {}, said, made_on=local_day(at))
