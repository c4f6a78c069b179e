"""Leavers who still have access: the worst case, the others, and asking for access to be closed."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.access import selectors, services
from garrison.apps.access.models import AccessException
from garrison.apps.access.selectors import Leaver
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.registries import panels
from garrison.core.scopes import may, paths
from garrison.core.ui import cells, charts, figures, lists
from garrison.formats import sheet


def still_open(row: AccessException) -> str:
    """What is still open: 1 badge · 2 accounts."""
    said = []
    if row.badges:
        said.append(ngettext("%(n)s badge", "%(n)s badges", row.badges) % {"n": row.badges})
    if row.accounts:
        said.append(ngettext("%(n)s account", "%(n)s accounts", row.accounts) % {"n": row.accounts})
    return " · ".join(said)


def left_cell(row: AccessException, look: lists.Look) -> SafeString:
    """The last day worked, and for how many days access has been open since."""
    if row.person.left is None:
        return cells.two(_("Day not given"), _("HR says left"))
    days = (timezone.localdate(look.at) - row.person.left).days
    words = ngettext("%(n)s day open", "%(n)s days open", days) % {"n": figures.number(days)}
    return cells.two(figures.day(row.person.left, at=look.at), words)


def since_cell(row: AccessException, look: lists.Look) -> SafeString:
    """Whether it was used since, or that closing was asked."""
    if row.uses:
        words = used_words(row, look.at)
        asked = f"{words}; {_('closing asked')}" if row.state == "closing" else words
        return cells.two(cells.state(_("Used since leaving"), "crit"), asked)
    if row.state == "closing":
        return cells.state(_("Closing asked"), "acc", "clock")
    return cells.text(_("Not used"), muted=True)


def used_words(row: AccessException, at: datetime) -> str:
    """What it was used for last."""
    return f"{row.last_use_note}, {figures.moment(row.last_use, at=at)}"


def _leaver_url(row: AccessException) -> str:
    """The page of one leaver."""
    return reverse("access:leaver", args=[row.person.uuid])


PAGE = lists.ListPage(
    key="access.leavers",
    title=gettext_lazy("Leavers who still have access"),
    noun=gettext_lazy("leavers"),
    columns=[
        lists.Column(
            "person",
            gettext_lazy("Person"),
            cell=lambda row, look: cells.two(
                row.person.name, row.person.title or row.person.department, url=_leaver_url(row)
            ),
            value="person.name",
            order=("person__name",),
        ),
        lists.Column(
            "left", gettext_lazy("Left"), cell=left_cell, value="person.left", order=("person__left",), nowrap=True
        ),
        lists.Column(
            "open",
            gettext_lazy("Still open"),
            cell=lambda row, look: cells.text(still_open(row)),
            value=still_open,
            nowrap=True,
            priority=2,
        ),
        lists.Column(
            "since", gettext_lazy("Since leaving"), cell=since_cell, value="uses", order=("uses",), priority=2
        ),
        lists.Column("number", "number", value="person.number", header="employee_number", export_only=True),
        lists.Column("last_use", "last_use", value="last_use", export_only=True),
        lists.Column("last_use_note", "last_use_note", value="last_use_note", export_only=True),
        lists.Column("state", "state", value="state", export_only=True),
    ],
    filters=[
        lists.Filter(
            "state",
            gettext_lazy("Closing"),
            choices=[("open", gettext_lazy("not asked")), ("closing", gettext_lazy("asked"))],
        ),
        lists.Filter("used", gettext_lazy("Used"), "boolean", q=selectors.condition_of_use),
    ],
    search=("person__name", "person__number"),
    sort="-since",
    bulk=[
        lists.BulkAction("close", gettext_lazy("Ask to close"), "access:ask_to_close", "lock", "access.ask_to_close")
    ],
    name=lambda row: row.person.name,
    template="access/leavers.html",
)


@require_GET
def leavers(request: HttpRequest) -> HttpResponseBase:
    """The worst leaver with evidence, the others in a list, and what proves that the list is whole."""
    viewer, at = user_of(request), timezone.now()
    first = selectors.leavers(viewer=viewer, as_of=at, limit=1)
    shown = selectors.leaver(viewer=viewer, person=first[0].person.uuid, as_of=at) if first else None
    return _respond(request, viewer, at, shown)


@require_GET
def leaver(request: HttpRequest, person: UUID) -> HttpResponseBase:
    """One leaver with evidence, the others below."""
    viewer, at = user_of(request), timezone.now()
    shown = selectors.leaver(viewer=viewer, person=person, as_of=at)
    return _respond(request, viewer, at, shown)


def _respond(request: HttpRequest, viewer: User, at: datetime, shown: Leaver | None) -> HttpResponseBase:
    """The page around one leaver; exports hold all of them."""
    but = shown.exception if shown and "format" not in request.GET else None
    rows = selectors.open_exceptions(viewer=viewer, but=but)
    totals = selectors.totals(viewer=viewer)
    proof = selectors.proof(viewer=viewer, as_of=at)
    spent = selectors.time_to_close(viewer=viewer)
    context = {
        "leaver": shown,
        "still_open": still_open(shown.exception) if shown else "",
        "strip": strip(shown, at) if shown else "",
        "totals": totals,
        "to_close": totals["badges"] + totals["accounts"] - totals["asked"],
        "proof": proof,
        "matched": matched_words(proof.matched),
        "spent": spent,
        "months": months(spent),
        "may_close": may(viewer, "access.ask_to_close"),
        "blocks": panels("access.leaver", viewer=viewer, subject=shown.exception, as_of=at) if shown else [],
        "may_files": "/" in paths(viewer, "imports.view"),
        "at": at,
    }
    page = replace(PAGE, noun=gettext_lazy("other leavers")) if but else PAGE
    return lists.respond(request, page, rows, context, at=at)


def matched_words(matched: list[tuple[str, int]]) -> str:
    """How holders were matched: employee number (2,381), e-mail (4)."""
    names = {"number": _("employee number"), "e-mail": _("e-mail"), "name": _("full name")}
    return ", ".join(f"{names[by]} ({figures.number(count)})" for by, count in matched if by and count)


def months(spent: selectors.TimeToClose | None) -> list[charts.Column]:
    """The bars of the time to close."""
    if spent is None:
        return []
    return [
        charts.Column(figures.day(month).rpartition(" ")[2], hours, figures.duration(hours * 3600))
        for month, hours, _count in spent.months
    ]


def strip(shown: Leaver, at: datetime) -> SafeString:
    """The days since leaving: when HR told, when it was found, and each use."""
    stops = [charts.Stop(shown.exception.found, _("Found")), charts.Stop(at, _("Now"))]
    if shown.left_end is not None:
        stops.insert(0, charts.Stop(shown.left_end, _("Access should have ended")))
    if shown.person.left_recorded is not None and shown.person.left_recorded != shown.exception.found:
        stops.append(charts.Stop(shown.person.left_recorded, _("In HR")))
    uses: dict[Any, list[str]] = {}
    for use in shown.uses:
        uses.setdefault(timezone.localdate(use.at), []).append(use.door)
    marks = []
    for use in shown.uses:
        doors = uses.pop(timezone.localdate(use.at), None)
        if doors is not None:
            number = len(set(doors))
            words = _("used once") if len(doors) == 1 else _("used at %(n)s doors") % {"n": number}
            marks.append(charts.Use(use.at, words if number > 1 or len(doors) == 1 else _("used")))
    marks += [charts.Use(a.last_used, _("signed in")) for a in shown.account_uses if a.last_used is not None]
    title = _("What happened since %(name)s left") % {"name": shown.person.name}
    return charts.both(charts.strip)(stops, marks, title=title)


@require_POST
@needs("access.ask_to_close")
def ask_to_close(request: HttpRequest) -> HttpResponse:
    """Ask for the access of the chosen leavers to be closed."""
    viewer, at = user_of(request), timezone.now()
    chosen = lists.chosen(request, PAGE, selectors.open_exceptions(viewer=viewer), at=at)
    undo = services.ask_to_close(actor=viewer, exceptions=chosen, at=at)
    return lists.done(request, undo.label, undo=undo)


@require_POST
@needs("access.ask_to_close")
def ask_to_close_all(request: HttpRequest) -> HttpResponse:
    """Ask for the access of all leavers to be closed."""
    viewer, at = user_of(request), timezone.now()
    undo = services.ask_to_close(actor=viewer, exceptions=selectors.open_uuids(viewer=viewer), at=at)
    return lists.done(request, undo.label, undo=undo)


@require_GET
def work_order(request: HttpRequest) -> HttpResponseBase:
    """What to close, for the badge office and whoever keeps the directory."""
    lines = selectors.work_order(viewer=user_of(request), as_of=timezone.now())
    header = list(next(lines))
    response = StreamingHttpResponse(
        sheet.write_csv(header, ([*line] for line in lines)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="access-to-close.csv"'
    return response
