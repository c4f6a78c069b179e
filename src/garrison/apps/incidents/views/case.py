"""The page of one case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.forms import BriefForm, LinkForm, PhaseForm, RoleForm, SeverityForm, TaskForm
from garrison.apps.incidents.models import Incident
from garrison.apps.incidents.views.listing import severity_badge
from garrison.apps.incidents.views.showing import shown_card, shown_days, shown_phases
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.registries import panels
from garrison.core.scopes import paths
from garrison.core.ui import figures, lists

LANES = {"": lazy("All"), "doors": lazy("Doors"), "logs": lazy("Logs"), "decisions": lazy("Decisions")}
CARDS = 6
"""Clocks in one row."""


@require_GET
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One case: phases, clocks, the one timeline, tasks, and what other parts add."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    lane = request.GET.get("lane", "")
    lane = lane if lane in LANES else ""
    told = list(selectors.entries(viewer=viewer, incident=incident))
    kept = list(selectors.entries(viewer=viewer, incident=incident, kind=lane)) if lane else told
    clocks = selectors.clocks(viewer=viewer, incident=incident, at=at)
    tasks = list(selectors.tasks(viewer=viewer, incident=incident))
    phases = selectors.phases(viewer=viewer, incident=incident)
    context = {
        "days": shown_days(kept, at, may_files="/" in paths(viewer, "imports.view")),
        "lane": lane,
        "lanes": [
            (key == lane, words, reverse("incidents:case", args=[uuid]) + (f"?lane={key}" if key else ""))
            for key, words in LANES.items()
        ],
        "entries": len(told),
        "shown": len(kept),
        "clocks": clocks,
        "cards": [shown_card(card, incident, at) for card in _first(clocks.open)],
        "waiting": [shown_card(card, incident, at) for card in clocks.open if card not in _first(clocks.open)],
        "ended": [shown_card(card, incident, at) for card in clocks.ended],
        "not_owed": figures.listed([rules.law_name(one.law) for one in clocks.decisions]),
        "tasks": tasks,
        "tasks_done": sum(task.state == "done" for task in tasks),
        "steps": shown_phases(phases, incident, at),
        "next": _next(incident, {phase.name for phase in phases}),
        "running": [phase for phase in phases if phase.ended_at is None and phase.name in ("containing", "recovering")],
        "related": selectors.related(viewer=viewer, incident=incident),
        "links": _links(viewer, incident),
        "runs": selectors.runs(viewer=viewer, incident=incident),
        "task_form": TaskForm(),
        "blocks": panels("incidents.incident", viewer=viewer, subject=incident, as_of=at),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/case.html", context)


def _first(cards: list[rules.Card]) -> list[rules.Card]:
    """The clocks that get a card: all that run, and those that need a fact as far as the row has room."""
    timed = [card for card in cards if card.open]
    room = max(1, CARDS - len(timed))
    return [*timed, *[card for card in cards if not card.open][:room]]


def frame(viewer: User, incident: Incident, at: datetime) -> dict[str, Any]:
    """What every page of a case shows at its top."""
    members = selectors.members(viewer=viewer, incident=incident)
    spent = figures.duration(rules.open_for(incident.opened_at, incident.closed_at, at).total_seconds())
    parts = [incident.code, incident.site.name if incident.site else (incident.unit.name if incident.unit else "")]
    said = [", ".join(part for part in parts if part) + "."]
    named = [
        f"{member.get_role_display() if place == 0 else member.get_role_display().lower()} {member.name}"
        for place, member in enumerate(member for member in members if member.role != "member")
    ]
    said.append(", ".join(named) + "." if named else _("Nobody commands it yet."))
    said.append((_("Closed after %(time)s.") if incident.closed_at else _("Open %(time)s.")) % {"time": spent})
    return {
        "incident": incident,
        "at": at,
        "line": " ".join(said),
        "members": members,
        "badge": severity_badge(incident),
        "may_work": incident.closed_at is None and selectors.may_work(viewer=viewer, incident=incident),
        "may_reopen": incident.closed_at is not None and selectors.may_work(viewer=viewer, incident=incident),
        "inside": selectors.inside(viewer=viewer, incident=incident),
    }


def _next(incident: Incident, begun: set[str]) -> list[tuple[str, str]]:
    """The phases that may be started, the nearest first: the first is the page's primary button."""
    return [(name, str(words)) for name, words in rules.BEGIN.items() if name not in begun or name == "reviewed"][:4]


def _links(viewer: User, incident: Incident) -> list[dict[str, Any]]:
    """What the case touches, each with its page."""
    found = []
    for link in selectors.links(viewer=viewer, incident=incident):
        page, icon = selectors.link_address(link)
        url = reverse(page, args=[link.target]) if page and link.target else ""
        found.append({"link": link, "url": url, "icon": icon})
    return found


