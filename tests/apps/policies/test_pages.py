"""The pages of policies: each opens, says no in words, and stays within its statements."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garrison.apps.controls.models import Control
from garrison.apps.people.models import Person
from garrison.apps.policies import selectors, services
from garrison.apps.policies.models import Acknowledgement, Policy, PolicyException, Reminder, Version
from garrison.core.models import AuditEntry
from tests.apps.policies.conftest import BODY
from tests.kit.money import NOW, TODAY

pytestmark = pytest.mark.django_db(databases="__all__")
QUIZ = "? Who?\n- nobody\n* security"


def at(name: str, *args: object) -> str:
    return reverse(f"policies:{name}", args=args)


def read(client, url: str, status: int = 200, **told) -> str:
    answer = client.get(url, **told)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_empty_pages_name_what_would_fill_them(client, chief) -> None:
    client.force_login(chief)
    assert "Start from a template" in read(client, at("list"))
    assert "No exceptions" in read(client, at("exceptions"))
    assert "not on the roster" in read(client, at("mine"))


def test_from_a_template_to_a_draft(client, world, chief) -> None:
    client.force_login(chief)
    assert "Acceptable use" in read(client, at("templates"))
    url = at("template", "visitors")
    body = read(client, url)
    assert "Group" in body
    assert "fill in: Telephone of the security desk" in body
    assert "ext. 99" in read(client, url, data={"place_security_phone": "ext. 99"}, headers={"HX-Request": "true"})
    assert client.post(url, {"code": "", "title": "x"}).status_code == 422
    made = {"code": "P-7", "title": "Visitors", "place_security_phone": "ext. *99*", "place_organisation": "Group"}
    assert client.post(url, made).status_code == 302
    version = Version.objects.get(policy__code="P-7")
    assert r"ext. \*99\*" in version.body
    assert read(client, at("template", "moon"), 404)


def test_a_markdown_file_goes_in_and_comes_out_the_same(client, world, chief) -> None:
    client.force_login(chief)
    told = {"code": "P-8", "title": "Own", "kind": "policy", "audience": "everyone", "review_months": "12"}
    file = io.BytesIO(BODY.encode())
    file.name = "own.md"
    assert client.post(at("new"), told | {"file": file}).status_code == 302
    policy = Policy.objects.get(code="P-8")
    answer = client.get(at("document", policy.uuid, 1, "md"))
    assert answer.content == BODY.encode()
    bad = io.BytesIO(b"\xff\xfe\x00")
    bad.name = "bad.md"
    answer = client.post(at("new"), told | {"code": "P-9", "file": bad})
    assert answer.status_code == 422
    assert "not UTF-8" in answer.content.decode()


def test_word_and_pdf(client, publish, chief) -> None:
    policy = publish(
        "P-1", body=BODY + "\n1. a\n2. b\n\ntext\n\n1. c\n\n| a | b |\n|---|---|\n| 1 | [x](https://a.b) |\n"
    )
    client.force_login(chief)
    word = client.get(at("document", policy.uuid, 1, "docx"))
    archive = zipfile.ZipFile(io.BytesIO(word.content))
    assert archive.testzip() is None
    assert "Nobody props a door." in archive.read("word/document.xml").decode()
    pdf = client.get(at("document", policy.uuid, 1, "pdf"))
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(at("document", policy.uuid, 1, "exe")).status_code == 404
    assert client.get(at("document", policy.uuid, 9, "pdf")).status_code == 404


def test_the_page_of_a_policy_and_of_its_control(client, publish, chief) -> None:
    policy = publish("P-1", suggested=["C-1"])
    client.force_login(chief)
    body = read(client, at("detail", policy.uuid))
    for words in ("In force", "Control C-1", "80", "0 <small>of 6", "Begin the next version"):
        assert words in body, words
    control = Control.objects.get(code="C-1")
    assert "Policies that it enforces" in read(client, reverse("controls:detail", args=[control.uuid]))
    assert "Policy P-1" in read(client, reverse("web:search"), data={"q": "props a door"})


def test_revise_edit_preview_conflict_and_compare(client, publish, chief, approvers) -> None:
    policy = publish("P-1")
    client.force_login(chief)
    assert client.get(at("edit", policy.uuid)).status_code == 302
    assert client.post(at("revise", policy.uuid)).status_code == 302
    url = at("edit", policy.uuid)
    assert "Nobody props a door" in read(client, url)
    preview = client.post(at("preview"), {"body": "# T\n\n<script>alert(1)</script> {{ it_head }}"}).content.decode()
    assert "<script>" not in preview
    assert "Head of IT" in preview
    services.save_text(actor=approvers[2], uuid=policy.uuid, at=NOW, edits=0, body=BODY + "\nCid's words.")
    mine = {"body": BODY + "\nMy words.", "edits": "0", "pass_mark": "80", "note": "", "quiz": ""}
    answer = client.post(url, mine)
    both = answer.content.decode()
    assert answer.status_code == 409
    assert "Cid&#x27;s words." in both
    assert "My words." in both
    assert 'name="edits" value="1"' in both
    assert client.post(url, mine | {"edits": "1"}).status_code == 302
    assert client.post(url, mine | {"edits": "x"}).status_code == 422
    page = read(client, at("compare", policy.uuid))
    assert "<ins>" in page
    assert "added:" in page
    assert read(client, at("compare", policy.uuid), data={"old": "99", "new": "zz"})


def test_the_way_through_review_on_the_pages(client, world, chief, approvers) -> None:
    policy = services.create(actor=chief, at=NOW, code="P-1", title="Doors", body=BODY)
    client.force_login(chief)
    assert client.post(at("submit", policy.uuid), {"quorum": "1"}).status_code == 422
    sent = {"approvers": [str(a.uuid) for a in approvers], "quorum": "1"}
    assert client.post(at("submit", policy.uuid), sent).status_code == 302
    client.force_login(approvers[0])
    assert "waits for your decision" in read(client, at("list"))
    assert "Approve" in read(client, at("detail", policy.uuid))
    version = Version.objects.get(policy=policy)
    assert client.post(at("approve", policy.uuid), {"decision": "approve"}).status_code == 422
    said = {"decision": "approve", "reason": "Good", "sha256": version.sha256}
    assert client.post(at("approve", policy.uuid), said).status_code == 302
    assert client.post(at("publish", policy.uuid)).status_code == 403, "an executive approves and does not publish"
    client.force_login(chief)
    assert client.post(at("publish", policy.uuid)).status_code == 302
    assert client.post(at("confirm_review", policy.uuid), {"reviewed-reason": "Read"}).status_code == 302
    facts = {"title": "Doors", "kind": "policy", "audience": "roles", "review_months": "6"}
    assert client.post(at("facts", policy.uuid), facts).status_code == 422
    assert client.post(at("facts", policy.uuid), facts | {"audience_words": "guard"}).status_code == 302
    assert client.post(at("link_enforcement", policy.uuid), {"kind": "check", "how": "Walk"}).status_code == 302
    assert client.post(at("retire", policy.uuid), {"retire-reason": "Over"}).status_code == 302
    assert "Retired" in read(client, at("detail", policy.uuid))


def test_reading_and_the_quiz(client, publish, make_user) -> None:
    policy = publish("P-1", quiz=QUIZ)
    me = make_user("rita", "")
    me.email = "p1@org.example"
    me.save()
    client.force_login(me)
    assert "One policy waits for you" in read(client, at("mine"))
    url = at("read", policy.uuid)
    body = read(client, url)
    assert "Nobody props a door" in body
    sha = Version.objects.get(policy=policy).sha256
    assert client.post(url, {"sha256": sha, "q0": "0", "qx": "9", "q1": "x"}).status_code == 422
    assert client.post(url, {"sha256": sha, "q0": "1"}).status_code == 302
    assert "Nothing waits for you" in read(client, at("mine"))
    assert Acknowledgement.objects.get().person.number == "1"


def test_a_link_works_once_without_a_sign_in(client, publish, chief) -> None:
    policy = publish("P-1", unit="A")
    client.force_login(chief)
    table = list(csv.reader(io.StringIO(client.post(at("links", policy.uuid)).content.decode("utf-8-sig"))))
    client.logout()
    url = "/policies/read/" + table[1][3].partition("/policies/read/")[2]
    assert "Nobody props a door" in read(client, url)
    sha = Version.objects.get(policy=policy).sha256
    assert "Thank you" in client.post(url, {"sha256": sha}).content.decode()
    assert read(client, url, 410)
    assert client.post(url, {"sha256": sha}).status_code == 410
    assert client.get(at("by_link", "guess")).status_code == 410


def test_people_reminders_paper_and_evidence(client, publish, chief) -> None:
    policy = publish("P-1")
    client.force_login(chief)
    url = at("people", policy.uuid)
    body = read(client, url)
    assert "6 in scope = 0 acknowledged + 6 outstanding" in body
    ids = [str(p.uuid) for p in Person.objects.filter(number__in=["1", "2"])]
    posted = {"ids": ids, "remind-policy": str(policy.uuid)}
    assert client.post(at("remind"), posted, headers={"Referer": url}).status_code == 302
    assert Reminder.objects.count() == 2
    assert client.post(at("remind_all", policy.uuid)).status_code == 302
    assert Reminder.objects.count() == 6
    paper = {"ids": ids, "paper-policy": str(policy.uuid), "paper-on": TODAY.isoformat(), "paper-note": "Folder"}
    assert client.post(at("paper"), paper).status_code == 302
    answer = client.get(url, {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    kept = {row["employee_id"]: row for row in rows}
    sha = Version.objects.get(policy=policy).sha256
    assert (kept["1"]["sha256"], kept["1"]["how"], kept["1"]["version"]) == (sha, "paper", "1")
    assert kept["3"]["stands"] == "outstanding"
    assert client.post(at("paper"), {"ids": ids}).status_code == 302
    assert Acknowledgement.objects.count() == 2


def test_an_exception_on_its_pages(client, publish, chief, approvers, make_user) -> None:
    policy = publish("P-1", suggested=["C-1"])
    client.force_login(approvers[2])
    url = at("new_exception")
    assert "At most a year" in read(client, url)
    told = {
        "policy": str(policy.uuid), "scope": "Two doors", "reason": "Works", "compensating_words": "A guard",
        "until": (TODAY + timedelta(days=20)).isoformat(),
    }  # fmt: skip
    assert client.post(url, told | {"until": "x"}).status_code == 422
    assert client.post(url, told | {"until": "2099-01-01"}).status_code == 409
    assert client.post(url, told).status_code == 302
    one = PolicyException.objects.get()
    page = at("exception", one.uuid)
    assert "yourself" in read(client, page)
    client.force_login(chief)
    body = read(client, page)
    assert "Money at risk" in body
    assert "Scenario R-1" in body
    assert client.post(at("decide_exception", one.uuid), {"decision": "approve"}).status_code == 422
    said = {"decision": "approve", "reason": "Short"}
    assert client.post(at("decide_exception", one.uuid), said).status_code == 302
    assert "Two doors" in read(client, at("exceptions"))
    assert client.post(at("end_exception", one.uuid), {"end-reason": "Works over"}).status_code == 302
    assert client.post(at("limits"), {"role": "manager", "amount": "7"}).status_code == 302
    assert client.post(at("limits"), {"role": "manager", "amount": "-7"}).status_code == 302
    assert "$7" in read(client, at("limits"))
    client.force_login(make_user("bert", "manager", "/ORG/B/"))
    assert read(client, page, 404)
    client.force_login(make_user("rita", "reader"))
    assert client.post(url, told).status_code == 403


def test_another_units_policy_is_not_there_and_that_is_recorded(client, publish, make_user) -> None:
    policy = publish("P-1", unit="A")
    client.force_login(make_user("bert", "manager", "/ORG/B/"))
    for name in ("detail", "edit", "facts", "compare", "people"):
        assert client.get(at(name, policy.uuid)).status_code == 404, name
    for name in ("revise", "publish", "remind_all", "links"):
        assert client.post(at(name, policy.uuid)).status_code == 404, name
    assert AuditEntry.objects.filter(outcome="refused", actor_name="bert").count() >= 4
    assert "Policy P-1" not in read(client, at("list"))


def test_statements_do_not_grow(client, publish, chief) -> None:
    first = publish("P-1", suggested=["C-1", "C-2"])
    client.force_login(chief)

    def statements(url: str) -> int:
        client.get(url, headers={"HX-Request": "true"})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers={"HX-Request": "true"}).status_code == 200
        return len(queries)

    urls = [at("list"), at("people", first.uuid), at("exceptions"), at("mine"), at("detail", first.uuid)]
    few = [statements(url) for url in urls]
    for n in range(2, 8):
        publish(f"P-{n}", units=["A", "B"])
    for _ in range(6):
        services.request_exception(
            actor=chief, at=NOW, policy=first.uuid, scope="s", reason="r", until=TODAY + timedelta(days=9),
            compensating_words="A guard",
        )  # fmt: skip
    many = [statements(url) for url in urls]
    assert many[0] <= 16, many  # PostgreSQL counts a savepoint too
    assert many[1] <= 16, many
    assert all(now <= before + 2 for before, now in zip(few, many, strict=True)), (few, many)
    assert selectors.counts(viewer=chief) == {"policies": 7}
