"""The pages of what we owe: what they show, who may open them, what a wrong form is told, how many statements."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.kit import money
from tests.kit.money import NOW, TODAY
from tests.kit.telling import tell

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.models import Assessment, Evidence, EvidenceRequest, Mapping, Requirement, SampleItem
from garrison.apps.controls.models import Control
from garrison.formats.facts import PersonFact

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def here(client, chief, system):
    money.everything()
    tell(
        *(
            PersonFact(number=f"{n}", name=f"Person {n}", unit="A", left=TODAY - timedelta(days=n + 2), status="left")
            for n in range(9)
        ),
        at=NOW,
        name="people.csv",
    )
    services.load_shipped(actor=system)
    rule = Requirement.objects.get(code="164.308(a)(3)(ii)(C)")
    services.map_control(
        actor=system, control=Control.objects.get(code="C-1").uuid, requirement=rule.uuid, strength="full",
        rationale="<b>because</b>", at=NOW,
    )  # fmt: skip
    services.measure(actor=system, at=NOW)
    client.force_login(chief)
    return rule


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def test_home_and_framework_pages(here, client):
    body = text(client, "/compliance/")
    for words in ("Frameworks in use", "HIPAA Security Rule", "counts agree", "addressable"):
        assert words in body, words
    uuid = here.framework.uuid
    assert "Termination procedures" in text(client, reverse("compliance:framework", args=[uuid]))
    assert "Nothing matches" in text(client, reverse("compliance:framework", args=[uuid]) + "?show=weak&q=zzz")
    assert "The documented decision is missing" in text(client, reverse("compliance:gaps", args=[uuid]))
    assert "Hospital A" in text(client, reverse("compliance:by_unit", args=[uuid]))
    assert "Statement of applicability" in text(client, reverse("compliance:applicability", args=[uuid]))
    assert client.get(reverse("compliance:gaps", args=[uuid]) + "?unit=/NO/").status_code == 404
    for page in ("gaps", "applicability"):
        for kind, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
            answer = client.get(reverse(f"compliance:{page}", args=[uuid]) + f"?format={kind}")
            assert b"".join(answer).startswith(start)
        assert client.get(reverse(f"compliance:{page}", args=[uuid]) + "?format=doc").status_code == 404


def test_a_requirement_is_worked_on(here, client):
    url = reverse("compliance:requirement", args=[here.uuid])
    body = text(client, url)
    assert "&lt;b&gt;because" in body
    assert "this framework is not here yet" in body
    control = Control.objects.get(code="C-2").uuid
    post = {"control": control, "strength": "partial", "rationale": "some"}
    assert client.post(reverse("compliance:map_control", args=[here.uuid]), post).status_code == 302
    mapping = Mapping.objects.get(control__code="C-2")
    assert client.post(reverse("compliance:unmap", args=[mapping.uuid])).status_code == 302
    assert client.post(reverse("compliance:map_control", args=[here.uuid]), {"control": "x"}).status_code in (302, 422)
    decided = {"choice": "alternative", "reasons": "cost", "alternative": "guards"}
    assert client.post(reverse("compliance:decide", args=[here.uuid]), decided).status_code == 302
    client.post(reverse("compliance:set_applicability", args=[here.uuid]), {"applies": "yes", "justification": "law"})
    file = SimpleUploadedFile("list.csv", b"a,b")
    told = {"title": "List", "file": file, "collected_on": TODAY.isoformat()}
    assert client.post(reverse("compliance:add_evidence", args=[here.uuid]), told).status_code == 302
    body = text(client, url)
    for words in ("guards", "It applies", "list.csv"):
        assert words in body, words
    item = Evidence.objects.get(kind="file")
    answer = client.get(reverse("compliance:evidence_file", args=[item.uuid]))
    assert (answer.content, answer["X-Content-Type-Options"]) == (b"a,b", "nosniff")
    assert item.sha256 in text(client, reverse("compliance:evidence_item", args=[item.uuid]))
    client.post(reverse("compliance:withdraw", args=[item.uuid]), {"why": "old"})
    assert "Withdrawn" in text(client, reverse("compliance:evidence_item", args=[item.uuid]))
    measured = Evidence.objects.get(measure="control-tests", newest=True)
    assert "both count" in text(client, reverse("compliance:evidence_item", args=[measured.uuid]))
    assert "Made by the system" in text(client, reverse("compliance:evidence"))


def test_an_assessment_from_plan_to_signature(here, client):
    plan = {
        "title": "Yearly", "framework": here.framework.uuid, "period_from": (TODAY - timedelta(days=30)).isoformat(),
        "period_until": TODAY.isoformat(), "lead": "Ann",
    }  # fmt: skip
    assert client.post(reverse("compliance:assessment_new"), plan | {"lead": ""}).status_code == 422
    client.post(reverse("compliance:assessment_new"), plan)
    made = Assessment.objects.get()
    url = reverse("compliance:assessment", args=[made.uuid])

    def post(name, told, *more, status=302):
        answer = client.post(reverse(f"compliance:{name}", args=[made.uuid, *more]), told)
        assert answer.status_code == status, answer.content[:300]

    post("draw_sample", {"population": "leavers", "size": 99, "seed": 1}, status=409)
    post("draw_sample", {"population": "leavers", "size": 2, "seed": 1})
    first, second = SampleItem.objects.order_by("number")
    post("record_item", {"outcome": "failed"}, first.uuid, status=409)
    post("record_item", {"outcome": "failed", "note": "open"}, first.uuid)
    sample = first.sample
    test = {"requirement": here.uuid, "aspect": "operation", "outcome": "not effective", "sample": sample.uuid}
    post("assess", test, status=409)
    post("record_item", {"outcome": "passed"}, second.uuid)
    post("assess", test)
    post("sign", {"conclusion": " "})
    post("find_deficiency", {"requirement": here.uuid, "title": "Late", "words": "One of two"})
    post("sign", {"conclusion": "done"}, status=409)
    found = made.deficiencies.get()
    post("judge", {"gravity": "material weakness", "reasons": "money"}, found.uuid)
    post("plan_remedy", {"remedy": "link", "owner": "Bo", "due": TODAY.isoformat()}, found.uuid)
    post("roll_forward", {"until": (TODAY + timedelta(days=20)).isoformat(), "note": "asked again"})
    post("ask", {"title": "More"})
    assert "Nine times of ten" in text(client, url)
    post("sign", {"conclusion": "Not effective"})
    made.refresh_from_db()
    assert (made.state, len(made.digest)) == ("signed", 64)
    from garrison.apps.compliance.services.assessing import digest

    assert digest(made) == made.digest, "anybody can count it again"
    post("assess", test, status=409)
    post("judge", {"gravity": "observation", "reasons": "mild"}, found.uuid, status=409)
    post("repair", {"note": "seen"}, found.uuid)
    assert "Repaired" in text(client, url)
    for kind, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert b"".join(client.get(f"{url}?format={kind}")).startswith(start)
    assert "Yearly" in text(client, reverse("compliance:assessments"))


def test_requests_and_reports(here, client):
    client.post(reverse("compliance:request_evidence", args=[here.uuid]), {"title": "The list"})
    asked = EvidenceRequest.objects.get()
    url = reverse("compliance:request", args=[asked.uuid])
    item = selectors.current(viewer=asked.asked_by).first()
    client.post(reverse("compliance:answer", args=[asked.uuid]), {"answer": "here", "items": [item.uuid]})
    assert item.title in text(client, url)
    client.post(reverse("compliance:judge_answer", args=[asked.uuid]), {"accept": "yes"})
    asked.refresh_from_db()
    assert asked.state == "accepted"
    assert "The list" in text(client, reverse("compliance:requests") + "?view=all")
    report = {
        "provider": "Payco", "service": "Pay", "kind": "SOC 1 type 2", "opinion": "unqualified",
        "period_from": "2026-01-01", "period_until": "2026-06-30", "expected": "Leavers end\nPayees checked",
    }  # fmt: skip
    there = client.post(reverse("compliance:report_new"), report)["Location"]
    assert "Payees checked" in text(client, there)
    assert "Payco" in text(client, reverse("compliance:reports"))
    assert client.post(reverse("compliance:report_new"), {}).status_code == 422


def test_a_control_shows_what_it_meets_and_where_it_is(here, client):
    control = Control.objects.get(code="C-1")
    url = reverse("controls:detail", args=[control.uuid])
    assert "Termination procedures" in text(client, url)
    post = {"unit": "B", "kind": "inherited", "inherited_from": "A", "share": "", "on": TODAY.isoformat()}
    assert client.post(reverse("controls:say_in_place", args=[control.uuid]), post).status_code == 302
    assert "done by Hospital A" in text(client, url)


def test_wrong_roles(here, client, make_user):
    client.force_login(make_user("rita", "reader", "/"))
    body = text(client, reverse("compliance:requirement", args=[here.uuid]))
    assert "Name a control" not in body
    post = {"control": Control.objects.get(code="C-2").uuid, "strength": "partial", "rationale": "r"}
    assert client.post(reverse("compliance:map_control", args=[here.uuid]), post).status_code == 403
    client.force_login(make_user("bert", "manager", "/ORG/B/"))
    assert "No control meets it yet" in text(client, reverse("compliance:requirement", args=[here.uuid]))
    client.force_login(make_user("nia", ""))
    assert client.get(reverse("compliance:requirement", args=[here.uuid])).status_code == 404


def test_statements(here, client):
    uuid = here.framework.uuid
    pages = {
        reverse("compliance:home"): 24, reverse("compliance:framework", args=[uuid]): 16,
        reverse("compliance:by_unit", args=[uuid]): 16, reverse("compliance:gaps", args=[uuid]): 16,
        reverse("compliance:evidence"): 12, reverse("compliance:requests"): 12, reverse("compliance:assessments"): 12,
    }  # fmt: skip
    for url, most in pages.items():
        client.get(url, headers={"HX-Request": "true"})
        with CaptureQueriesContext(connection) as told:
            client.get(url, headers={"HX-Request": "true"})
        assert len(told) <= most, f"{url}: {len(told)}"
