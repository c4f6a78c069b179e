"""What leaves, what must stay, and the package for a third party. Each adds to the chain of custody."""

from datetime import datetime
from typing import IO
from uuid import UUID

from garrison.apps.incidents.models import EvidenceItem, Incident, LegalHold, Release
from garrison.apps.incidents.rules import custody as rules
from garrison.apps.incidents.selectors import cases, custody
from garrison.apps.incidents.services.custody import add_to_chain, refuse_if, signed_name, tell
from garrison.apps.incidents.services.timeline import write_entry
from garrison.apps.organization import selectors as organization
from garrison.core.commands import Forbidden, Refused, changed, command
from garrison.core.models import User
from garrison.core.signing import signing_key
from garrison.formats.custody import Item, write


@command("incidents.ask_release")
def ask_release(*, actor: User, uuid: UUID, how: str, to: str, reason: str, at: datetime) -> Release:
    """Ask that an item leaves: a copy, the original, back to its owner, destroyed. The commander decides."""
    item = custody.item(viewer=actor, uuid=uuid)
    refuse_if(rules.may_release(custody.standing(viewer=actor, item=item), how=how))
    to, reason = " ".join(to.split())[:200], " ".join(reason.split())[:400]
    if not to or not reason:
        raise Refused("say who receives it and why")
    if Release.objects.filter(item=item, state__in=["asked", "approved"]).exists():
        raise Refused(f"a release of {item.code} is under way already")
    made = Release.objects.create(item=item, how=how, to=to, reason=reason, asked_by=actor, asked_at=at)
    body = {"how": how, "to": to, "reason": reason}
    add_to_chain(actor=actor, incident=item.incident, kind="release asked", item=item, at=at, body=body)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=body)
    return made


@command("incidents.decide_release")
def decide_release(*, actor: User, uuid: UUID, approve: bool, at: datetime, note: str = "") -> Release:
    """Approve or refuse that an item leaves; only the commander of the case."""
    found = custody.release(viewer=actor, uuid=uuid)
    item = found.item
    if not custody.may_decide(viewer=actor, incident=item.incident):
        raise Forbidden("only the commander of the case decides what leaves")
    if found.state != "asked":
        raise Refused(f"that release was {found.state} already")
    if approve:
        refuse_if(rules.may_release(custody.standing(viewer=actor, item=item), how=found.how))
    found.state = "approved" if approve else "refused"
    found.decided_by, found.decided_at, found.decision = actor, at, " ".join(note.split())[:400]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    body = {"how": found.how, "to": found.to, "note": found.decision}
    kind = f"release {found.state}"
    add_to_chain(actor=actor, incident=item.incident, kind=kind, item=item, at=at, body=body)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=body | {"approved": approve})
    return found


@command("incidents.release_evidence")
def carry_out_release(*, actor: User, uuid: UUID, at: datetime) -> Release:
    """Carry out a release that the commander approved: the item, or a copy of it, has left."""
    found = custody.release(viewer=actor, uuid=uuid)
    item = found.item
    if found.state != "approved":
        raise Refused("the commander has not approved it; evidence does not leave without that")
    refuse_if(rules.may_release(custody.standing(viewer=actor, item=item), how=found.how))
    if found.how != "copy" and item.holder_id != actor.pk:
        raise Refused(f"only the person who holds {item.code} can let it go")
    found.state, found.done_at = "done", at
    found.save(update_fields=["state", "done_at"])
    if found.how != "copy":
        item.holder, item.left_at = None, at
        item.save(update_fields=["holder", "left_at"])
    body = {"how": found.how, "to": found.to, "original": found.how != "copy"}
    add_to_chain(actor=actor, incident=item.incident, kind=rules.RELEASES[found.how], item=item, at=at, body=body)
    tell(actor, item, at, f"{item.code}: {found.get_how_display().lower()}, {found.to}", found.reason)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=body)
    return found


