"""Pages of the people app."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from garrison.apps.organization import selectors as organization
from garrison.apps.people import selectors
from garrison.apps.people.models import Person
from garrison.core.http import user_of
from garrison.core.registries import panels
from garrison.core.ui import cells, figures, lists

STATUSES = (("active", _("Working")), ("leave", _("On leave")), ("left", _("Left")))
KINDS = (("employee", _("Employee")), ("contractor", _("Contractor")), ("other", _("Other")))


def _person(person: Person) -> SafeString:
    """Name and link, title and department below."""
    said = " · ".join(part for part in (person.title, person.department) if part)
    return cells.two(person.name, said or person.number, url=reverse("people:detail", args=[person.uuid]))


def _status(person: Person, look: lists.Look) -> SafeString:
    """Working, on leave, or left and when."""
    words = dict(STATUSES).get(person.status, person.status)
    if person.left is None:
        return cells.text(words, muted=person.status == "active")
    day = figures.day(person.left, at=look.at)
    if person.status == "left":
        return cells.two(_now("Left %(day)s") % {"day": day}, figures.ago(person.left, look.at), plain=True)
    return cells.two(words, _now("last day %(day)s") % {"day": day}, plain=True)


PEOPLE = lists.ListPage(
    key="people.people",
    title=_("People"),
    noun=_("people"),
    columns=[
        lists.Column(
            "person", _("Person"), header="name", order=("name",), value="name", cell=lambda p, look: _person(p)
        ),
        lists.Column("number", _("Number"), header="employee_id", order=("number",), nowrap=True, priority=2),
        lists.Column("status", _("Employment"), order=("status", "-left"), value="status", cell=_status),
        lists.Column(
            "unit",
            _("Unit"),
            header="unit_code",
            order=("unit__name",),
            value=lambda p: p.unit.code if p.unit else p.unit_code,
            cell=lambda p, look: p.unit.name if p.unit else cells.text(p.unit_code, muted=True),
            priority=2,
        ),
        lists.Column("site", _("Site"), order=("site__name",), value="site.name", priority=3),
        lists.Column(
            "kind",
            _("Kind"),
            order=("kind",),
            value="kind",
            cell=lambda p, look: dict(KINDS).get(p.kind, p.kind),
            priority=3,
        ),
        lists.Column(
            "hired",
            _("Hired"),
            header="hire_date",
            order=("hired",),
            value="hired",
            cell=lambda p, look: cells.when(p.hired) if p.hired else cells.text(""),
            nowrap=True,
            shown=False,
        ),
        lists.Column("left", _("Last day"), header="termination_date", value="left", export_only=True),
        lists.Column("email", _("E-mail"), header="work_email", order=("email",), value="email", shown=False),
        lists.Column("department", _("Department"), order=("department",), shown=False),
        lists.Column("title", _("Title"), header="job_title", order=("title",), shown=False),
        lists.Column("manager", _("Manager"), header="supervisor_id", value="manager", export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("site", _("Site"), "multi", lookup="site__uuid", choices=organization.site_choices),
        lists.Filter("status", _("Employment"), "multi", choices=STATUSES),
        lists.Filter("kind", _("Kind"), "choice", choices=KINDS),
        lists.Filter("department", _("Department"), "text", shown=False),
        lists.Filter("left", _("Last day"), "dates", shown=False),
    ],
    search=("name", "number", "email"),
    sort="person",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("working", _("Working"), {"status": ["active", "leave"]}),
        lists.View("have_left", _("Left"), {"status": "left", "sort": "status"}),
        lists.View("contractors", _("Contractors"), {"kind": "contractor", "status": ["active", "leave"]}),
    ],
    empty=lists.Empty(
        _("Nobody here yet"),
        _("Drop the HR roster here: CSV or XLSX with employee_id, name, status, hire_date and termination_date."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    rule=_("The roster is the authority: what it no longer says is no longer here."),
    name=lambda person: person.name,
)


@require_GET
def people_list(request: HttpRequest) -> HttpResponseBase:
    """Everyone on the roster."""
    viewer = user_of(request)

    def scope_line() -> str:
        """How many there are, counted only when the whole page is drawn."""
        counted = selectors.counts(viewer=viewer)
        words = _now("%(people)s on the roster, %(left)s of them have left.")
        told = words % {name: figures.number(counted[name]) for name in ("people", "left")}
        return told if counted["people"] else ""

    rows = selectors.people(viewer=viewer)
    return lists.respond(request, PEOPLE, rows, {"scope_line": scope_line}, at=timezone.now())


@require_GET
def person_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One person; what else is known of them comes from the apps above."""
    now, viewer = timezone.now(), user_of(request)
    person = selectors.person(viewer=viewer, uuid=uuid)
    context = {
        "person": person,
        "at": now,
        "status": dict(STATUSES).get(person.status, person.status),
        "kind": dict(KINDS).get(person.kind, person.kind),
        "manager": selectors.person_numbered(viewer=viewer, number=person.manager) if person.manager else None,
        "reports": list(selectors.reports(viewer=viewer, person=person)[: selectors.REPORTS]),
        "blocks": panels("people.person", viewer=viewer, subject=person, as_of=now),
    }
    return render(request, "people/person.html", context)
