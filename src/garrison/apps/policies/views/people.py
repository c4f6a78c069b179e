"""Acknowledgement: who has and who has not, one's own, and by one-time link."""

import csv
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.people.models import Person
from garrison.apps.policies import selectors, services
from garrison.apps.policies.forms import PaperForm, RemindForm
from garrison.apps.policies.models import Version
from garrison.apps.policies.rules import parse_quiz
from garrison.apps.policies.views.page import shown_text
from garrison.core.clock import local_day, zone
from garrison.core.commands import Refused
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
from garrison.core.selectors import system_actor
from garrison.core.ui import cells, lists

STANDS = {
    "outstanding": (_("Not yet"), "warn", "clock"),
    "acknowledged": (_("Acknowledged"), "ok", ""),
    "leave": (_("On leave"), "mute", "clock-pause"),
    "left": (_("Left"), "mute", "user-off"),
    "elsewhere": (_("No longer in scope"), "mute", "transfer"),
}

PEOPLE = lists.ListPage(
    key="policies.people",
    title=_("Acknowledgement"),
    noun=_("people"),
    template="policies/people.html",
    columns=[
        lists.Column(
            "person",
            _("Person"),
            header="name",
            order=("name", "number"),
            value="name",
            cell=lambda person, look: cells.two(
                person.name,
                " · ".join(part for part in (person.title, person.unit.name if person.unit else "") if part),
                url=reverse("people:detail", args=[person.uuid]),
            ),
        ),
        lists.Column("stands", _("Stands"), order=("stands",), value="stands", nowrap=True,
                     cell=lambda person, look: cells.state(*STANDS[person.stands])),
        lists.Column("at", _("When"), header="acknowledged_at", order=("acknowledged_at",), value="acknowledged_at",
                     nowrap=True, priority=2, cell=lambda person, look: _when(person, look)),
        lists.Column("reminders", _("Reminded"), order=("reminders",), value="reminders", priority=2,
                     cell=lambda person, look: _reminded(person, look)),
        lists.Column("number", _("Number"), header="employee_id", order=("number",), value="number", priority=3),
        lists.Column("email", _("E-mail"), value="email", export_only=True),
        lists.Column("unit", _("Unit"), header="unit_code", value="unit.code", export_only=True),
        lists.Column("policy", _("Policy"), value="told.policy.code", export_only=True),
        lists.Column("version", _("Version"), value="told.number", export_only=True),
        lists.Column("sha256", _("Hash of the text"), value="acknowledged_hash", export_only=True),
        lists.Column("how", _("How"), value="acknowledged_how", export_only=True),
        lists.Column("recorded_by", _("Recorded by"), value="acknowledged_by", export_only=True),
        lists.Column("note", _("Note"), value="acknowledged_note", export_only=True),
        lists.Column("score", _("Quiz, of 100"), value="acknowledged_score", export_only=True),
        lists.Column("last_reminder", _("Last reminder"), value="reminded", export_only=True),
    ],
    filters=[
        lists.Filter("stands", _("Stands"), "choice", choices=[(key, said[0]) for key, said in STANDS.items()]),
        lists.Filter("title", _("Title"), "text", lookup="title__icontains", shown=False),
    ],
    search=("name", "number", "email", "title", "unit__name"),
    sort="-stands",
    views=[
        lists.View("not", _("Not yet"), {"stands": "outstanding"}),
        lists.View("done", _("Acknowledged"), {"stands": "acknowledged"}),
        lists.View("all", _("All"), {}),
    ],
    empty=lists.Empty(_("It binds nobody yet"), _("Import the HR roster, or widen whom the policy binds."), _("Import"),
                      "web:imports"),
    name=lambda person: person.name,
)  # fmt: skip


