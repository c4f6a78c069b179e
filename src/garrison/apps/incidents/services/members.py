"""Who works on a case, who sees it, and what it touches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from garrison.apps.incidents import selectors
from garrison.apps.incidents.models import Incident, Link, Member
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may


@command("incidents.mark")
def mark(*, actor: User, uuid: UUID, restricted: bool, privileged: bool, at: datetime) -> Incident:
    """Restrict the case to its members, and mark it as led by counsel. Only its commander, counsel or the security
    head may; and nobody locks themselves out.
    """
    incident = open_case(actor, uuid)
    mine = selectors.roles_in(viewer=actor, incident=incident)
    if not ({"commander", "counsel"} & set(mine) or may(actor, selectors.SEALED, incident.path)):
        raise Refused("only the commander, counsel or the security head may change who sees the case")
    before = {"restricted": incident.restricted, "privileged": incident.privileged}
    after = {"restricted": restricted, "privileged": privileged}
    if before == after:
        raise Refused("it is marked so already")
    incident.restricted, incident.privileged = restricted, privileged
    incident.save(update_fields=["restricted", "privileged"])
    said = [word for word, holds in after.items() if holds]
    title = f"Marked {' and '.join(said)}" if said else "No longer restricted or privileged"
    write_entry(actor, incident, at=at, kind="decision", title=title, happened=at)
    changed(target=incident.code, path=incident.path, before=before, after=after)
    return incident


@command("incidents.assign")
def assign(*, actor: User, uuid: UUID, role: str, at: datetime, user: UUID | None = None, name: str = "") -> Member:
    """Give somebody a role in the case: a user, who then sees it, or the name of somebody who has none.

    There is one commander: giving command to somebody else makes the former a member.
    """
    incident = open_case(actor, uuid)
    if role not in dict(Member.ROLES):
        raise Refused("there is no such role")
    found: User | None = None
    if user is not None:
        found = next((u for u in selectors.responders(viewer=actor, incident=incident) if u.uuid == user), None)
        if found is None:
            raise Refused("that user may not work on incidents of this unit; grant them a role first")
        name = str(found)
    name = " ".join(name.split())[:200]
    if not name:
        raise Refused("name somebody")
    if Member.objects.filter(incident=incident, role=role, name=name).exists():
        raise Refused(f"{name} has that role already")
    before = ""
    if role == "commander":
        former = Member.objects.filter(incident=incident, role="commander").first()
        if former is not None:
            before = former.name
            former.delete()
            Member.objects.get_or_create(
                incident=incident, role="member", name=former.name, defaults={"user": former.user, "since": at}
            )
    made = Member.objects.create(incident=incident, role=role, user=found, name=name, since=at)
    title = f"{name} joined as {dict(Member.ROLES)[role].lower()}"
    write_entry(actor, incident, at=at, kind="system", title=title, happened=at)
    changed(
        target=incident.code,
        path=incident.path,
        before={"role": role, "was": before},
        after={"role": role, "name": name},
    )
    return made


@command("incidents.release")
def release(*, actor: User, uuid: UUID, member: UUID, at: datetime) -> None:
    """Take a role in the case away; command is handed over instead."""
    incident = open_case(actor, uuid)
    found = Member.objects.filter(incident=incident, uuid=member).first()
    if found is None:
        raise Missing("nobody of that kind works on the case")
    if found.role == "commander":
        raise Refused("give command to somebody else first")
    found.delete()
    title = f"{found.name} left as {found.get_role_display().lower()}"
    write_entry(actor, incident, at=at, kind="system", title=title, happened=at)
    changed(target=incident.code, path=incident.path, before={"role": found.role, "name": found.name})


@command("incidents.link")
def add_link(
    *, actor: User, uuid: UUID, kind: str, label: str, at: datetime, target: UUID | None = None, note: str = ""
) -> Link:
    """Say that the case touches a thing: a record of ours by uuid, or an indicator that is only words."""
    incident = open_case(actor, uuid)
    label = " ".join(label.split())[:300]
    if kind not in dict(Link.KINDS) or not label:
        raise Refused("say what kind of thing it is, and what it is called")
    link, new = Link.objects.get_or_create(
        incident=incident, kind=kind, label=label, defaults={"target": target, "note": note[:300], "added_at": at}
    )
    if not new:
        raise Refused(f"{label} is linked already")
    changed(target=incident.code, path=incident.path, after={"kind": kind, "label": label})
    return link


@command("incidents.unlink")
def remove_link(*, actor: User, uuid: UUID, link: UUID) -> None:
    """Take a link back."""
    incident = open_case(actor, uuid)
    found = Link.objects.filter(incident=incident, uuid=link).first()
    if found is None:
        raise Missing("no such link")
    if custody.hold(viewer=actor, incident=incident) is not None:
        raise Refused("a legal hold stands over this case: nothing of it may be deleted")
    before: dict[str, Any] = {"kind": found.kind, "label": found.label}
    found.delete()
    changed(target=incident.code, path=incident.path, before=before)
