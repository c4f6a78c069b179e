"""Evidence is sealed, signed for, looked at with a purpose, and never leaves or changes unseen."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from tests.apps.incidents.custody_case import CLIP, NOW, case, taken

from garrison.apps.incidents.models import CustodyEntry, EvidenceItem, HandOver, Incident
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.services import add_link, leaving, remove_link
from garrison.apps.incidents.services.custody import (
    accept,
    check,
    check_all,
    look_at_evidence,
    offer,
    refuse,
    signed_name,
    take_back,
)
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry
from garrison.formats.custody import verify

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def people(make_user):
    return {name: make_user(name, "investigator", "/") for name in ("cora", "lena", "ben", "eve")}


@pytest.fixture
def opened(people):
    return case(people["cora"], counsel=people["lena"], members=(people["ben"],))


def sealed_files(settings) -> list:
    from pathlib import Path

    return [p for p in Path(settings.EVIDENCE_FOLDER).rglob("*") if p.is_file()]


def kinds(incident) -> list[str]:
    return list(CustodyEntry.objects.filter(incident=incident).order_by("seq").values_list("kind", flat=True))


def test_a_file_is_sealed_and_its_intake_is_the_first_entry(people, opened, settings) -> None:
    item = taken(people["ben"], opened)
    assert (item.code, item.size, item.holder) == ("E-01", len(CLIP), people["ben"])
    assert len(sealed_files(settings)) == 1
    entry = CustodyEntry.objects.get()
    assert (entry.kind, entry.body["sha256"], entry.by_name) == ("taken in", item.sha256, "Ben (ben)")
    assert opened.entries.filter(title="E-01 taken into custody").exists()
    assert AuditEntry.objects.filter(command="incidents.take_evidence", outcome="done").count() == 1
    assert custody.breaks(viewer=people["ben"], incident=opened) == []


def test_a_thing_needs_its_seal(people, opened) -> None:
    with pytest.raises(Refused, match="bag or seal"):
        taken(people["ben"], opened, None)
    item = taken(people["ben"], opened, None, seal="B-1182", what="object", label="Key ring")
    assert (item.shape, item.sha256, item.seal) == ("thing", "", "B-1182")


@pytest.mark.parametrize(
    "more",
    [
        {"label": " "},
        {"place": ""},
        {"taken_by": ""},
        {"what": "ghost"},
        {"taken_at": NOW + timedelta(hours=1)},
        {"taken_latest": NOW - timedelta(hours=9)},
        {"privileged": True},
        {"pieces": [b""]},
    ],
)
def test_what_is_refused_leaves_no_file(people, opened, settings, more) -> None:
    body = more.pop("pieces", [CLIP])[0]
    with pytest.raises(Refused):
        taken(people["ben"], opened, body, **more)
    assert sealed_files(settings) == []
    assert not EvidenceItem.objects.exists()


def test_a_full_disk_leaves_nothing(people, opened, settings) -> None:
    from garrison.apps.incidents.services.custody import take_evidence

    def pieces() -> Iterator[bytes]:
        yield CLIP
        raise OSError(28, "No space left on device")

    with pytest.raises(Refused, match="No space left"):
        take_evidence(
            actor=people["ben"],
            uuid=opened.uuid,
            pieces=pieces(),
            label="x",
            what="log",
            taken_by="x",
            taken_at=NOW,
            place="x",
            at=NOW,
        )
    assert sealed_files(settings) == []


def test_outsiders_and_closed_cases_store_nothing(people, opened, settings) -> None:
    with pytest.raises(Missing):
        taken(people["eve"], opened)
    assert AuditEntry.objects.filter(command="incidents.take_evidence", outcome="refused").count() == 1
    Incident.objects.update(closed_at=NOW, phase="closed")
    with pytest.raises(Refused, match="closed"):
        taken(people["ben"], opened)
    assert sealed_files(settings) == []


def test_a_hand_over_is_signed_by_both(people, opened) -> None:
    item = taken(people["ben"], opened)
    with pytest.raises(Refused, match="only the person who holds"):
        offer(actor=people["cora"], uuid=item.uuid, receiver=people["lena"].uuid, reason="review", at=NOW)
    given = offer(actor=people["ben"], uuid=item.uuid, receiver=people["lena"].uuid, reason="review", at=NOW)
    assert custody.waiting_for(viewer=people["lena"]) == [given]
    with pytest.raises(Refused, match="only the person to whom"):
        accept(actor=people["cora"], uuid=given.uuid, at=NOW)
    accept(actor=people["lena"], uuid=given.uuid, at=NOW + timedelta(minutes=5), note="seal whole")
    item.refresh_from_db()
    assert item.holder == people["lena"]
    assert kinds(opened) == ["taken in", "offered", "accepted"]
    with pytest.raises(Refused, match="over"):
        accept(actor=people["lena"], uuid=given.uuid, at=NOW)


def test_a_refused_hand_over_stands_in_the_chain(people, opened) -> None:
    item = taken(people["ben"], opened)
    given = offer(actor=people["ben"], uuid=item.uuid, receiver=people["cora"].uuid, reason="x", at=NOW)
    with pytest.raises(Refused, match="say why"):
        refuse(actor=people["cora"], uuid=given.uuid, note=" ", at=NOW)
    refuse(actor=people["cora"], uuid=given.uuid, note="the seal is broken", at=NOW)
    item.refresh_from_db()
    assert item.holder == people["ben"]
    assert kinds(opened) == ["taken in", "offered", "refused"]
    again = offer(actor=people["ben"], uuid=item.uuid, receiver=people["cora"].uuid, reason="x", at=NOW)
    with pytest.raises(Refused, match="only who offered"):
        take_back(actor=people["cora"], uuid=again.uuid, at=NOW)
    take_back(actor=people["ben"], uuid=again.uuid, at=NOW)
    assert kinds(opened)[-1] == "offer taken back"


def test_nobody_outside_the_case_is_offered_anything(people, opened, make_user) -> None:
    item = taken(people["ben"], opened)
    with pytest.raises(Refused, match="does not see this case"):
        offer(actor=people["ben"], uuid=item.uuid, receiver=people["eve"].uuid, reason="x", at=NOW)
    reader = make_user("rita", "reader", "/")
    with pytest.raises(Refused, match="may not work"):
        offer(actor=people["ben"], uuid=item.uuid, receiver=reader.uuid, reason="x", at=NOW)
    with pytest.raises(Refused, match="hold it already"):
        offer(actor=people["ben"], uuid=item.uuid, receiver=people["ben"].uuid, reason="x", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(item=item, giver=people["ben"], receiver=people["ben"], offered_at=NOW)


def test_each_look_has_a_purpose_and_an_entry(people, opened) -> None:
    item = taken(people["ben"], opened)
    with pytest.raises(Refused, match="purpose"):
        look_at_evidence(actor=people["cora"], uuid=item.uuid, purpose=" ", at=NOW)
    found, body = look_at_evidence(actor=people["cora"], uuid=item.uuid, purpose="count the people in frame", at=NOW)
    with body:
        assert body.read() == CLIP
    assert CustodyEntry.objects.last().body["purpose"] == "count the people in frame"
    assert found == item
    with pytest.raises(Missing):
        look_at_evidence(actor=people["eve"], uuid=item.uuid, purpose="curious", at=NOW)


def test_privileged_evidence_is_for_counsel_and_commander(people, opened, chief) -> None:
    item = taken(people["lena"], opened, privileged=True)
    assert custody.item(viewer=people["cora"], uuid=item.uuid) == item
    for other in (people["ben"], chief):
        with pytest.raises(Missing):
            custody.item(viewer=other, uuid=item.uuid)
        assert custody.chain(viewer=other, incident=opened) == []
    with pytest.raises(Refused, match="counsel and commander only"):
        offer(actor=people["lena"], uuid=item.uuid, receiver=people["ben"].uuid, reason="x", at=NOW)


def test_a_change_on_disk_is_found_and_told(people, opened, system) -> None:
    first, second = taken(people["ben"], opened), taken(people["ben"], opened, b"other file")
    assert check(actor=people["ben"], uuid=opened.uuid, at=NOW) == 0
    path = custody.vault().path(first.sha256)
    path.chmod(0o600)
    path.write_bytes(b"changed")
    assert check_all(actor=system, at=NOW + timedelta(days=1)) == {"cases": 1, "files": 2, "wrong": 1, "swept": 0}
    items = custody.of_incident(viewer=people["ben"], incident=opened)
    found = custody.checked(items=items)
    assert (found.match, found.files, [i.code for i in found.wrong], found.kind) == (1, 2, ["E-01"], "crit")
    assert opened.entries.filter(title="E-01 is changed on disk", weighty=True).count() == 1
    before = len(kinds(opened))
    check_all(actor=system, at=NOW + timedelta(days=2))
    assert len(kinds(opened)) == before, "the same finding is not told every day"
    custody.vault().discard(second.sha256)
    check_all(actor=system, at=NOW + timedelta(days=3))
    assert opened.entries.filter(title="E-02 is missing from the storage").exists()
    assert custody.unsettled(viewer=people["ben"], incident=opened) == 2
    with pytest.raises(Refused, match="not in the storage"):
        look_at_evidence(actor=people["ben"], uuid=second.uuid, purpose="see it", at=NOW)
    with pytest.raises(Refused, match="not made"):
        leaving.pack(actor=people["cora"], uuid=opened.uuid, to="Police", out=io.BytesIO(), at=NOW)
    assert kinds(opened)[-1] == "not packed"


def test_orphans_are_swept_by_the_daily_job(people, opened, system) -> None:
    import os

    item = taken(people["ben"], opened)
    orphan = custody.vault().put([b"nobody's"]).sha256
    for name in (orphan, item.sha256):
        os.utime(custody.vault().path(name), (0, 0))
    assert check_all(actor=system, at=NOW)["swept"] == 1
    assert list(custody.vault().names()) == [item.sha256]


def test_nothing_leaves_without_the_commander(people, opened) -> None:
    item = taken(people["ben"], opened)
    asked = leaving.ask_release(
        actor=people["ben"], uuid=item.uuid, how="original", to="Police", reason="warrant", at=NOW
    )
    with pytest.raises(Refused, match="not approved"):
        leaving.carry_out_release(actor=people["ben"], uuid=asked.uuid, at=NOW)
    with pytest.raises(Forbidden, match="commander"):
        leaving.decide_release(actor=people["lena"], uuid=asked.uuid, approve=True, at=NOW)
    with pytest.raises(Refused, match="under way"):
        leaving.ask_release(actor=people["ben"], uuid=item.uuid, how="copy", to="x", reason="x", at=NOW)
    leaving.decide_release(actor=people["cora"], uuid=asked.uuid, approve=True, at=NOW)
    with pytest.raises(Refused, match="holds"):
        leaving.carry_out_release(actor=people["cora"], uuid=asked.uuid, at=NOW)
    leaving.carry_out_release(actor=people["ben"], uuid=asked.uuid, at=NOW)
    item.refresh_from_db()
    assert item.holder is None
    assert item.left_at == NOW
    with pytest.raises(Refused, match="has left"):
        offer(actor=people["ben"], uuid=item.uuid, receiver=people["cora"].uuid, reason="x", at=NOW)


def test_a_refused_release_and_a_copy(people, opened) -> None:
    item = taken(people["ben"], opened)
    asked = leaving.ask_release(actor=people["ben"], uuid=item.uuid, how="copy", to="Insurer", reason="claim", at=NOW)
    leaving.decide_release(actor=people["cora"], uuid=asked.uuid, approve=False, at=NOW, note="not yet")
    with pytest.raises(Refused, match="refused already"):
        leaving.decide_release(actor=people["cora"], uuid=asked.uuid, approve=True, at=NOW)
    again = leaving.ask_release(actor=people["ben"], uuid=item.uuid, how="copy", to="Insurer", reason="claim", at=NOW)
    leaving.decide_release(actor=people["cora"], uuid=again.uuid, approve=True, at=NOW)
    leaving.carry_out_release(actor=people["cora"], uuid=again.uuid, at=NOW)
    item.refresh_from_db()
    assert item.holder == people["ben"], "the original stays"
    assert custody.breaks(viewer=people["cora"], incident=opened) == []


def test_a_legal_hold_keeps_everything(people, opened) -> None:
    item = taken(people["ben"], opened)
    leaving.set_hold(actor=people["ben"], uuid=opened.uuid, reason="litigation expected", at=NOW)
    with pytest.raises(Refused, match="already"):
        leaving.set_hold(actor=people["ben"], uuid=opened.uuid, reason="again", at=NOW)
    for how in ("return", "destroy"):
        with pytest.raises(Refused, match="legal hold"):
            leaving.ask_release(actor=people["ben"], uuid=item.uuid, how=how, to="x", reason="x", at=NOW)
    with pytest.raises(Forbidden, match="counsel"):
        leaving.lift_hold(actor=people["cora"], uuid=opened.uuid, reason="done", at=NOW)
    with pytest.raises(ProtectedError):
        opened.delete()
    link = add_link(actor=people["ben"], uuid=opened.uuid, kind="indicator", label="KX-2", at=NOW)
    with pytest.raises(Refused, match="nothing of it may be deleted"):
        remove_link(actor=people["ben"], uuid=opened.uuid, link=link.uuid)
    leaving.lift_hold(actor=people["lena"], uuid=opened.uuid, reason="settled", at=NOW)
    held = custody.holds(viewer=people["ben"], incident=opened)[0]
    assert (held.set_by, held.lifted_by) == (people["ben"], people["lena"])
    assert kinds(opened)[-2:] == ["hold set", "hold lifted"]


def test_the_package_is_verified_by_a_stranger(people, opened, tmp_path) -> None:
    item = taken(people["ben"], opened)
    taken(people["cora"], opened, None, seal="B-1182", label="Key ring", what="object")
    given = offer(actor=people["ben"], uuid=item.uuid, receiver=people["cora"].uuid, reason="x", at=NOW)
    accept(actor=people["cora"], uuid=given.uuid, at=NOW)
    path = tmp_path / "package.zip"
    with pytest.raises(Forbidden):
        leaving.pack(actor=people["ben"], uuid=opened.uuid, to="Police", out=io.BytesIO(), at=NOW)
    with path.open("wb") as out:
        fingerprint = leaving.pack(actor=people["cora"], uuid=opened.uuid, to="Police", out=out, at=NOW)
    found = verify(path, fingerprint=fingerprint)
    assert found.problems == []
    assert (found.items, found.entries) == (2, 5)
    assert found.held == {"E-01": signed_name(people["cora"]), "E-02": signed_name(people["cora"])}


def test_the_key_is_made_once_and_only_its_owner_reads_it(settings) -> None:
    from pathlib import Path

    from garrison.core.signing import fingerprint

    first = fingerprint()
    assert fingerprint() == first
    assert Path(settings.SIGNING_KEY).stat().st_mode & 0o777 == 0o600


def test_an_edited_row_shows(people, opened) -> None:
    taken(people["ben"], opened)
    check(actor=people["ben"], uuid=opened.uuid, at=NOW)
    CustodyEntry.objects.filter(seq=1).update(by_name="Nobody")
    assert [place.seq for place in custody.breaks(viewer=people["ben"], incident=opened)] == [1]
    CustodyEntry.objects.filter(seq=2).delete()
    assert len(custody.breaks(viewer=people["ben"], incident=opened)) == 2


def test_the_database_keeps_what_the_rules_say(people, opened) -> None:
    item = taken(people["ben"], opened)
    for change in ({"sha256": "x"}, {"holder": None}, {"shape": "thing"}, {"taken_latest": NOW - timedelta(days=9)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceItem.objects.filter(pk=item.pk).update(**change)