def _when(person: Person, look: lists.Look) -> SafeString:
    """When somebody acknowledged, and how."""
    at: datetime | None = person.acknowledged_at  # type: ignore[attr-defined]
    if at is None:
        return cells.text("")
    how = {"signed in": _now("signed in"), "link": _now("one-time link"), "paper": _now("signed on paper")}
    return cells.two(cells.when(at), how.get(person.acknowledged_how, ""), plain=True)  # type: ignore[attr-defined]


def _reminded(person: Person, look: lists.Look) -> SafeString:
    """How often somebody was reminded, and when last."""
    number: int = person.reminders  # type: ignore[attr-defined]
    if not number:
        return cells.text("")
    said = ngettext("%(n)s time", "%(n)s times", number) % {"n": number}
    return cells.two(said, cells.when(person.reminded), plain=True)  # type: ignore[attr-defined]


def _page(version: Version, viewer: object) -> lists.ListPage:
    """The list of one version's people: its bulk actions know which policy it is."""
    told = {"policy": version.policy.uuid}

    def paper(viewer: object) -> PaperForm:
        """The form of the bulk action."""
        return PaperForm(prefix="paper", initial=told)

    def remind(viewer: object) -> RemindForm:
        """The form of the bulk action."""
        return RemindForm(prefix="remind", initial=told)

    def prepare(rows: list[Person]) -> None:
        """Every row of an export names the words that were to be read."""
        for row in rows:
            row.told = version  # type: ignore[attr-defined]

    bulk = [
        lists.BulkAction("remind", _("Remind"), "policies:remind", "bell", "policies.remind", remind),
        lists.BulkAction(
            "paper", _("Signed on paper"), "policies:paper", "writing-sign", "policies.record_paper", paper
        ),
    ]
    return replace(PEOPLE, bulk=bulk, prepare=prepare)


