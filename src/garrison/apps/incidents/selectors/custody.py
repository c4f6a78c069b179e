"""Evidence in sight, who holds it, its chain, and how the files on disk compare with their hashes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from garrison.apps.incidents.models import (
    CustodyChain,
    CustodyEntry,
    EvidenceItem,
    HandOver,
    Incident,
    LegalHold,
    Member,
    Release,
)
from garrison.apps.incidents.rules import Standing
from garrison.apps.incidents.selectors.cases import incidents, roles_in
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.sealed import Vault
from garrison.formats.custody import GENESIS, Broken, Entry, broken

SEES_PRIVILEGED = ("commander", "counsel")


def vault() -> Vault:
    """Where evidence is sealed."""
    return Vault(Path(settings.EVIDENCE_FOLDER))


def evidence(*, viewer: User) -> QuerySet[EvidenceItem]:
    """The items in sight; privileged ones only for the commander and counsel of their case."""
    rows = EvidenceItem.objects.filter(incident__in=incidents(viewer=viewer).order_by())
    if not viewer.is_system:
        inside = Member.objects.filter(incident=OuterRef("incident"), user=viewer, role__in=SEES_PRIVILEGED)
        rows = rows.filter(Q(privileged=False) | Exists(inside))
    return rows.select_related("incident__unit", "holder", "taken_in_by")


def item(*, viewer: User, uuid: UUID) -> EvidenceItem:
    """One item. Raises ``Missing`` outside the viewer's sight."""
    found = evidence(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such evidence")
    return found


def of_incident(*, viewer: User, incident: Incident) -> list[EvidenceItem]:
    """The items of a case in sight with what is offered and what is asked of each. Four statements."""
    offers = Prefetch("hand_overs", HandOver.objects.filter(state="offered").select_related("giver", "receiver"))
    asked = Prefetch("releases", Release.objects.select_related("asked_by", "decided_by"))
    return list(evidence(viewer=viewer).filter(incident=incident).prefetch_related(offers, asked))


def chain(*, viewer: User, incident: Incident) -> list[CustodyEntry]:
    """The entries of a case's chain; those about items out of the viewer's sight are left out."""
    rows = CustodyEntry.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    seen = evidence(viewer=viewer).filter(incident=incident).order_by()
    return list(rows.filter(Q(item=None) | Q(item__in=seen)).select_related("item"))


def whole_chain(*, viewer: User, incident: Incident) -> list[Entry]:
    """All entries of a case's chain as they are hashed, whatever they are about: what is checked and packed."""
    rows = CustodyEntry.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    return [as_told(row) for row in rows.order_by("seq")]


def as_told(row: CustodyEntry) -> Entry:
    """A stored entry as its hash was taken."""
    return Entry(row.seq, stamp(row.at), row.by_name, row.kind, row.item_code, row.body, row.previous, row.hash)


def stamp(at: datetime) -> str:
    """A moment as the chain writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def breaks(*, viewer: User, incident: Incident) -> list[Broken]:
    """Where a case's chain does not hold."""
    head = CustodyChain.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident).first()
    length, end = (head.seq, head.hash) if head else (0, GENESIS)
    return list(broken(whole_chain(viewer=viewer, incident=incident), length=length, head=end))


def hold(*, viewer: User, incident: Incident) -> LegalHold | None:
    """The legal hold that stands over a case."""
    return _holds(viewer, incident).filter(lifted_at=None).first()


def holds(*, viewer: User, incident: Incident) -> list[LegalHold]:
    """Every legal hold that ever stood over a case, newest first."""
    return list(_holds(viewer, incident))


def _holds(viewer: User, incident: Incident) -> QuerySet[LegalHold]:
    """The holds of a case in sight."""
    rows = LegalHold.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    return rows.select_related("set_by", "lifted_by")


def standing(*, viewer: User, item: EvidenceItem) -> Standing:
    """What decides who may do what with an item."""
    offer = open_offer(viewer=viewer, item=item)
    return Standing(
        item.code,
        gone=item.left_at is not None,
        holder=str(item.holder.uuid) if item.holder else "",
        offered_to=str(offer.receiver.uuid) if offer else "",
        on_hold=hold(viewer=viewer, incident=item.incident) is not None,
    )


def open_offer(*, viewer: User, item: EvidenceItem) -> HandOver | None:
    """The hand-over of an item that waits for an answer."""
    rows = HandOver.objects.filter(item__in=evidence(viewer=viewer).order_by(), item=item, state="offered")
    return rows.select_related("giver", "receiver").first()


def hand_over(*, viewer: User, uuid: UUID) -> HandOver:
    """One hand-over. Its receiver sees it even where the item was marked privileged; else ``Missing``."""
    rows = HandOver.objects.filter(Q(item__in=evidence(viewer=viewer).order_by()) | Q(receiver=viewer), uuid=uuid)
    rows = rows.filter(item__incident__in=incidents(viewer=viewer).order_by())
    found = rows.select_related("item__incident__unit", "item__holder", "giver", "receiver").first()
    if found is None:
        raise Missing("no such hand-over")
    return found


