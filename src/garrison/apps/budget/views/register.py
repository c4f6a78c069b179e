"""The list of initiatives, and the page of one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from garrison.apps.budget import selectors
from garrison.apps.budget.models import Initiative
from garrison.apps.organization import selectors as organization
from garrison.core.http import user_of
from garrison.core.ui import cells, figures, lists


def _effects(row: Initiative) -> str:
    """What it takes off which scenario, as an initiatives table writes it."""
    return "; ".join(f"{effect.scenario_code}:{effect.share:g}" for effect in row.effects.all())


def _shares(row: Initiative, look: lists.Look) -> str:
    """The same for a reader."""
    return ", ".join(f"{e.scenario_code} {figures.percent(e.share)}" for e in row.effects.all()) or "–"


INITIATIVES = lists.ListPage(
    key="budget.initiatives",
    title=_("Initiatives"),
    noun=_("initiatives"),
    columns=[
        lists.Column(
            "initiative",
            _("Initiative and owner"),
            header="initiative_name",
            order=("code",),
            value="name",
            cell=lambda row, look: cells.two(
                row.name,
                " · ".join(part for part in (row.code, row.owner) if part),
                url=reverse("budget:initiative", args=[row.uuid]),
            ),
        ),
        lists.Column(
            "cost",
            _("Cost"),
            order=("cost",),
            numeric=True,
            nowrap=True,
            cell=lambda row, look: cells.money(row.cost, currency=row.currency, counted=True),
        ),
        lists.Column("effectiveness", _("Takes off"), value=_effects, priority=2, cell=_shares),
        lists.Column("days", _("Days"), order=("days",), numeric=True, priority=2),
        lists.Column(
            "team",
            _("Team"),
            order=("team",),
            priority=2,
            cell=lambda row, look: cells.two(
                row.team or "–",
                ngettext("%(n)s day", "%(n)s days", 1 if row.team_days == 1 else 2) % {"n": f"{row.team_days:g}"}
                if row.team_days
                else "",
            ),
        ),
        lists.Column(
            "must",
            _("Must do"),
            order=("must",),
            value=lambda row: "yes" if row.must else "no",
            priority=3,
            cell=lambda row, look: cells.text(row.must_reason or _("yes")) if row.must else cells.text(""),
        ),
        lists.Column(
            "unit",
            _("Unit"),
            header="unit_code",
            value="unit.code",
            order=("unit__name",),
            priority=3,
            cell=lambda row, look: row.unit.name if row.unit else "–",
        ),
        lists.Column("initiative_code", "initiative_code", value="code", export_only=True),
        lists.Column("currency", _("Currency"), shown=False),
        lists.Column("owner", _("Owner"), order=("owner",), shown=False),
        lists.Column("requires", _("Requires"), value=lambda row: "; ".join(row.requires), shown=False),
        lists.Column("excludes", _("Excludes"), value=lambda row: "; ".join(row.excludes), shown=False),
        lists.Column("team_days", "team_days", export_only=True),
        lists.Column("must_reason", "must_reason", export_only=True),
    ],
    filters=[
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("must", _("Must do"), "boolean"),
        lists.Filter("team", _("Team"), "text", shown=False),
        lists.Filter("owner", _("Owner"), "text", shown=False),
    ],
    search=("code", "name", "owner", "team"),
    sort="initiative",
    import_url_name="web:imports",
    views=[lists.View("all", _("All"), {}), lists.View("must", _("Must do"), {"must": "yes"})],
    empty=lists.Empty(
        _("No initiatives yet"),
        _("Drop the initiatives here: CSV or XLSX with initiative_code, initiative_name, cost, effectiveness."),
        _("Import"),
        "web:imports",
    ),
    rule=_("The plan chooses among these within the budget."),
    name=lambda row: row.name,
    crumbs=((_("Plan"), "/plan/"),),
)


@require_GET
def initiative_list(request: HttpRequest) -> HttpResponseBase:
    """Every initiative in sight; exports hold the columns that an import reads."""
    rows = selectors.initiatives(viewer=user_of(request))
    line = _("What money could buy, what each takes off which scenario, and what it needs.")
    return lists.respond(request, INITIATIVES, rows, {"scope_line": line}, at=timezone.now())


@require_GET
def initiative(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One initiative: what it takes off, what it needs, and what the plan says of it."""
    viewer = user_of(request)
    found = selectors.initiative(viewer=viewer, uuid=uuid)
    plan, placed = selectors.told(viewer=viewer, initiative=found)
    context = {
        "at": timezone.now(),
        "initiative": found,
        "plan": plan,
        "placed": placed,
        "inside": plan is not None and found.code in plan.chosen,
        "bearings": selectors.bearings(viewer=viewer, initiative=found),
        "dangling": selectors.dangling(viewer=viewer, initiative=found),
        "may_change": plan is not None and selectors.may_change(viewer=viewer),
    }
    return render(request, "budget/initiative.html", context)