@command("incidents.set_hold")
def set_hold(*, actor: User, uuid: UUID, reason: str, at: datetime) -> LegalHold:
    """Put a legal hold over a case: nothing of it may be deleted, returned or destroyed until it is lifted."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    reason = " ".join(reason.split())[:400]
    if not reason:
        raise Refused("say why nothing may be deleted")
    if custody.hold(viewer=actor, incident=incident) is not None:
        raise Refused("a legal hold stands already")
    made = LegalHold.objects.create(incident=incident, reason=reason, set_by=actor, set_at=at)
    add_to_chain(actor=actor, incident=incident, kind="hold set", at=at, body={"reason": reason})
    write_entry(actor, incident, at=at, kind="decision", title="Legal hold set", happened=at, text=reason)
    changed(target=incident.code, path=incident.path, after={"hold": reason})
    return made


@command("incidents.lift_hold")
def lift_hold(*, actor: User, uuid: UUID, reason: str, at: datetime) -> LegalHold:
    """Lift the legal hold over a case; counsel, or the commander where there is no counsel."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    if not custody.may_lift(viewer=actor, incident=incident):
        raise Forbidden("only counsel of the case lifts a legal hold, or its commander where it has no counsel")
    found = custody.hold(viewer=actor, incident=incident)
    if found is None:
        raise Refused("no legal hold stands over this case")
    reason = " ".join(reason.split())[:400]
    if not reason:
        raise Refused("say why it is lifted")
    found.lifted_by, found.lifted_at, found.lifted_why = actor, at, reason
    found.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
    add_to_chain(actor=actor, incident=incident, kind="hold lifted", at=at, body={"reason": reason})
    write_entry(actor, incident, at=at, kind="decision", title="Legal hold lifted", happened=at, text=reason)
    changed(target=incident.code, path=incident.path, before={"hold": found.reason}, after={"lifted": reason})
    return found


def pack(*, actor: User, uuid: UUID, to: str, out: IO[bytes], at: datetime) -> str:
    """Write the signed package of a case's evidence for ``to``; gives the key's fingerprint. Only the commander.

    A package holds copies of every file, so it is a release: the commander's own act is its approval. What leaves is
    recorded first; the writing takes its time and locks nobody out. It is refused when a file is no longer what was
    taken in, and the chain says that too.
    """
    incident, rows = record_packing(actor=actor, uuid=uuid, to=to, at=at)
    try:
        return write(
            out,
            case={"code": incident.code, "title": incident.title, "uuid": str(incident.uuid)},
            items=[_packed(row) for row in rows],
            entries=custody.whole_chain(viewer=actor, incident=incident),
            at=at,
            by=signed_name(actor),
            organisation=organization.name(viewer=actor),
            key=signing_key(),
        )
    except (ValueError, OSError) as error:
        record_failed_packing(actor=actor, uuid=uuid, reason=str(error), at=at)
        raise Refused(f"the package was not made: {error}") from error


@command("incidents.pack_evidence")
def record_packing(*, actor: User, uuid: UUID, to: str, at: datetime) -> tuple[Incident, list[EvidenceItem]]:
    """Record that the evidence of a case is packed for somebody; gives the case and what goes into the package."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    if not custody.may_decide(viewer=actor, incident=incident):
        raise Forbidden("only the commander of the case decides what leaves, and a package holds all of it")
    to = " ".join(to.split())[:200]
    if not to:
        raise Refused("say who receives the package")
    rows = custody.of_incident(viewer=actor, incident=incident)
    if not rows:
        raise Refused("the case has no evidence to pack")
    body = {"to": to, "items": [row.code for row in rows]}
    add_to_chain(actor=actor, incident=incident, kind="packed", at=at, body=body)
    changed(target=incident.code, path=incident.path, after=body)
    return incident, rows


@command("incidents.fail_packing")
def record_failed_packing(*, actor: User, uuid: UUID, reason: str, at: datetime) -> None:
    """Record that a package was begun and not made."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    add_to_chain(actor=actor, incident=incident, kind="not packed", at=at, body={"reason": reason[:400]})
    changed(target=incident.code, path=incident.path, after={"reason": reason})


def _packed(row: EvidenceItem) -> Item:
    """An item as it goes into a package."""
    details = {
        "what": row.what,
        "description": row.description,
        "taken_by": row.taken_by,
        "taken_at": custody.stamp(row.taken_at),
        "taken_latest": custody.stamp(row.taken_latest) if row.taken_latest else None,
        "place": row.place,
        "seal": row.seal,
        "held_by": signed_name(row.holder) if row.holder else "",
        "privileged": row.privileged,
    }
    has_file = row.shape == "file"
    return Item(
        row.code,
        row.label,
        details,
        row.original_name,
        row.size,
        row.sha256,
        (lambda: custody.stream(item=row)) if has_file else None,
    )
