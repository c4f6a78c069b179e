"""Opening cases, their phases, roles, marks and words."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from garrison.apps.incidents import rules, selectors
from garrison.apps.incidents.models import PHASES, Incident, Link, Member, Phase
from garrison.apps.incidents.services.timeline import write_entry
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Site, Unit
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may


class Stale(Refused):
    """Somebody else changed the same words meanwhile: ``theirs`` is what stands, ``mine`` what was sent."""

    def __init__(self, theirs: str, mine: str, version: int) -> None:
        super().__init__("somebody else changed these words while you wrote; both texts are shown, nothing was lost")
        self.theirs = theirs
        self.mine = mine
        self.version = version


def look_at(*, actor: User, uuid: UUID) -> Incident:
    """One case for its page. Whoever guesses the address of one outside their sight is told nothing, and recorded."""
    try:
        return selectors.incident(viewer=actor, uuid=uuid)
    except Missing:
        look_outside(actor=actor, uuid=uuid)
        raise


@command("incidents.look_outside")
def look_outside(*, actor: User, uuid: UUID) -> None:
    """Record that somebody asked for a case outside their sight. It is always refused."""
    raise Missing("no such incident")


@command("incidents.open")
def open_incident(
    *,
    actor: User,
    title: str,
    kind: str,
    category: str,
    at: datetime,
    answers: Mapping[str, bool] | None = None,
    brief: str = "",
    unit_path: str = "",
    site: UUID | None = None,
    detected_at: datetime | None = None,
    detected_latest: datetime | None = None,
    restricted: bool | None = None,
    privileged: bool = False,
    exercise: bool = False,
    origin_kind: str = "",
    origin: UUID | None = None,
    links: tuple[tuple[str, UUID | None, str], ...] = (),
    number: int | None = None,
) -> Incident:
    """Open a case and put its opener in command. Severity follows from ``answers`` by the rule.

    ``unit_path`` places it (the site's unit where none is given); cases in which the one concerned may be a colleague
    are restricted to their members unless ``restricted`` says otherwise. ``links`` are (kind, uuid, label);
    ``number`` goes on with the numbers of an older register.
    """
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise Refused("a case needs a title of at most 200 characters")
    if category not in rules.CATEGORIES or kind not in dict(Incident.KINDS):
        raise Refused("choose what happened, and in which world")
    detected = detected_at or at
    if detected > at:
        raise Refused("it cannot have been detected in the future")
    place = organization.site(viewer=actor, uuid=site) if site else None
    unit = _unit(actor, unit_path, place)
    if not may(actor, "incidents.open", unit.path if unit else "/"):
        raise Missing("no such unit")
    judged = rules.severity(answers or {})
    year = local_day(at).year
    latest = Incident.objects.select_for_update().filter(year=year).aggregate(Max("sequence"))["sequence__max"] or 0
    sequence = latest + 1 if number is None else number
    if number is not None and Incident.objects.filter(year=year, sequence=number).exists():
        raise Refused(f"INC-{year}-{number:03} is taken")
    incident = Incident.objects.create(
        code=f"INC-{year}-{sequence:03}",
        year=year,
        sequence=sequence,
        title=title,
        brief=brief.strip(),
        kind=kind,
        category=category,
        unit=unit,
        site=place,
        severity=judged.level,
        severity_rule=judged.level,
        severity_reason=judged.reason[:400],
        restricted=category in rules.QUIET if restricted is None else restricted,
        privileged=privileged,
        exercise=exercise,
        detected_at=detected,
        detected_latest=detected_latest,
        opened_at=at,
        opened_by=actor,
        origin_kind=origin_kind,
        origin=origin,
    )
    Phase.objects.create(
        incident=incident, name="detected", started_at=detected, started_latest=detected_latest, by=actor
    )
    if not actor.is_system:
        Member.objects.create(incident=incident, role="commander", user=actor, name=str(actor), since=at)
    Link.objects.bulk_create(
        [
            Link(incident=incident, kind=link_kind, target=target, label=label[:300], added_at=at)
            for link_kind, target, label in dict.fromkeys(links)
        ]
    )
    write_entry(
        actor,
        incident,
        at=at,
        kind="system",
        title=f"Case opened, severity {judged.level}",
        text=judged.reason[:1].upper() + judged.reason[1:],
        happened=at,
    )
    changed(
        target=incident.code,
        path=incident.path,
        after={
            "title": title,
            "category": category,
            "severity": judged.level,
            "restricted": incident.restricted,
            "exercise": exercise,
            "origin": origin_kind,
        },
    )
    return incident


def _unit(actor: User, unit_path: str, place: Site | None) -> Unit | None:
    """The unit that a case belongs to: the one named, else the site's, else the top of what the actor sees."""
    if unit_path:
        found = organization.units(viewer=actor).filter(path=unit_path).first()
        if found is None:
            raise Missing("no such unit")
        return found
    if place is not None and place.unit is not None:
        return place.unit
    return organization.root(viewer=actor)


def open_case(actor: User, uuid: UUID) -> Incident:
    """A case that may still be written in. Raises ``Missing`` out of sight, ``Refused`` once it is closed."""
    incident = selectors.incident(viewer=actor, uuid=uuid)
    if incident.closed_at is not None:
        raise Refused(f"{incident.code} is closed; open it again first")
    return incident


@command("incidents.start_phase")
def start_phase(
    *,
    actor: User,
    uuid: UUID,
    phase: str,
    at: datetime,
    started_at: datetime | None = None,
    started_latest: datetime | None = None,
    reason: str = "",
) -> Phase:
    """Start a phase; those that run go on beside it, but triage ends detection and closing ends all.

    What the gate advises may be passed by the commander with a reason; what blocks closing may not.
    """
    incident = open_case(actor, uuid)
    if phase not in PHASES or phase == "detected":
        raise Refused("there is no such phase")
    began = started_at or at
    if began > at:
        raise Refused("a phase cannot start in the future")
    if began < incident.detected_at:
        raise Refused("a phase cannot start before the case was detected")
    if Phase.objects.filter(incident=incident, name=phase, ended_at=None).exists():
        raise Refused(f"{rules.PHASES[phase]} runs already")
    gate = selectors.gate(viewer=actor, incident=incident, phase=phase, at=at)
    if gate.blocks:
        raise Refused(f"{incident.code} cannot be closed: {'; '.join(gate.blocks)}")
    reason = reason.strip()
    if gate.advice:
        if not reason:
            raise Refused(f"{'; '.join(gate.advice)}. Go on by giving a reason")
        _must_command(actor, incident)
    ends = list(PHASES) if phase == "closed" else ["detected"] if phase == "triaged" else []
    for running in Phase.objects.filter(incident=incident, name__in=ends, ended_at=None):
        running.ended_at = max(began, running.started_at)
        running.save(update_fields=["ended_at"])
    made = Phase.objects.create(
        incident=incident,
        name=phase,
        started_at=began,
        started_latest=started_latest,
        ended_at=began if phase in ("triaged", "reviewed", "closed") else None,
        by=actor,
        overridden=reason[:400] if gate.advice else "",
    )
    before = incident.phase
    if PHASES.index(phase) > PHASES.index(incident.phase):
        incident.phase = phase
    if phase == "closed":
        incident.closed_at = at
    incident.save(update_fields=["phase", "closed_at"])
    words = f"{rules.PHASES[phase]}"
    write_entry(actor, incident, at=at, kind="system", title=words, text=reason, happened=began)
    changed(
        target=incident.code,
        path=incident.path,
        before={"phase": before},
        after={"phase": phase, "started_at": began, "advice": gate.advice, "reason": reason},
    )
    return made


@command("incidents.end_phase")
def end_phase(*, actor: User, uuid: UUID, phase: str, at: datetime) -> Phase:
    """End a phase that runs, such as containing once it is contained."""
    incident = open_case(actor, uuid)
    running = Phase.objects.filter(incident=incident, name=phase, ended_at=None).first()
    if running is None:
        raise Refused("that phase does not run")
    running.ended_at = at
    running.save(update_fields=["ended_at"])
    write_entry(actor, incident, at=at, kind="system", title=f"{rules.PHASES[phase]} ended", happened=at)
    changed(target=incident.code, path=incident.path, after={"phase": phase, "ended_at": at})
    return running


@command("incidents.reopen")
def reopen(*, actor: User, uuid: UUID, reason: str, at: datetime) -> Incident:
    """Open a closed case again, with a reason."""
    incident = selectors.incident(viewer=actor, uuid=uuid)
    if incident.closed_at is None:
        raise Refused(f"{incident.code} is open")
    if not reason.strip():
        raise Refused("say why the case is opened again")
    before = incident.closed_at
    incident.closed_at, incident.phase = None, "reviewed"
    incident.save(update_fields=["closed_at", "phase"])
    write_entry(actor, incident, at=at, kind="decision", title="Case opened again", text=reason, happened=at)
    changed(target=incident.code, path=incident.path, before={"closed_at": before}, after={"reason": reason})
    return incident


def _must_command(actor: User, incident: Incident) -> None:
    """Refuse anybody but the commander, where there is one, and the security head."""
    if may(actor, selectors.SEALED, incident.path):
        return
    commander = Member.objects.filter(incident=incident, role="commander").first()
    if commander is not None and commander.user_id != actor.pk:
        raise Refused(f"only {commander.name}, who commands the case, may go on past what the gate advises")


@command("incidents.set_severity")
def set_severity(*, actor: User, uuid: UUID, severity: int, reason: str, at: datetime) -> Incident:
    """Judge how grave the case is, otherwise than the rule does, with a reason."""
    incident = open_case(actor, uuid)
    if not 1 <= severity <= 4:
        raise Refused("severity is 1 to 4; 1 is the worst")
    if not reason.strip():
        raise Refused("say why the case is graver or milder than the rule has it")
    before = {"severity": incident.severity, "reason": incident.severity_reason}
    if incident.severity == severity and incident.severity_reason == reason.strip()[:400]:
        raise Refused(f"{incident.code} has severity {severity} for that reason already")
    incident.severity, incident.severity_reason = severity, reason.strip()[:400]
    incident.save(update_fields=["severity", "severity_reason"])
    title = f"Severity {severity}, by the rule {incident.severity_rule}"
    write_entry(actor, incident, at=at, kind="decision", title=title, text=reason, happened=at)
    changed(target=incident.code, path=incident.path, before=before, after={"severity": severity, "reason": reason})
    return incident


@command("incidents.edit_brief")
def edit_brief(*, actor: User, uuid: UUID, title: str, brief: str, version: int, at: datetime) -> Incident:
    """Change title and brief. Raises ``Stale`` with both texts when somebody else changed them after ``version``."""
    incident = open_case(actor, uuid)
    title, brief = " ".join(title.split()), brief.strip()
    if not title or len(title) > 200:
        raise Refused("a case needs a title of at most 200 characters")
    if (incident.title, incident.brief) == (title, brief):
        return incident
    before = {"title": incident.title, "brief": incident.brief}
    moved = Incident.objects.filter(pk=incident.pk, version=version).update(
        title=title, brief=brief, version=version + 1
    )
    if not moved:
        now = Incident.objects.get(pk=incident.pk)
        raise Stale(f"{now.title}\n\n{now.brief}".strip(), f"{title}\n\n{brief}".strip(), now.version)
    changed(target=incident.code, path=incident.path, before=before, after={"title": title, "brief": brief})
    incident.refresh_from_db()
    return incident
