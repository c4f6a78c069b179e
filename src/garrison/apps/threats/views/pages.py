"""Pages about vulnerabilities and about who uses which techniques."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from garrison.apps.threats import selectors
from garrison.apps.threats.views.columns import ANSWERS, ICONS, KINDS, THREATS, VULNERABILITIES, title
from garrison.core.http import user_of
from garrison.core.registries import panels
from garrison.core.ui import figures, lists


@require_GET
def vulnerability_list(request: HttpRequest) -> HttpResponseBase:
    """What is known of vulnerabilities in the world."""
    viewer = user_of(request)

    def scope_line() -> str:
        """How many are known, counted only when the whole page is drawn."""
        counted = selectors.counts(viewer=viewer)
        words = _("%(vulnerabilities)s known, %(exploited)s of them exploited.")
        told = words % {name: figures.number(counted[name]) for name in ("vulnerabilities", "exploited")}
        return told if counted["vulnerabilities"] else ""

    rows = selectors.vulnerabilities(viewer=viewer)
    extra = {"scope_line": scope_line, "tab": "vulnerabilities"}
    return lists.respond(request, VULNERABILITIES, rows, extra, at=timezone.now())


@require_GET
def threat_list(request: HttpRequest) -> HttpResponseBase:
    """Techniques, groups, malware, tools and the rest."""
    rows = selectors.threats(viewer=user_of(request))
    line = _("Who does what, and what helps against it, as the imported bundles tell.")
    return lists.respond(request, THREATS, rows, {"scope_line": line, "tab": "threats"}, at=timezone.now())


@require_GET
def vulnerability_detail(request: HttpRequest, cve: str) -> HttpResponse:
    """One vulnerability; where it is found here comes from the apps above."""
    now, viewer = timezone.now(), user_of(request)
    found = selectors.vulnerability(viewer=viewer, cve=cve)
    context = {
        "vulnerability": found,
        "name": title(found),
        "at": now,
        "exploitation": dict(ANSWERS).get(found.exploitation, ""),
        "blocks": panels("threats.vulnerability", viewer=viewer, subject=found, as_of=now),
    }
    return render(request, "threats/vulnerability.html", context)


@require_GET
def threat_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One technique, group, malware, tool, mitigation, tactic or campaign, and what it is linked with."""
    now, viewer = timezone.now(), user_of(request)
    threat = selectors.threat(viewer=viewer, uuid=uuid)
    context = {
        "threat": threat,
        "at": now,
        "kind": dict(KINDS).get(threat.kind, threat.kind),
        "icons": ICONS,
        "paragraphs": selectors.paragraphs(threat),
        "links": selectors.linked(viewer=viewer, threat=threat),
        "blocks": panels("threats.threat", viewer=viewer, subject=threat, as_of=now),
    }
    return render(request, "threats/threat.html", context)
