"""OSCAL in and out of the compliance app: what comes in goes out as it came, and what is made here is well formed."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.urls import reverse
from tests.formats.oscal_sample import CATALOGUE
from tests.kit.plain import plain

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.models import Framework, Original
from garrison.apps.compliance.rules import oscal
from garrison.core.commands import system_actor
from garrison.core.imports import run as importing
from garrison.core.imports.staging import Reading
from garrison.formats.oscal import exchange

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
PROFILE = {
    "profile": {
        "uuid": "0f2f7c1e-0000-4000-8000-00000000bbbb",
        "metadata": {
            "title": "Few gates",
            "last-modified": "2031-01-03T00:00:00Z",
            "version": "1",
            "oscal-version": "1.1.2",
        },
        "imports": [{"href": "gates.json", "include-controls": [{"with-ids": ["g-1.1"]}]}],
        "merge": {"as-is": True},
    }
}


def held():
    return oscal.Held(ONE, "Yearly look", "Rules 1", AT, AT, "Ida", "all gates")


def wrong(**changes):
    told = {"uuid": TWO, "code": "g-1", "title": "Latch weak", "words": "It gave way.", "gravity": "deficiency"}
    return oscal.Wrong(**told | {"remedy": "New latch", "owner": "Bo", "due": date(2026, 12, 1)} | changes)


def test_a_catalogue_of_our_rows_is_read_back_by_our_reader():
    rows = [
        oscal.Told("1 (a)", "Standard", group="First"),
        oscal.Told(
            "1 (a)(i)", "Specification", parent="1 (a)", group="First", guidance="Do it.", obligation="required"
        ),
        oscal.Told("2", "Loose", text="Words.", withdrawn=True, replaced_by=("1 (a)",)),
    ]
    made = oscal.catalogue("Ours", "1", rows, uuid=ONE, at=AT)
    assert exchange.read(plain(exchange.write("catalog", made, "xml")))[1] == made
    assert made["groups"][0]["controls"][0]["controls"][0]["id"] == "_1-a-i"
    assert made["controls"][0]["links"] == [{"href": "#_1-a", "rel": "moved-to"}]


def test_results_tell_what_is_satisfied():
    observed = [
        oscal.Observed(UUID(int=3), "g-1", "Gate", "looked", "design", True, AT, "Ida"),
        oscal.Observed(UUID(int=4), "g-2", "Wall", "", "operation", True, AT),
    ]
    [result] = oscal.results(held(), observed, [wrong()], at=AT)["results"]
    states = {f["target"]["target-id"]: f["target"]["status"]["state"] for f in result["findings"]}
    assert states == {"g-1": "not-satisfied", "g-2": "satisfied"}
    assert result["findings"][0]["related-risks"] == [{"risk-uuid": str(TWO)}]
    assert result["risks"][0]["deadline"] == "2026-12-01T23:59:59Z"
    empty = oscal.results(held(), [], [], at=AT)["results"][0]
    assert empty["reviewed-controls"]["control-selections"] == [{"include-all": {}}]


def test_a_plan_of_action_has_an_item_for_each_thing_wrong():
    made = oscal.action_plan(
        held(), [wrong(), wrong(uuid=UUID(int=5), closed=True, gravity="", remedy="", due=None)], at=AT
    )
    assert [item["related-risks"][0]["risk-uuid"] for item in made["poam-items"]] == [str(TWO), str(UUID(int=5))]
    assert [risk["status"] for risk in made["risks"]] == ["open", "closed"]
    assert oscal.action_plan(held(), [], at=AT)["poam-items"] == []


def imported(*paths) -> list[Reading]:
    return importing.run_import(actor=system_actor(), paths=paths, at=AT)[1]


@pytest.mark.django_db(databases="__all__")
class TestDocuments:
    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / "gates.json").write_text(json.dumps(CATALOGUE))
        (tmp_path / "few.json").write_text(json.dumps(PROFILE))
        imported(tmp_path)
        return tmp_path

    def test_a_framework_goes_out_as_it_came(self, folder):
        framework = Framework.objects.get(kind="catalogue", shipped=False)
        viewer = system_actor()
        out = selectors.as_oscal(viewer=viewer, framework=framework, syntax="json", at=AT)
        assert out == (folder / "gates.json").read_bytes()
        in_xml = selectors.as_oscal(viewer=viewer, framework=framework, syntax="xml", at=AT)
        assert exchange.read(plain(in_xml))[0] == "catalog"

    def test_the_same_in_another_syntax_changes_nothing(self, folder):
        content = exchange.write("catalog", CATALOGUE["catalog"], "yaml")
        (folder / "gates.yaml").write_bytes(content)
        [told] = imported(folder / "gates.yaml")
        assert told.status == "unchanged"
        assert Original.objects.count() == 2

    def test_a_profile_resolves_from_what_is_here(self, folder):
        framework = Framework.objects.get(kind="profile")
        found = selectors.resolution(viewer=system_actor(), framework=framework, at=AT)
        assert found.resolved.carried == ("g-1",)
        assert found.count == 2

    def test_pages_and_downloads(self, folder, client, make_user):
        client.force_login(make_user("rita", "reader"))
        framework = Framework.objects.get(kind="profile")
        assert client.get(reverse("compliance:resolved", args=[framework.uuid])).status_code == 200
        answer = client.get(reverse("compliance:framework_oscal", args=[framework.uuid, "yaml"]))
        assert answer["Content-Type"] == "application/yaml"
        assert client.get(reverse("compliance:framework_oscal", args=[framework.uuid, "pdf"])).status_code == 404

    def test_what_we_ship_goes_out_too(self):
        services.load_shipped(actor=system_actor())
        framework = Framework.objects.get(ident="hipaa-security")
        model, value = exchange.read(
            plain(selectors.as_oscal(viewer=system_actor(), framework=framework, syntax="xml", at=AT))
        )
        assert (model, value["metadata"]["title"]) == ("catalog", "HIPAA Security Rule")
