"""Commands of custody: taking in, handing over, looking, checking. Each adds to the chain."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

from garrison.apps.incidents.models import CustodyChain, CustodyEntry, EvidenceItem, HandOver, Incident
from garrison.apps.incidents.rules import custody as rules
from garrison.apps.incidents.selectors import cases
from garrison.apps.incidents.selectors import custody as selectors
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.core import audit
from garrison.core.commands import Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may
from garrison.core.sealed import Sealed
from garrison.formats.custody import GENESIS, chained

LARGEST = 64 * 1024**3
SWEEP_AFTER = timedelta(days=1)


def signed_name(user: User) -> str:
    """How somebody signs: their name, and the name under which they sign in, which no two have."""
    return f"{user} ({user.username})"


def add_to_chain(
    *,
    actor: User,
    incident: Incident,
    kind: str,
    at: datetime,
    body: Mapping[str, Any],
    item: EvidenceItem | None = None,
) -> CustodyEntry:
    """Add an entry to a case's chain as part of a command; the end of the chain is locked meanwhile."""
    CustodyChain.objects.get_or_create(incident=incident, defaults={"hash": GENESIS})
    head = CustodyChain.objects.select_for_update().get(incident=incident)
    told = chained(
        seq=head.seq + 1,
        at=selectors.stamp(at),
        by=signed_name(actor),
        kind=kind,
        item=item.code if item else "",
        body=audit.plain(dict(body)),
        previous=head.hash,
    )
    row = CustodyEntry.objects.create(
        incident=incident,
        item=item,
        seq=told.seq,
        at=at,
        by=actor,
        by_name=told.by,
        kind=told.kind,
        item_code=told.item,
        body=told.body,
        previous=told.previous,
        hash=told.hash,
    )
    head.seq, head.hash = told.seq, told.hash
    head.save(update_fields=["seq", "hash"])
    return row


def take_evidence(
    *,
    actor: User,
    uuid: UUID,
    pieces: Iterable[bytes] | None,
    at: datetime,
    original_name: str = "",
    **told: Any,
) -> EvidenceItem:
    """Take evidence into custody: seal its file, then record it. Nothing stays of a file that is not recorded.

    The file is hashed while it is written, before any transaction, so that a large one locks nobody out.
    """
    found = cases.incidents(viewer=actor).filter(uuid=uuid, closed_at=None).exists()
    if pieces is None or not found or not may(actor, "incidents.take_evidence"):
        return record_evidence(actor=actor, uuid=uuid, sealed=None, original_name="", at=at, **told)
    store = selectors.vault()
    try:
        sealed = store.put(_bounded(pieces))
    except OSError as error:
        raise Refused(f"the file could not be stored, and nothing of it was kept: {error.strerror or error}") from error
    recorded = False
    try:
        made = record_evidence(actor=actor, uuid=uuid, sealed=sealed, original_name=original_name, at=at, **told)
        recorded = True
    finally:
        if not recorded and sealed.new:
            store.discard(sealed.sha256)
    return made