@require_GET
def people(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Who is bound by the version in force, and who has acknowledged it."""
    now, viewer = timezone.now(), user_of(request)
    version = selectors.version_in_force(viewer=viewer, uuid=uuid)
    context = {
        "policy": version.policy,
        "version": version,
        "population": selectors.population(viewer=viewer, version=version),
        "at": now,
        "may_remind": may(viewer, "policies.remind"),
        "may_link": may(viewer, "policies.issue_links"),
        "mail": selectors.sends_mail(),
    }
    rows = selectors.everybody(viewer=viewer, version=version)
    return lists.respond(request, _page(version, viewer), rows, context, at=now)


def _chosen(request: HttpRequest, key: str) -> tuple[UUID | None, list[UUID]]:
    """The policy that a bulk action was posted for, and the people who were chosen."""
    viewer, now = user_of(request), timezone.now()
    form = RemindForm(request.POST, prefix=key)
    if not form.is_valid():
        return None, []
    version = selectors.version_in_force(viewer=viewer, uuid=form.cleaned_data["policy"])
    rows = selectors.everybody(viewer=viewer, version=version)
    return version.policy.uuid, lists.chosen(request, _page(version, viewer), rows, at=now)


@require_POST
@needs("policies.remind")
def remind(request: HttpRequest) -> HttpResponse:
    """Remind those chosen who have not acknowledged."""
    policy, chosen = _chosen(request, "remind")
    if policy is None:
        return lists.refused(request, _now("Open the list again; it did not say which policy."))
    number, undo = services.remind(actor=user_of(request), uuid=policy, people=chosen, at=timezone.now())
    said = ngettext("%(n)s reminder recorded", "%(n)s reminders recorded", number) % {"n": number}
    return lists.done(request, said, undo=undo)


@require_POST
@needs("policies.remind")
def remind_all(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Remind all who have not acknowledged."""
    number, undo = services.remind(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = ngettext("%(n)s reminder recorded", "%(n)s reminders recorded", number) % {"n": number}
    return lists.done(request, said, undo=undo, to=reverse("policies:people", args=[uuid]))


@require_POST
@needs("policies.record_paper")
def paper(request: HttpRequest) -> HttpResponse:
    """Record those chosen from a signed list."""
    policy, chosen = _chosen(request, "paper")
    form = PaperForm(request.POST, prefix="paper")
    if policy is None or not form.is_valid():
        return lists.refused(request, _now("Give the day of the list and where it is kept."))
    signed = datetime.combine(form.cleaned_data["on"], time(12), tzinfo=zone())
    now = timezone.now()
    if local_day(signed) == local_day(now):
        signed = min(signed, now)
    number, undo = services.record_paper(
        actor=user_of(request), uuid=policy, people=chosen, on=signed, note=form.cleaned_data["note"], at=now
    )
    said = ngettext("%(n)s signature recorded", "%(n)s signatures recorded", number) % {"n": number}
    return lists.done(request, said, undo=undo)


@require_POST
@never_cache
@needs("policies.issue_links")
def links(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One-time links for all who have not acknowledged, as a table; they are shown this once."""
    made = services.issue_links(actor=user_of(request), uuid=uuid, at=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="acknowledgement-links.csv"'
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow(["employee_id", "name", "email", "link"])
    for each in made:
        person = each.person
        table.writerow([_guarded(said) for said in (person.number, person.name, person.email)] + [each.url])
    return response


def _guarded(said: str) -> str:
    """A cell that a spreadsheet will not run."""
    return f"'{said}" if said[:1] in "=+-@\t\r" else said


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What the signed-in person has to read."""
    now, viewer = timezone.now(), user_of(request)
    rows = selectors.tasks(viewer=viewer, as_of=local_day(now))
    context = {
        "person": selectors.person_of(viewer=viewer),
        "open": [row for row in rows if row.acknowledged is None],
        "done": [row for row in rows if row.acknowledged is not None],
        "at": now,
    }
    return render(request, "policies/mine.html", context)


@require_http_methods(["GET", "POST"])
def read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read one policy and acknowledge it."""
    now, viewer = timezone.now(), user_of(request)
    task, questions = selectors.task(viewer=viewer, policy=uuid, as_of=local_day(now))
    context = {"task": task, "version": task.version, "policy": task.version.policy, "questions": questions, "at": now}
    context |= {"text": shown_text(task.version.body), "back": reverse("policies:mine")}
    if request.method == "POST":
        result = services.acknowledge(
            actor=viewer, uuid=uuid, at=now, sha256=request.POST.get("sha256", ""), answers=_answers(request)
        )
        if result.done:
            said = _("Acknowledged: %(title)s") % {"title": task.version.policy.title}
            return lists.done(request, said, to=reverse("policies:mine"))
        return render(request, "policies/read.html", context | {"result": result}, status=422)
    return render(request, "policies/read.html", context)


@login_not_required
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same by a one-time link, without a sign-in: the link is for one person and one text."""
    now, system = timezone.now(), system_actor()
    found = selectors.invitation(viewer=system, token=token, at=now)
    if found is None:
        return render(request, "policies/by_link.html", {"gone": True}, status=410)
    version = found.version
    context = {
        "version": version,
        "policy": version.policy,
        "person": found.person,
        "questions": parse_quiz(version.quiz)[0],
        "text": shown_text(version.body),
    }
    if request.method == "GET":
        return render(request, "policies/by_link.html", context)
    try:
        result = services.acknowledge_by_link(
            actor=system, token=token, at=now, sha256=request.POST.get("sha256", ""), answers=_answers(request)
        )
    except Refused as refusal:
        return render(request, "policies/by_link.html", {"gone": True, "reason": str(refusal)}, status=410)
    status = 200 if result.done else 422
    return render(request, "policies/by_link.html", context | {"result": result, "at": now}, status=status)


def _answers(request: HttpRequest) -> dict[int, int]:
    """The chosen answers by question; anything that is no number is no answer."""
    found = {}
    for name, value in request.POST.items():
        place = _small(name.removeprefix("q")) if name.startswith("q") else None
        answer = _small(str(value))
        if place is not None and answer is not None:
            found[place] = answer
    return found


def _small(said: str) -> int | None:
    """A number of at most three digits; None for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else None
