"""What the reports of an incident say: one page for executives, facts for a regulator, everything for the file.

No word that is privileged goes into a report unless somebody who may see it asks for that.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.incidents.models import Incident
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.selectors.cases import inside
from garrison.apps.incidents.selectors.report_parts import Drawn
from garrison.apps.organization import selectors as organization
from garrison.core.commands import Forbidden, Refused
from garrison.core.models import User
from garrison.core.typesetting import typeset
from garrison.core.ui import figures

TEMPLATE = Path(__file__).parents[1] / "data" / "incident.typ"
KINDS = {
    "executive": gettext_lazy("For executives"),
    "regulator": gettext_lazy("For a regulator"),
    "file": gettext_lazy("For the file"),
}


def contents(*, viewer: User, incident: Incident, kind: str, at: datetime, privileged: bool = False) -> dict[str, Any]:
    """What a report of ``kind`` says at a moment. ``privileged`` is refused to who is not inside the case."""
    if kind not in KINDS:
        raise Refused(f"a report is one of {', '.join(KINDS)}")
    if privileged and not inside(viewer=viewer, incident=incident):
        raise Forbidden("only those who work on the case may print what is privileged")
    told = Drawn(viewer, incident, at, privileged)
    parts = {"executive": told.executive, "regulator": told.regulator, "file": told.file}[kind]()
    return {
        "kind": _("Incident report, %(kind)s") % {"kind": str(KINDS[kind]).lower()},
        "code": incident.code,
        "title": incident.title,
        "organisation": organization.name(viewer=viewer),
        "marking": _("Privileged and confidential") if privileged else (_("Exercise") if incident.exercise else ""),
        "lead": told.lead(),
        "figures": told.figures(),
        "parts": parts,
        "footer": _("Made %(when)s by %(name)s") % {"when": figures.moment(at), "name": viewer},
    }


def pdf(*, viewer: User, incident: Incident, kind: str, at: datetime, privileged: bool = False) -> bytes:
    """A report as PDF."""
    said = contents(viewer=viewer, incident=incident, kind=kind, at=at, privileged=privileged)
    return typeset(TEMPLATE, said, at=at)


def custody_pdf(*, viewer: User, incident: Incident, at: datetime) -> bytes:
    """The chain of custody of a case as PDF, as far as the viewer sees it."""
    told = Drawn(viewer, incident, at, privileged=inside(viewer=viewer, incident=incident))
    held = custody.breaks(viewer=viewer, incident=incident)
    return typeset(
        TEMPLATE,
        {
            "kind": _("Chain of custody"),
            "code": incident.code,
            "title": _("Chain of custody %(code)s") % {"code": incident.code},
            "organisation": organization.name(viewer=viewer),
            "marking": "",
            "lead": incident.title,
            "figures": [],
            "parts": told.custody(),
            "footer": _("Printed %(when)s. %(state)s")
            % {
                "when": figures.moment(at),
                "state": _("The chain does NOT hold") if held else _("Every entry follows from the one before it"),
            },
        },
        at=at,
    )