def _bounded(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The pieces, as long as they are not too many."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise Refused(f"a file of more than {LARGEST // 1024**3} GB is not taken in; split the image")
        yield piece


@command("incidents.take_evidence")
def record_evidence(
    *,
    actor: User,
    uuid: UUID,
    sealed: Sealed | None,
    original_name: str,
    label: str,
    what: str,
    taken_by: str,
    taken_at: datetime,
    place: str,
    at: datetime,
    description: str = "",
    taken_latest: datetime | None = None,
    seal: str = "",
    privileged: bool = False,
) -> EvidenceItem:
    """Record what was taken in: a file that was ``sealed`` already, or a thing in a bag with the number ``seal``."""
    incident = open_case(actor, uuid)
    label, place, taken_by, seal = (" ".join(word.split()) for word in (label, place, taken_by, seal))
    if not label or not place or not taken_by:
        raise Refused("say what it is, who took it and where")
    if what not in dict(EvidenceItem.WHAT):
        raise Refused("say what kind of evidence it is")
    if sealed is None and not seal:
        raise Refused("a thing needs the number of its bag or seal; a file needs its file")
    if sealed is not None and not sealed.size:
        raise Refused("the file is empty; there is nothing to take in")
    if taken_at > at or (taken_latest is not None and taken_latest > at):
        raise Refused("evidence was taken before it is recorded; that time lies in the future")
    if taken_latest is not None and taken_latest < taken_at:
        raise Refused("the range ends before it begins; put the earlier time first")
    if privileged and not set(selectors.SEES_PRIVILEGED) & set(cases.roles_in(viewer=actor, incident=incident)):
        raise Refused("only counsel and the commander may mark evidence privileged; you would not see it again")
    head, _ = CustodyChain.objects.get_or_create(incident=incident, defaults={"hash": GENESIS})
    CustodyChain.objects.select_for_update().get(pk=head.pk)
    number = EvidenceItem.objects.filter(incident=incident).count() + 1
    made = EvidenceItem.objects.create(
        incident=incident,
        number=number,
        label=label[:200],
        description=description.strip(),
        shape="file" if sealed else "thing",
        what=what,
        taken_by=taken_by[:200],
        taken_at=taken_at,
        taken_latest=taken_latest,
        place=place[:300],
        seal=seal[:80],
        original_name=original_name[-255:],
        size=sealed.size if sealed else 0,
        sha256=sealed.sha256 if sealed else "",
        privileged=privileged,
        taken_in_at=at,
        taken_in_by=actor,
        holder=actor,
        held_since=at,
        checked_at=at if sealed else None,
        checked_as="match" if sealed else "",
    )
    body = {
        "label": made.label,
        "what": what,
        "taken_by": made.taken_by,
        "taken_at": selectors.stamp(taken_at),
        "taken_latest": selectors.stamp(taken_latest) if taken_latest else None,
        "place": made.place,
        "holder": signed_name(actor),
        "original_name": made.original_name,
        "size": made.size,
        "sha256": made.sha256,
        "seal": made.seal,
    }
    add_to_chain(actor=actor, incident=incident, kind="taken in", item=made, at=at, body=body)
    tell(actor, made, at, f"{made.code} taken into custody", "" if privileged else made.label)
    changed(target=f"{incident.code} {made.code}", path=incident.path, after=body | {"privileged": privileged})
    return made


def tell(actor: User, item: EvidenceItem, at: datetime, title: str, text: str = "", *, weighty: bool = False) -> None:
    """Put what happened to an item on the case's timeline."""
    privileged = item.privileged or item.incident.privileged
    write_entry(
        actor,
        item.incident,
        at=at,
        kind="system",
        title=title,
        happened=at,
        text=text,
        source_words="custody",
        privileged=privileged,
        weighty=weighty,
    )


@command("incidents.offer_evidence")
def offer(*, actor: User, uuid: UUID, receiver: UUID, reason: str, at: datetime) -> HandOver:
    """Offer an item that one holds to somebody else, who signs for it under their own sign-in."""
    item = selectors.item(viewer=actor, uuid=uuid)
    refuse_if(
        rules.may_offer(selectors.standing(viewer=actor, item=item), giver=str(actor.uuid), receiver=str(receiver))
    )
    people = {user.uuid: user for user in cases.responders(viewer=actor, incident=item.incident)}
    other = people.get(receiver)
    if other is None:
        raise Refused("that user may not work on incidents of this unit; grant them a role first")
    if item.privileged and not set(selectors.SEES_PRIVILEGED) & set(
        cases.roles_in(viewer=other, incident=item.incident)
    ):
        raise Refused("privileged evidence is handed over between counsel and commander only")
    if not cases.incidents(viewer=other).filter(pk=item.incident_id).exists():
        raise Refused(f"{other} does not see this case; give them a role in it first")
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused("say why it is handed over")
    made = HandOver.objects.create(item=item, giver=actor, receiver=other, reason=reason, offered_at=at)
    body = {"to": signed_name(other), "reason": reason}
    add_to_chain(actor=actor, incident=item.incident, kind="offered", item=item, at=at, body=body)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=body)
    return made


@command("incidents.accept_evidence")
def accept(*, actor: User, uuid: UUID, at: datetime, note: str = "") -> HandOver:
    """Sign for an item that was offered to oneself: from now on one holds it."""
    found = _answer(actor, uuid, "accepted", note, at)
    item = found.item
    before = signed_name(found.giver)
    item.holder, item.held_since = actor, at
    item.save(update_fields=["holder", "held_since"])
    body = {"holder": signed_name(actor), "from": before, "note": found.answer}
    add_to_chain(actor=actor, incident=item.incident, kind="accepted", item=item, at=at, body=body)
    tell(actor, item, at, f"{item.code} handed from {found.giver} to {actor}", found.reason)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, before={"holder": before}, after=body)
    return found


@command("incidents.refuse_evidence")
def refuse(*, actor: User, uuid: UUID, at: datetime, note: str) -> HandOver:
    """Refuse an item that was offered to oneself, with the reason: a broken seal, the wrong thing."""
    if not note.strip():
        raise Refused("say why you do not take it")
    found = _answer(actor, uuid, "refused", note, at)
    item = found.item
    body = {"from": signed_name(found.giver), "note": found.answer}
    add_to_chain(actor=actor, incident=item.incident, kind="refused", item=item, at=at, body=body)
    tell(actor, item, at, f"{item.code} was not accepted by {actor}", found.answer)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=body)
    return found


def _answer(actor: User, uuid: UUID, state: str, note: str, at: datetime) -> HandOver:
    """Answer what was offered to the actor."""
    found = selectors.hand_over(viewer=actor, uuid=uuid)
    if found.state != "offered":
        raise Refused(f"that hand-over is over: it was {found.state}")
    waits = rules.Standing(found.item.code, gone=False, holder="", offered_to=str(found.receiver.uuid), on_hold=False)
    refuse_if(rules.may_answer(waits, receiver=str(actor.uuid)))
    found.state, found.answered_at, found.answer = state, at, " ".join(note.split())[:300]
    found.save(update_fields=["state", "answered_at", "answer"])
    return found