def release(*, viewer: User, uuid: UUID) -> Release:
    """One asked release. Raises ``Missing`` outside the viewer's sight."""
    rows = Release.objects.filter(item__in=evidence(viewer=viewer).order_by(), uuid=uuid)
    found = rows.select_related("item__incident__unit", "item__holder", "asked_by", "decided_by").first()
    if found is None:
        raise Missing("no such release")
    return found


def hand_overs(*, viewer: User, item: EvidenceItem) -> list[HandOver]:
    """The hand-overs of an item, newest first."""
    rows = HandOver.objects.filter(item__in=evidence(viewer=viewer).order_by(), item=item)
    return list(rows.select_related("giver", "receiver"))


def releases(*, viewer: User, item: EvidenceItem) -> list[Release]:
    """The releases that were asked of an item, newest first."""
    rows = Release.objects.filter(item__in=evidence(viewer=viewer).order_by(), item=item)
    return list(rows.select_related("asked_by", "decided_by"))


def waiting_for(*, viewer: User) -> list[HandOver]:
    """What waits for the viewer's own signature."""
    rows = HandOver.objects.filter(receiver=viewer, state="offered", item__incident__in=incidents(viewer=viewer))
    return list(rows.select_related("item__incident", "giver"))


def unsettled(*, viewer: User, incident: Incident) -> int:
    """How many items keep a case from being closed: offered and not answered, asked for and not carried out, or
    no longer what was taken in.
    """
    rows = EvidenceItem.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    offered = HandOver.objects.filter(item=OuterRef("pk"), state="offered")
    asked = Release.objects.filter(item=OuterRef("pk"), state__in=["asked", "approved"])
    return rows.filter(Exists(offered) | Exists(asked) | Q(checked_as__in=["differs", "missing"])).count()


@dataclass(frozen=True, slots=True)
class Checked:
    """How the files of a case compared with their hashes: how many match, how many there are, which do not, when."""

    match: int
    files: int
    wrong: tuple[EvidenceItem, ...]
    unchecked: int
    at: datetime | None

    @property
    def kind(self) -> str:
        """How it is coloured."""
        return "crit" if self.wrong else "warn" if self.unchecked else "ok"


def checked(*, items: list[EvidenceItem]) -> Checked:
    """What the last checks of some items found."""
    files = [item for item in items if item.shape == "file" and item.checked_as]
    every = [item for item in items if item.shape == "file"]
    wrong = tuple(item for item in files if item.checked_as != "match")
    at = min((item.checked_at for item in files if item.checked_at), default=None)
    return Checked(len(files) - len(wrong), len(every), wrong, len(every) - len(files), at)


def found_on_disk(*, rows: list[EvidenceItem]) -> dict[UUID, str | None]:
    """What the file of each item hashes to now, by the item's uuid; None for one that is missing. Takes its time."""
    seen: dict[str, str | None] = {}
    store = vault()
    for row in rows:
        if row.shape == "file" and row.sha256 not in seen:
            seen[row.sha256] = store.hash_of(row.sha256)
    return {row.uuid: seen[row.sha256] for row in rows if row.shape == "file"}


def may_decide(*, viewer: User, incident: Incident) -> bool:
    """Whether the viewer commands the case, and so decides what leaves."""
    return "commander" in roles_in(viewer=viewer, incident=incident)


def may_lift(*, viewer: User, incident: Incident) -> bool:
    """Whether the viewer may lift a legal hold: counsel where there is one, else the commander."""
    mine = roles_in(viewer=viewer, incident=incident)
    counsel = Member.objects.filter(incident=incident, role="counsel", user__isnull=False).exists()
    return "counsel" in mine or (not counsel and "commander" in mine)


def stream(*, item: EvidenceItem) -> IO[bytes]:
    """The bytes of an item. Only the command that records the look calls it. Raises FileNotFoundError."""
    return vault().open(item.sha256)


def with_files(*, viewer: User) -> Iterator[tuple[Incident, list[EvidenceItem]]]:
    """Every case in sight that holds files, with them: what the daily check walks over."""
    rows = evidence(viewer=viewer).filter(shape="file").order_by("incident_id", "number")
    held: list[EvidenceItem] = []
    for row in rows:
        if held and held[0].incident_id != row.incident_id:
            yield held[0].incident, held
            held = []
        held.append(row)
    if held:
        yield held[0].incident, held


def hashes_kept(*, viewer: User) -> set[str]:
    """The hashes that some item names: what the sweep of orphans must leave alone. For the system alone."""
    assert viewer.is_system
    return set(EvidenceItem.objects.exclude(sha256="").values_list("sha256", flat=True))
