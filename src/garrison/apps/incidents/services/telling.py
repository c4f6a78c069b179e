"""Who must know, what is said to them, and what they were told."""

from datetime import datetime
from uuid import UUID

from garrison.apps.incidents import selectors
from garrison.apps.incidents.models import Recipient, Statement, Told
from garrison.apps.incidents.rules import draft_words
from garrison.apps.incidents.services.cases import Stale, open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.core.clock import zone
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may


@command("incidents.add_recipient")
def add_recipient(*, actor: User, uuid: UUID, name: str, reason: str, at: datetime, outside: bool = False) -> Recipient:
    """Say who must know of the case, and why."""
    incident = open_case(actor, uuid)
    name, reason = " ".join(name.split())[:200], reason.strip()[:300]
    if not name or not reason:
        raise Refused("say who must know, and why")
    made, new = Recipient.objects.get_or_create(
        incident=incident, name=name, defaults={"reason": reason, "outside": outside, "added_at": at}
    )
    if not new:
        raise Refused(f"{name} is on the list already")
    changed(target=incident.code, path=incident.path, after={"recipient": name, "reason": reason, "outside": outside})
    return made


@command("incidents.draft_statement")
def draft_statement(
    *, actor: User, uuid: UUID, template: str, at: datetime, recipient: UUID | None = None
) -> Statement:
    """Draft words from the facts of the case by one of our templates; what is not known stays named as missing."""
    incident = open_case(actor, uuid)
    to = None
    if recipient is not None:
        to = Recipient.objects.filter(incident=incident, uuid=recipient).first()
        if to is None:
            raise Missing("nobody of that kind must know")
    known = selectors.current_values(viewer=actor, incident=incident)
    words = draft_words(
        template,
        code=incident.code,
        title=incident.title,
        organisation=selectors.organisation_name(viewer=actor),
        site=incident.site.name if incident.site else (incident.unit.name if incident.unit else ""),
        detected=incident.detected_at,
        facts=known,
        to=to.name if to else "",
        phases=[phase.name for phase in selectors.phases(viewer=actor, incident=incident)],
        zone=zone(),
    )
    if words is None:
        raise Refused("there is no such template")
    made = Statement.objects.create(
        incident=incident,
        recipient=to,
        template=template,
        outside=words.outside if to is None else to.outside,
        subject=words.subject[:200],
        text=words.text,
        made_by=actor,
        made_at=at,
    )
    changed(target=incident.code, path=incident.path, after={"statement": str(made.uuid), "template": template})
    return made


def _statement(actor: User, uuid: UUID) -> Statement:
    """A statement of a case that may still be written in."""
    found = selectors.statement(viewer=actor, uuid=uuid)
    if found.incident.closed_at is not None:
        raise Refused(f"{found.incident.code} is closed; open it again first")
    return found


@command("incidents.edit_statement")
def edit_statement(*, actor: User, uuid: UUID, subject: str, text: str, version: int, at: datetime) -> Statement:
    """Change a statement: it is a draft again. Raises ``Stale`` with both texts when somebody else changed it."""
    found = _statement(actor, uuid)
    if found.state == "sent":
        raise Refused("it was sent; draft another one")
    subject, text = " ".join(subject.split())[:200], text.strip()
    if not subject or not text:
        raise Refused("a statement needs a subject and a text")
    if (subject, text) == (found.subject, found.text):
        raise Refused("nothing was changed")
    before = {"subject": found.subject, "text": found.text, "state": found.state}
    moved = Statement.objects.filter(pk=found.pk, version=version).update(
        subject=subject, text=text, version=version + 1, state="draft", approved_by=None, approved_at=None
    )
    if not moved:
        now = Statement.objects.get(pk=found.pk)
        raise Stale(f"{now.subject}\n\n{now.text}", f"{subject}\n\n{text}", now.version)
    changed(
        target=found.incident.code, path=found.incident.path, before=before, after={"subject": subject, "text": text}
    )
    found.refresh_from_db()
    return found


@command("incidents.approve_statement")
def approve_statement(*, actor: User, uuid: UUID, version: int, at: datetime) -> Statement:
    """Approve the words that were read (``version``). Only counsel, the commander or the security head may."""
    found = _statement(actor, uuid)
    incident = found.incident
    mine = selectors.roles_in(viewer=actor, incident=incident)
    if not ({"commander", "counsel"} & set(mine) or may(actor, selectors.SEALED, incident.path)):
        raise Refused("only counsel or the commander of the case approves what is said")
    if found.version != version:
        raise Refused("the words were changed after you read them; read them again")
    if found.state != "draft":
        raise Refused(f"it is {found.state} already")
    found.state, found.approved_by, found.approved_at = "approved", actor, at
    found.save(update_fields=["state", "approved_by", "approved_at"])
    changed(target=incident.code, path=incident.path, after={"statement": found.subject, "version": version})
    return found


@command("incidents.send_statement")
def send_statement(*, actor: User, uuid: UUID, way: str, at: datetime, to: str = "") -> Told:
    """Record that a statement was given out; one for outside only after approval. Nothing leaves this system by it."""
    found = _statement(actor, uuid)
    incident = found.incident
    if found.outside and found.state != "approved":
        raise Refused("nothing goes outside before counsel or the commander approved it")
    if found.state == "sent":
        raise Refused("it was given out already")
    name = (found.recipient.name if found.recipient else to).strip()[:200]
    if not name or not way.strip():
        raise Refused("say to whom and how it was given")
    found.state = "sent"
    found.save(update_fields=["state"])
    told = Told.objects.create(
        incident=incident,
        recipient=found.recipient,
        name=name,
        statement=found,
        words=found.text,
        way=way.strip()[:60],
        at=at,
        by=actor,
    )
    title = f"{name} told: {found.subject}"
    write_entry(actor, incident, at=at, kind="action", title=title, text=f"By {way.strip()}", happened=at)
    changed(target=incident.code, path=incident.path, after={"told": name, "subject": found.subject, "way": way})
    return told


@command("incidents.record_told")
def record_told(*, actor: User, uuid: UUID, name: str, words: str, way: str, told_at: datetime, at: datetime) -> Told:
    """Record that somebody was told something by word of mouth or by other means."""
    incident = open_case(actor, uuid)
    name = " ".join(name.split())[:200]
    if not name or not words.strip() or not way.strip():
        raise Refused("say who was told, what, and how")
    if told_at > at:
        raise Refused("that lies in the future")
    to = Recipient.objects.filter(incident=incident, name__iexact=name).first()
    made = Told.objects.create(
        incident=incident, recipient=to, name=name, words=words.strip(), way=way.strip()[:60], at=told_at, by=actor
    )
    write_entry(actor, incident, at=at, kind="action", title=f"{name} told", text=words, happened=told_at)
    changed(target=incident.code, path=incident.path, after={"told": name, "words": words, "way": way, "at": told_at})
    return made