@command("incidents.take_back_offer")
def take_back(*, actor: User, uuid: UUID, at: datetime) -> HandOver:
    """Take back what one offered, before it is answered."""
    found = selectors.hand_over(viewer=actor, uuid=uuid)
    if found.state != "offered" or found.giver_id != actor.pk:
        raise Refused("only who offered it can take it back, and only before it is answered")
    found.state, found.answered_at = "withdrawn", at
    found.save(update_fields=["state", "answered_at"])
    item = found.item
    body = {"to": signed_name(found.receiver)}
    add_to_chain(actor=actor, incident=item.incident, kind="offer taken back", item=item, at=at, body=body)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, before=body)
    return found


@command("incidents.look_at_evidence")
def look_at_evidence(*, actor: User, uuid: UUID, purpose: str, at: datetime) -> tuple[EvidenceItem, IO[bytes]]:
    """Open a copy of a file for a purpose, which goes into the chain; gives the item and its bytes."""
    item = selectors.item(viewer=actor, uuid=uuid)
    purpose = " ".join(purpose.split())[:300]
    if len(purpose) < 3:
        raise Refused("say for what purpose you look at it; that is part of the record")
    if item.shape != "file":
        raise Refused(f"{item.code} is a thing; it lies with {item.holder or 'nobody of ours'}")
    try:
        body = selectors.stream(item=item)
    except OSError as error:
        raise Refused(f"the file of {item.code} is not in the storage; check the evidence of this case") from error
    told = {"purpose": purpose, "sha256": item.sha256}
    add_to_chain(actor=actor, incident=item.incident, kind="viewed", item=item, at=at, body=told)
    changed(target=f"{item.incident.code} {item.code}", path=item.incident.path, after=told)
    return item, body


def check(*, actor: User, uuid: UUID, at: datetime) -> int:
    """Hash every file of a case anew and record what was found; gives how many are not what was taken in."""
    incident = cases.incident(viewer=actor, uuid=uuid)
    rows = [row for row in selectors.of_incident(viewer=actor, incident=incident) if row.shape == "file"]
    if not rows:
        raise Refused("there is no file among the evidence of this case")
    return record_check(actor=actor, uuid=uuid, found=selectors.found_on_disk(rows=rows), at=at, always=True)


def check_all(*, actor: User, at: datetime) -> dict[str, int]:
    """Hash every file anew, case by case, and sweep what no item names; for the daily job, as the system."""
    cases_seen = files = wrong = 0
    for incident, rows in selectors.with_files(viewer=actor):
        found = selectors.found_on_disk(rows=rows)
        wrong += record_check(actor=actor, uuid=incident.uuid, found=found, at=at)
        cases_seen, files = cases_seen + 1, files + len(found)
    swept = selectors.vault().sweep(selectors.hashes_kept(viewer=actor), older_than=at - SWEEP_AFTER)
    return {"cases": cases_seen, "files": files, "wrong": wrong, "swept": len(swept)}


@command("incidents.check_evidence")
def record_check(
    *, actor: User, uuid: UUID, found: Mapping[UUID, str | None], at: datetime, always: bool = False
) -> int:
    """Record how files compare with their hashes at intake; gives how many do not match.

    The chain gets an entry when somebody asked (``always``) or when something changed since the last check.
    """
    incident = cases.incident(viewer=actor, uuid=uuid)
    rows = [row for row in selectors.of_incident(viewer=actor, incident=incident) if row.uuid in found]
    verdicts = {row.code: rules.verdict(found[row.uuid], row.sha256) for row in rows}
    before = {row.code: row.checked_as for row in rows}
    for row in rows:
        if verdicts[row.code] != "match" and row.checked_as != verdicts[row.code]:
            said = "changed on disk" if verdicts[row.code] == "differs" else "missing from the storage"
            tell(actor, row, at, f"{row.code} is {said}", "Its hash is not the one at intake.", weighty=True)
        row.checked_as, row.checked_at = verdicts[row.code], at
    EvidenceItem.objects.bulk_update(rows, ["checked_as", "checked_at"])
    if always or verdicts != before:
        wrong = {row.code: found[row.uuid] for row in rows if verdicts[row.code] != "match"}
        body = {"match": sum(v == "match" for v in verdicts.values()), "files": len(rows), "differs": wrong}
        add_to_chain(actor=actor, incident=incident, kind="checked", at=at, body=body)
    changed(target=incident.code, path=incident.path, before=before, after=verdicts)
    return sum(verdict != "match" for verdict in verdicts.values())


def refuse_if(reason: str) -> None:
    """Refuse with a reason, when there is one."""
    if reason:
        raise Refused(reason)
