"""A case with people in its roles, and evidence to take in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from garrison.apps.incidents.models import EvidenceItem, Incident
from garrison.apps.incidents.services import assign, open_incident
from garrison.apps.incidents.services.custody import take_evidence

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
CLIP = b"frame after frame" * 100


def case(commander: Any, *, counsel: Any = None, members: tuple[Any, ...] = ()) -> Incident:
    """A case of the whole organisation: commander, counsel and members."""
    made = open_incident(
        actor=commander,
        title="Leaver's badge opened the pharmacy store",
        kind="mixed",
        category="badge-misuse",
        at=NOW - timedelta(hours=3),
        detected_at=NOW - timedelta(hours=5),
        restricted=True,
    )
    if counsel is not None:
        assign(actor=commander, uuid=made.uuid, role="counsel", user=counsel.uuid, at=NOW - timedelta(hours=3))
    for user in members:
        assign(actor=commander, uuid=made.uuid, role="member", user=user.uuid, at=NOW - timedelta(hours=3))
    return made


def taken(actor: Any, incident: Incident, body: bytes | None = CLIP, **more: Any) -> EvidenceItem:
    """A clip, or a thing without ``body``."""
    told: dict[str, Any] = {
        "label": "CAM-12 clips",
        "what": "video",
        "taken_by": "Teodor Brask",
        "taken_at": NOW - timedelta(hours=4),
        "place": "Security office",
        "original_name": "clip.mp4",
        "at": NOW,
    }
    pieces = None if body is None else [body[:50], body[50:]]
    return take_evidence(actor=actor, uuid=incident.uuid, pieces=pieces, **(told | more))
