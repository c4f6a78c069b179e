"""The pages of custody, continuity, measures, VERIS and reports, as people use them."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.apps.incidents.custody_case import CLIP, NOW, case, taken

from garrison.apps.incidents.models import CustodyEntry, EvidenceItem, HandOver, Service
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.services import start_phase
from garrison.core.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def people(make_user):
    return {name: make_user(name, "investigator", "/") for name in ("cora", "lena", "ben", "eve")}


@pytest.fixture
def opened(people):
    return case(people["cora"], counsel=people["lena"], members=(people["ben"],))


def of_case(name: str, incident, *more) -> str:
    return reverse(f"incidents:{name}", args=[incident.uuid, *more])


def test_evidence_is_taken_in_handed_over_and_looked_at(client, people, opened) -> None:
    client.force_login(people["ben"])
    body = client.get(of_case("evidence", opened)).content.decode()
    assert "No evidence yet" in body
    told = {"label": "Clip", "what": "video", "taken_by": "Ben", "taken_at": "2026-03-09T08:00:00", "place": "Office"}
    upload = SimpleUploadedFile("../../clip.mp4", CLIP)
    answer = client.post(of_case("take_evidence", opened), told | {"file": upload})
    assert answer.status_code == 302
    item = EvidenceItem.objects.get()
    assert item.original_name == "clip.mp4"
    page = reverse("incidents:evidence_item", args=[item.uuid])
    assert item.sha256 in client.get(page).content.decode().replace("<wbr>", "")
    offer = {"receiver": str(people["lena"].uuid), "reason": "review"}
    assert client.post(reverse("incidents:offer_evidence", args=[item.uuid]), offer).status_code == 302
    given = HandOver.objects.get()
    client.force_login(people["lena"])
    assert "waits for your signature" in client.get(page).content.decode()
    answered = client.post(reverse("incidents:answer_evidence", args=[given.uuid]), {"answer": "accept"})
    assert answered.status_code == 302
    got = client.post(reverse("incidents:download_evidence", args=[item.uuid]), {"purpose": "review the clip"})
    assert b"".join(got.streaming_content) == CLIP
    assert got["Content-Disposition"].startswith("attachment")
    assert client.post(reverse("incidents:download_evidence", args=[item.uuid]), {"purpose": ""}).status_code == 422
    assert CustodyEntry.objects.filter(kind="viewed").count() == 1
    assert "3 of 3" not in client.get(of_case("case", opened)).content.decode()
    assert "1 of 1 hashes match" in client.get(of_case("case", opened)).content.decode()


def test_wrong_intake_is_answered_in_words(client, people, opened) -> None:
    client.force_login(people["ben"])
    assert client.post(of_case("take_evidence", opened), {"label": "x"}).status_code == 422
    told = {"label": "Clip", "what": "video", "taken_by": "Ben", "taken_at": "2026-03-09T08:00:00", "place": "Office"}
    assert client.post(of_case("take_evidence", opened), told).status_code == 409


def test_a_change_on_disk_shows_on_the_pages(client, people, opened) -> None:
    item = taken(people["ben"], opened)
    path = custody.vault().path(item.sha256)
    path.chmod(0o600)
    path.write_bytes(b"changed")
    client.force_login(people["ben"])
    assert client.post(of_case("check_evidence", opened)).status_code == 302
    body = client.get(of_case("evidence", opened)).content.decode()
    assert "0 of 1 hashes match" in body
    assert "E-01 CAM-12 clips" in body
    assert "Changed on disk" in client.get(reverse("incidents:evidence_item", args=[item.uuid])).content.decode()


def test_outsiders_get_404_and_are_recorded(client, people, opened) -> None:
    item = taken(people["lena"], opened, privileged=True)
    client.force_login(people["ben"])
    assert client.get(reverse("incidents:evidence_item", args=[item.uuid])).status_code == 404
    assert "E-01" not in client.get(of_case("custody_print", opened)).content.decode()
    client.force_login(people["eve"])
    for name in ("evidence", "custody_print", "custody_pdf", "case_reports", "effect", "veris", "veris_json"):
        assert client.get(of_case(name, opened)).status_code == 404, name
    assert client.get(of_case("report_pdf", opened, "file")).status_code == 404
    assert AuditEntry.objects.filter(actor=people["eve"], outcome="refused").count() >= 8


def test_hold_release_and_package(client, people, opened) -> None:
    item = taken(people["ben"], opened)
    client.force_login(people["ben"])
    assert client.post(of_case("hold", opened), {"reason": "police", "answer": "set"}).status_code == 302
    asked = {"how": "copy", "to": "Insurer", "reason": "claim"}
    assert client.post(reverse("incidents:ask_release", args=[item.uuid]), asked).status_code == 302
    release = item.releases.get()
    decide = reverse("incidents:decide_release", args=[release.uuid])
    assert client.post(decide, {"answer": "approve"}).status_code == 403
    assert client.post(of_case("custody_package", opened), {"to": "Police"}).status_code == 403
    client.force_login(people["cora"])
    assert client.post(decide, {"answer": "approve"}).status_code == 302
    assert client.post(reverse("incidents:carry_out_release", args=[release.uuid])).status_code == 302
    got = client.post(of_case("custody_package", opened), {"to": "Police"})
    with zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))) as archive:
        assert "manifest.sig" in archive.namelist()
    assert client.post(of_case("hold", opened), {"reason": "x", "answer": "lift"}).status_code == 403


def test_reports_leave_out_what_is_privileged(client, people, opened) -> None:
    import pypdfium2

    from garrison.apps.incidents.services import record_entry

    secret = "Counsel thinks we are liable"
    told = {"actor": people["cora"], "uuid": opened.uuid, "kind": "decision", "happened": NOW, "at": NOW}
    record_entry(**told, title=secret, privileged=True)
    record_entry(**told, title="Badge closed")
    taken(people["lena"], opened, privileged=True, label="Counsel's memo")

    def words(kind: str, query: str = "") -> str:
        got = client.get(of_case("report_pdf", opened, kind) + query)
        assert got.status_code == 200
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(got.content))

    client.force_login(people["cora"])
    for kind in ("executive", "regulator", "file"):
        assert secret not in words(kind)
        assert "Badge closed" in words(kind)
        assert "memo" not in words(kind)
        assert secret in words(kind, "?privileged=yes")
    assert "memo" in words("file", "?privileged=yes")
    assert client.get(of_case("report_pdf", opened, "other")).status_code == 409
    assert client.get(of_case("custody_pdf", opened))["Content-Type"] == "application/pdf"
    assert "For a regulator" in client.get(of_case("case_reports", opened)).content.decode()


def test_services_by_page(client, chief) -> None:
    from tests.kit import money

    money.everything()
    client.force_login(chief)
    assert "No critical service yet" in client.get(reverse("incidents:services")).content.decode()
    told = {"code": "SV-1", "name": "Dispensing", "unit": "A", "owner": "Junia", "recovery_minutes": "240"}
    told |= {"point_minutes": "30", "cost_per_hour": "6800", "currency": "USD", "test_every_days": "365"}
    assert client.post(reverse("incidents:new_service"), told | {"cost_per_hour": "-1"}).status_code == 422
    assert client.post(reverse("incidents:new_service"), told).status_code == 302
    service = Service.objects.get()
    tested = {"tested_at": "2026-03-01T08:00:00", "passed": "yes", "took_minutes": "200"}
    assert client.post(reverse("incidents:record_restore", args=[service.uuid]), tested).status_code == 302
    assert client.post(reverse("incidents:record_restore", args=[service.uuid]), {}).status_code == 422
    assert client.get(reverse("incidents:edit_service", args=[service.uuid])).status_code == 200
    incident = case(chief)
    down = {"service": str(service.uuid), "down_at": "2026-03-09T08:00:00"}
    assert client.post(of_case("mark_down", incident), down).status_code == 302
    assert "Dispensing" in client.get(of_case("effect", incident)).content.decode()
    assert "past its objective" in client.get(of_case("case", incident)).content.decode()
    assert client.get(reverse("incidents:service", args=[service.uuid])).status_code == 200
    outage = incident.outages.get()
    assert client.post(reverse("incidents:mark_up", args=[outage.uuid])).status_code == 302
    assert "Nothing is down" in client.get(of_case("effect", incident)).content.decode()


def test_veris_by_form_and_as_json(client, people, opened) -> None:
    client.force_login(people["ben"])
    chosen = {"actor.external.variety": ["Former employee"], "security_incident": "Confirmed"}
    assert client.post(of_case("veris", opened), chosen).status_code == 302
    assert client.post(of_case("veris", opened), chosen).status_code == 409
    assert client.post(of_case("veris", opened), {"actor.external.variety": ["Ghost"]}).status_code == 422
    assert "actor.external lacks its motive" in client.get(of_case("veris", opened)).content.decode()
    record = json.loads(client.get(of_case("veris_json", opened)).content)
    assert record["actor"]["external"]["variety"] == ["Former employee"]


def test_measures_count_open_cases(client, people, opened) -> None:
    client.force_login(people["cora"])
    start_phase(actor=people["cora"], uuid=opened.uuid, phase="triaged", at=NOW - timedelta(hours=2))
    body = client.get(reverse("incidents:measures"), {"measure": "recover"}).content.decode()
    assert "How long incidents take" in body
    assert client.get(reverse("incidents:measures"), {"measure": "other"}).status_code == 200


def test_statements_do_not_grow(client, people, opened) -> None:
    client.force_login(people["ben"])
    taken(people["ben"], opened)

    def statements(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    pages = [of_case("evidence", opened), reverse("incidents:measures"), reverse("incidents:services")]
    few = [statements(page) for page in pages]
    for number in range(6):
        taken(people["ben"], opened, f"body {number}".encode())
        case(people["ben"])
    many = [statements(page) for page in pages]
    assert many <= few
    assert few[1] <= 12, few
    assert few[2] <= 12, few
