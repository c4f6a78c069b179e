"""The list of badge events; names are shown only on record."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from garrison.apps.access import selectors, services
from garrison.apps.access.selectors import Movement
from garrison.core.evidence import evidence_url
from garrison.core.http import user_of
from garrison.core.scopes import may, paths
from garrison.core.ui import cells, figures, lists

OUTCOMES = {
    "granted": gettext_lazy("Let in"),
    "denied": gettext_lazy("Refused"),
    "forced": gettext_lazy("Door forced"),
    "held": gettext_lazy("Door held open"),
    "exit": gettext_lazy("Exit, no badge"),
    "other": gettext_lazy("Other"),
}


def when_cell(row: Movement, look: lists.Look) -> SafeString:
    """The second of the event, in the organisation's zone."""
    at = timezone.localtime(row.at)
    day = figures.day(at.date(), at=look.at)
    return format_html('<span class="num">{} <b class="strong">{}</b></span>', day, at.strftime("%H:%M:%S"))


def where_cell(row: Movement, look: lists.Look) -> SafeString:
    """The door as the log calls it, and by its name."""
    said = row.door_name if row.door_name != row.door else ""
    if row.critical:
        said = f"{said} · {_('critical room')}" if said else _("critical room")
    return cells.two(row.door, said, url=reverse("assets:detail", args=[row.asset]) if row.asset else "")


def what_cell(row: Movement, look: lists.Look) -> SafeString:
    """What the door did, and why when the log says so."""
    kind = {"forced": "crit", "held": "warn", "denied": "warn"}.get(row.outcome, "")
    return cells.two(OUTCOMES[row.outcome], row.reason, kind=kind, plain=True)


def who_cell(row: Movement, look: lists.Look) -> SafeString:
    """Whose badge it was; nothing where one may not look."""
    if not row.card:
        return cells.text("–", muted=True)
    return cells.two(row.person_name or _("Not on the roster"), _("badge %(card)s") % {"card": row.card}, plain=True)


def evidence_cell(row: Movement, look: lists.Look) -> SafeString | str:
    """The row of the log."""
    if row.file is None:
        return ""
    words = _("row %(row)s") % {"row": figures.number(row.row)}
    may_files = "/" in paths(look.viewer, "imports.view")
    return cells.evidence(words, evidence_url(row.file, row.row) if may_files else "")


EVENTS = lists.ListPage(
    key="access.events",
    title=gettext_lazy("Badge events"),
    noun=gettext_lazy("badge events"),
    columns=[
        lists.Column("at", gettext_lazy("When"), cell=when_cell, header="time", order=("time",), nowrap=True),
        lists.Column("door", gettext_lazy("Where"), cell=where_cell, order=("door",)),
        lists.Column("outcome", gettext_lazy("What"), cell=what_cell, order=("outcome",)),
        lists.Column("direction", gettext_lazy("Way"), order=("direction",), shown=False, priority=3),
        lists.Column("file", gettext_lazy("Evidence"), header="source", value="file_name", cell=evidence_cell,
                     priority=3, nowrap=True),
        lists.Column("door_name", "door_name", export_only=True),
        lists.Column("reason", "reason", export_only=True),
        lists.Column("row", "row", header="source_row", export_only=True),
    ],
    filters=[
        lists.Filter("outcome", gettext_lazy("What"), "multi", choices=list(OUTCOMES.items())),
        lists.Filter("door", gettext_lazy("Door"), "text"),
        lists.Filter("at", gettext_lazy("Day"), "dates"),
        lists.Filter("critical", gettext_lazy("Critical room"), "boolean", shown=False),
    ],
    search=("door", "reason"),
    sort="-at",
    views=[
        lists.View("all", gettext_lazy("All"), {}),
        lists.View("denied", gettext_lazy("Refused"), {"outcome": "denied"}),
        lists.View("forced", gettext_lazy("Forced or held open"), {"outcome": ["forced", "held"]}),
        lists.View("critical", gettext_lazy("Critical rooms"), {"critical": "yes"}),
    ],
    empty=lists.Empty(
        gettext_lazy("No badge events yet"),
        gettext_lazy("Drop the badge log here: CSV or XLSX with time, door, badge."),
        gettext_lazy("Import"),
        "web:upload",
    ),
    import_url_name="web:upload",
    rule=gettext_lazy("A badge was used; that does not say who held it."),
    template="access/events.html",
    identity="row",
)  # fmt: skip

NAMED = replace(
    EVENTS,
    columns=[
        *EVENTS.columns[:3],
        lists.Column("who", gettext_lazy("Who"), header="person", value="person_name", cell=who_cell),
        *EVENTS.columns[3:],
        lists.Column("card", "card", header="card_number", export_only=True),
        lists.Column("number", "number", header="employee_number", export_only=True),
    ],
    filters=[*EVENTS.filters, lists.Filter("names", gettext_lazy("Names"), "boolean", shown=False)],
)
"""The same with who came and went: badge and person are shown, searched and exported, each look on record."""


@require_GET
def events(request: HttpRequest) -> HttpResponseBase:
    """Badge events at doors in sight."""
    viewer, at = user_of(request), timezone.now()
    may_look = may(viewer, selectors.LOOK)
    named = may_look and request.GET.get("names") == "yes"
    if named and request.GET.get("counts") != "1":
        asked = request.GET.urlencode()
        services.look_at_events(actor=viewer, asked=asked, exported="format" in request.GET)
    context = {"span": selectors.span(viewer=viewer), "tab": "events", "may_look": may_look, "named": named}
    rows = selectors.listed(viewer=viewer, named=named)
    return lists.respond(request, NAMED if named else EVENTS, rows, context, at=at)
