"""The list of cases, and opening one."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.forms import OpenForm
from garrison.apps.incidents.models import Incident
from garrison.apps.organization import selectors as organization
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
from garrison.core.ui import cells, figures, lists


def severity_badge(incident: Incident) -> SafeString:
    """The severity as a badge; red only for what is grave and open."""
    words = _("Severity %(n)s") % {"n": incident.severity}
    if incident.closed_at is not None:
        return cells.state(words, "", "check")
    return cells.state(words, {1: "crit", 2: "crit", 3: "warn"}.get(incident.severity, ""))


def _phase(incident: Incident, look: lists.Look) -> SafeString:
    """The furthest phase, and for how long the case is open."""
    spent = rules.open_for(incident.opened_at, incident.closed_at, look.at).total_seconds()
    words = _("closed after %(time)s") if incident.closed_at else _("open %(time)s")
    return cells.two(rules.PHASES[incident.phase], words % {"time": figures.duration(spent)}, plain=True)


def _about(incident: Incident, look: lists.Look) -> SafeString:
    """Title, code and what marks it."""
    marks = [incident.code, str(rules.CATEGORIES.get(incident.category, incident.category))]
    marks += [_("exercise")] * incident.exercise + [_("restricted")] * incident.restricted
    return cells.two(incident.title, " · ".join(marks), url=f"/incidents/{incident.uuid}/")


INCIDENTS = lists.ListPage(
    key="incidents.incidents",
    title=gettext_lazy("Incidents"),
    noun=gettext_lazy("incidents"),
    columns=[
        lists.Column(
            "title", gettext_lazy("Incident"), cell=_about, value="title", order=("title",), header="incident_title"
        ),
        lists.Column(
            "severity",
            gettext_lazy("Severity"),
            cell=lambda row, look: severity_badge(row),
            value="severity",
            order=("severity", "-opened_at"),
            nowrap=True,
        ),
        lists.Column(
            "phase", gettext_lazy("Phase"), cell=_phase, value="phase", order=("phase",), priority=2, nowrap=True
        ),
        lists.Column(
            "commander",
            gettext_lazy("Commander"),
            value="commander",
            order=("commander",),
            priority=2,
            cell=lambda row, look: cells.text(row.commander or _("nobody yet"), muted=not row.commander),
        ),
        lists.Column(
            "detected",
            gettext_lazy("Detected"),
            cell=lambda row, look: cells.when(row.detected_at, look.at),
            value="detected_at",
            header="detected_at",
            order=("detected_at",),
            priority=3,
            nowrap=True,
        ),
        lists.Column(
            "where",
            gettext_lazy("Where"),
            value="unit.name",
            order=("unit__name",),
            priority=3,
            cell=lambda row, look: cells.two(
                row.site.name if row.site else (row.unit.name if row.unit else "–"),
                row.unit.name if row.site and row.unit else "",
                plain=True,
            ),
        ),
        lists.Column("code", "code", value="code", export_only=True),
        lists.Column("category", "category", value="category", export_only=True),
        lists.Column("kind", "kind", value="kind", export_only=True),
        lists.Column("opened_at", "opened_at", value="opened_at", export_only=True),
        lists.Column("closed_at", "closed_at", value="closed_at", export_only=True),
        lists.Column("exercise", "exercise", value="exercise", export_only=True),
    ],
    filters=[
        lists.Filter("open", gettext_lazy("Open"), "boolean", lookup="closed_at__isnull"),
        lists.Filter("severity", gettext_lazy("Severity"), "choice", choices=[(str(n), str(n)) for n in range(1, 5)]),
        lists.Filter("category", gettext_lazy("Kind"), "choice", choices=[*rules.CATEGORIES.items()]),
        lists.Filter(
            "unit",
            gettext_lazy("Unit"),
            "choice",
            lookup="unit__path__startswith",
            choices=organization.unit_choices,
            shown=False,
        ),
        lists.Filter("kind", gettext_lazy("World"), "choice", choices=Incident.KINDS, shown=False),
        lists.Filter("exercise", gettext_lazy("Exercise"), "boolean", shown=False),
        lists.Filter("detected", gettext_lazy("Detected"), "dates", lookup="detected_at", shown=False),
    ],
    search=("code", "title"),
    sort="",
    views=[
        lists.View("open", gettext_lazy("Open"), {"open": "yes", "exercise": "no"}),
        lists.View("closed", gettext_lazy("Closed"), {"open": "no", "exercise": "no"}),
        lists.View("exercises", gettext_lazy("Exercises"), {"exercise": "yes"}),
        lists.View("all", gettext_lazy("All"), {}),
    ],
    empty=lists.Empty(
        gettext_lazy("No incidents"),
        gettext_lazy("Open one here, from an access exception, from a finding, or from a report."),
        gettext_lazy("Open an incident"),
        "incidents:new",
    ),
    rule=gettext_lazy("Severity 1 is the worst. Exercises count nowhere."),
    name=lambda row: row.code,
    template="incidents/list.html",
)


@require_GET
@needs(selectors.VIEW)
def incident_list(request: HttpRequest) -> HttpResponseBase:
    """The cases in sight."""
    viewer, at = user_of(request), timezone.now()
    counts = selectors.counts(viewer=viewer)
    waiting = selectors.reports(viewer=viewer).filter(state="new").count()
    line = ngettext("%(n)s open", "%(n)s open", counts["open"]) % {"n": counts["open"]}
    if counts["grave"]:
        line += ", " + _("%(n)s of severity 1 or 2") % {"n": counts["grave"]}
    if waiting:
        line += " · " + ngettext("%(n)s report waits", "%(n)s reports wait", waiting) % {"n": waiting}
    context = {"scope_line": line, "may_open": may(viewer, "incidents.open"), "waiting": waiting}
    return lists.respond(request, INCIDENTS, selectors.incidents(viewer=viewer), context, at=at)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case."""
    viewer, at = user_of(request), timezone.now()
    units = organization.unit_choices(viewer=viewer)
    initial = {"happened": timezone.localtime(at).replace(microsecond=0), "kind": "mixed"}
    form = OpenForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        made = services.open_incident(
            actor=viewer,
            title=told["title"],
            kind=told["kind"],
            category=told["category"],
            at=at,
            answers=form.answers,
            brief=told["brief"],
            unit_path=told["unit"],
            detected_at=told["happened"],
            detected_latest=told["latest"],
            restricted=True if told["restricted"] else None,
            exercise=told["exercise"],
        )
        return redirect("incidents:case", made.uuid)
    context = {"form": form, "title": _("Open an incident"), "submit": _("Open it"), "crumb": ""}
    return render(request, "incidents/form.html", context, status=422 if form.errors else 200)


@require_POST
@needs("incidents.open_from_exception")
def from_exception(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a case from an access exception."""
    made = services.open_from_exception(actor=user_of(request), exception=uuid, at=timezone.now())
    return redirect("incidents:case", made.uuid)


@require_POST
@needs("incidents.open_from_finding")
def from_finding(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a case from a finding."""
    made = services.open_from_finding(actor=user_of(request), finding=uuid, at=timezone.now())
    return redirect("incidents:case", made.uuid)


@require_GET
def clocks_due(request: HttpRequest) -> HttpResponse:
    """The clocks that run in all open cases."""
    viewer, at = user_of(request), timezone.now()
    due = selectors.clocks_due(viewer=viewer, as_of=at)
    return render(request, "incidents/clocks.html", {"rows": [_row(one, at) for one in due], "at": at})


def _row(one: selectors.Due, at: datetime) -> dict[str, object]:
    """A running clock as a row."""
    from garrison.apps.incidents.views.showing import shown_card

    return {"incident": one.incident, "card": shown_card(one.card, one.incident, at)}