@require_http_methods(["GET", "POST"])
def phase(request: HttpRequest, uuid: UUID, phase: str) -> HttpResponse:
    """Start a phase; what the gate says is shown before."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    if phase not in rules.BEGIN:
        return lists.refused(request, _("There is no such phase."), to=reverse("incidents:case", args=[uuid]))
    gate = selectors.gate(viewer=viewer, incident=incident, phase=phase, at=at)
    form = PhaseForm(request.POST or None, initial={"phase": phase})
    if request.method == "POST" and form.is_valid():
        services.start_phase(
            actor=viewer,
            uuid=uuid,
            phase=phase,
            at=at,
            started_at=form.cleaned_data["started_at"],
            reason=form.cleaned_data["reason"],
        )
        return lists.done(request, str(rules.PHASES[phase]), to=reverse("incidents:case", args=[uuid]))
    context = {"form": form, "gate": gate, "words": rules.BEGIN[phase], **frame(viewer, incident, at)}
    return render(request, "incidents/phase.html", context, status=422 if form.errors else 200)


@require_POST
@needs("incidents.end_phase")
def end_phase(request: HttpRequest, uuid: UUID, phase: str) -> HttpResponse:
    """End a phase that runs."""
    services.end_phase(actor=user_of(request), uuid=uuid, phase=phase, at=timezone.now())
    said = _("%(phase)s ended") % {"phase": rules.PHASES[phase]}
    return lists.done(request, said, to=reverse("incidents:case", args=[uuid]))


@require_POST
@needs("incidents.reopen")
def reopen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a closed case again."""
    services.reopen(actor=user_of(request), uuid=uuid, reason=request.POST.get("reason", ""), at=timezone.now())
    return lists.done(request, _("Opened again"), to=reverse("incidents:case", args=[uuid]))


@require_GET
def about(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Words, severity, marks, people and links of a case, to change."""
    viewer = user_of(request)
    return _about(request, services.look_at(actor=viewer, uuid=uuid))


def _about(request: HttpRequest, incident: Incident, **more: Any) -> HttpResponse:
    """The page of what a case is, with a form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    users = [(str(user.uuid), str(user)) for user in selectors.responders(viewer=viewer, incident=incident)]
    context = {
        "brief_form": BriefForm(
            initial={"title": incident.title, "brief": incident.brief, "version": incident.version}
        ),
        "severity_form": SeverityForm(initial={"severity": incident.severity}),
        "role_form": RoleForm(users=users),
        "link_form": LinkForm(),
        "links": _links(viewer, incident),
        "category": rules.CATEGORIES.get(incident.category, incident.category),
        **frame(viewer, incident, at),
        **more,
    }
    return render(request, "incidents/about.html", context, status=409 if "stale" in more else 422 if more else 200)


@require_POST
@needs("incidents.edit_brief")
def edit_brief(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change title and brief; when somebody else did meanwhile, both texts are shown."""
    viewer, at = user_of(request), timezone.now()
    form = BriefForm(request.POST)
    if not form.is_valid():
        return _about(request, services.look_at(actor=viewer, uuid=uuid), brief_form=form)
    told = form.cleaned_data
    try:
        services.edit_brief(
            actor=viewer, uuid=uuid, title=told["title"], brief=told["brief"], version=told["version"], at=at
        )
    except services.Stale as stale:
        again = BriefForm(initial={"title": told["title"], "brief": told["brief"], "version": stale.version})
        incident = services.look_at(actor=viewer, uuid=uuid)
        return _about(request, incident, brief_form=again, stale=stale)
    return lists.done(request, _("Words kept"), to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.set_severity")
def set_severity(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Judge the severity otherwise than the rule."""
    form = SeverityForm(request.POST)
    if not form.is_valid():
        return _about(request, services.look_at(actor=user_of(request), uuid=uuid), severity_form=form)
    told = form.cleaned_data
    services.set_severity(
        actor=user_of(request), uuid=uuid, severity=told["severity"], reason=told["reason"], at=timezone.now()
    )
    said = _("Severity %(n)s") % {"n": told["severity"]}
    return lists.done(request, said, to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.mark")
def mark(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Restrict the case, or mark it privileged."""
    services.mark(
        actor=user_of(request),
        uuid=uuid,
        restricted=bool(request.POST.get("restricted")),
        privileged=bool(request.POST.get("privileged")),
        at=timezone.now(),
    )
    return lists.done(request, _("Marks changed"), to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.assign")
def assign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give somebody a role."""
    viewer = user_of(request)
    incident = services.look_at(actor=viewer, uuid=uuid)
    users = [(str(user.uuid), str(user)) for user in selectors.responders(viewer=viewer, incident=incident)]
    form = RoleForm(request.POST, users=users)
    if not form.is_valid():
        return _about(request, incident, role_form=form)
    told = form.cleaned_data
    made = services.assign(
        actor=viewer,
        uuid=uuid,
        role=told["role"],
        user=UUID(told["user"]) if told["user"] else None,
        name=told["name"],
        at=timezone.now(),
    )
    said = _("%(name)s: %(role)s") % {"name": made.name, "role": made.get_role_display()}
    return lists.done(request, said, to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.release")
def release(request: HttpRequest, uuid: UUID, member: UUID) -> HttpResponse:
    """Take a role away."""
    services.release(actor=user_of(request), uuid=uuid, member=member, at=timezone.now())
    return lists.done(request, _("Role taken away"), to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.link")
def add_link(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Link a thing by name."""
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _about(request, services.look_at(actor=user_of(request), uuid=uuid), link_form=form)
    told = form.cleaned_data
    services.add_link(
        actor=user_of(request), uuid=uuid, kind=told["kind"], label=told["label"], note=told["note"], at=timezone.now()
    )
    said = _("%(label)s linked") % {"label": told["label"]}
    return lists.done(request, said, to=reverse("incidents:about", args=[uuid]))


@require_POST
@needs("incidents.unlink")
def remove_link(request: HttpRequest, uuid: UUID, link: UUID) -> HttpResponse:
    """Take a link back."""
    services.remove_link(actor=user_of(request), uuid=uuid, link=link)
    return lists.done(request, _("Link removed"), to=reverse("incidents:about", args=[uuid]))
