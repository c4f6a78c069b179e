"""Coding a case in VERIS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from garrison.apps.incidents.models import Coding
from garrison.apps.incidents.rules import veris
from garrison.apps.incidents.selectors import cases
from garrison.core.commands import Refused, changed, command
from garrison.core.models import User


@command("incidents.code_in_veris")
def code(*, actor: User, uuid: UUID, chosen: Mapping[str, Sequence[str]], at: datetime) -> Coding:
    """Keep how a case is coded. An incomplete coding is kept too; what it lacks is named on its page."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    kept = {name: list(ids) for name, ids in chosen.items() if ids}
    if faults := veris.wrong(kept):
        raise Refused("; ".join(faults[:5]))
    there = Coding.objects.filter(incident=incident).first()
    if there is not None and there.chosen == kept:
        raise Refused("it is coded so already")
    made, _new = Coding.objects.update_or_create(incident=incident, defaults={"chosen": kept, "by": actor, "at": at})
    changed(target=incident.code, path=incident.path, before=there.chosen if there else None, after=kept)
    return made
