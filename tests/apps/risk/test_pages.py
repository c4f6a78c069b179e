"""The risk pages: what they say, whose they are, and that no address breaks them."""

import csv
import io
import math
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.kit import money
from tests.kit.money import NOW, UNITS, scenario
from tests.kit.telling import tell

from garrison.apps.risk.models import LossResult, Scenario

pytestmark = pytest.mark.django_db(databases="__all__")
HX = {"HX-Request": "true"}


def newest() -> LossResult:
    return LossResult.objects.filter(unit=None).order_by("-as_of", "-at", "-pk").first()


def page(code: str = "R-1", name: str = "risk:scenario") -> str:
    return reverse(name, args=[Scenario.objects.get(code=code).uuid])


def test_an_empty_page_names_the_file(client, chief) -> None:
    client.force_login(chief)
    assert "scenario_code, scenario_name" in client.get(reverse("risk:portfolio")).content.decode()
    assert "scenario_code, scenario_name" in client.get(reverse("risk:scenarios")).content.decode()


def test_the_portfolio_says_everything(client, chief) -> None:
    money.everything(money.door(False, 3, "Latch loose"))
    client.force_login(chief)
    body = client.get(reverse("risk:portfolio")).content.decode()
    for words in (
        "Yearly loss against appetite",
        "Above appetite from",
        "How sure the estimates are",
        "Calibrated: Ida Pill.",
        "Not calibrated: Al Best.",
        "closed form",
        "Grid of",
        "Why did this change?",
        "sector prior, not yours: left out",
        "Approve",
        "With plan",
        "Hospital A",
    ):
        assert words in body, words
    assert " since " in body
    assert "guaranteed" not in body
    table = client.get(reverse("risk:portfolio"), {"view": "table"}).content.decode()
    assert "above appetite" in table
    unit = client.get(reverse("risk:portfolio"), {"unit": "A"}).content.decode()
    assert "With plan" not in unit


def test_only_drafts(client, chief) -> None:
    tell(
        *UNITS, scenario("R-1", "A", approved=False), scenario("R-2", "A", approved=False, low=None, high=None), at=NOW
    )
    client.force_login(chief)
    body = client.get(reverse("risk:portfolio")).content.decode()
    assert "No approved scenario yet" in body
    assert "own estimate, not approved yet" in body
    assert "no loss estimated yet" in body


def test_a_number_opens(client, chief) -> None:
    money.everything(money.door(False, 3, "Latch loose"))
    client.force_login(chief)
    now = newest()
    url = reverse("risk:result", args=[now.uuid])
    body = client.get(url).content.decode()
    for words in (
        "What changed",
        "Latch loose",
        "Made from",
        "Inputs digest",
        now.inputs[:16],
        "96 draws",
        "Compare with",
    ):
        assert words in body, words
    before = LossResult.objects.filter(unit=None).exclude(pk=now.pk).get()
    assert client.get(url, {"before": str(before.uuid)}).status_code == 200
    assert client.get(url, {"before": "nonsense"}).status_code == 200
    assert client.get(url, {"before": str(LossResult.objects.exclude(unit=None).first().uuid)}).status_code == 404
    assert "first computation" in client.get(reverse("risk:result", args=[before.uuid])).content.decode()


def test_the_workshop_follows_the_sliders_and_writes_nothing(client, chief) -> None:
    money.everything(money.door(False, 3, "Latch loose"))
    client.force_login(chief)
    body = client.get(page()).content.decode()
    for words in ("What moves it most", "Frequency, 1 to 4 a year", "Why it rose by", "What would lower it", "Discard"):
        assert words in body, words
    moved = client.get(page(), {"rate": "3.3333", "high": "500000"}, headers=HX).content.decode()
    assert "Save as draft" in moved
    assert 'name="rate" value="3.33"' in moved
    assert 'name="rate_high" value="6.66"' in moved
    assert "With these numbers" in moved
    assert Scenario.objects.get(code="R-1").rate == 2.0
    still = client.get(page(), {"rate": "2", "low": "20000", "high": "400000"}, headers=HX).content.decode()
    assert "Save as draft" not in still
    assert "Scenario workshop: R-1" in client.get(page(), {"card": "1"}, headers=HX).content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"rate": "x"},
        {"rate": "nan"},
        {"rate": "-1"},
        {"rate": "1e309"},
        {"low": "999999999"},
        {"low": "0"},
        {"high": "1e300"},
        {"rate": "0"},
        {"rate": "99999", "high": "1e15"},
        {"mode": "5"},
        {"rate_low": "9"},
        {"high": "20000"},
        {"rate": "\x00"},
        {"low": "399999.9999"},
    ],
)
def test_no_numbers_break_the_workshop(client, chief, asked) -> None:
    money.everything()
    client.force_login(chief)
    for headers in ({}, HX):
        answer = client.get(page(), asked, headers=headers)
        assert answer.status_code == 200


@pytest.mark.parametrize("distribution", ["pert", "gamma", "exponential", "fixed"])
def test_every_distribution_has_its_sliders(client, chief, distribution) -> None:
    said = {"low": Decimal(2), "mode": Decimal(3), "high": Decimal(9)}
    tell(*UNITS, scenario("R-1", "A", distribution=distribution, rate_low=None, **said), at=NOW)
    client.force_login(chief)
    assert "No interval was judged." in client.get(page()).content.decode()


def test_a_scenario_without_a_loss_says_so(client, chief) -> None:
    tell(*UNITS, scenario("R-1", "A", approved=False, low=None, high=None, estimator=""), at=NOW)
    client.force_login(chief)
    body = client.get(page()).content.decode()
    assert "no loss is estimated yet" in body
    assert "Draft: counts nowhere yet" in body


def test_save_approve_withdraw_and_undo_from_the_pages(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    answer = client.post(
        page(name="risk:draft"), {"rate": "3", "rate_low": "1.5", "rate_high": "6", "low": "20000", "high": "500000"}
    )
    assert answer["Location"] == page()
    body = client.get(page()).content.decode()
    assert "Undo" in body
    assert "Draft: counts nowhere yet" in body
    assert client.post(page(name="risk:approve")).status_code == 302
    assert Scenario.objects.get(code="R-1").approved_by
    assert client.post(page(name="risk:approve"), headers=HX).status_code == 409
    assert client.post(page(name="risk:withdraw")).status_code == 302
    client.post(page(name="risk:draft"), {"rate": "much"})
    assert "Times a year" in client.get(page()).content.decode()
    assert client.post(page(name="risk:draft"), {"low": "600000"}).status_code == 409
    assert client.get(page(name="risk:draft")).status_code == 405


def test_readers_cannot_approve_and_units_stay_apart(client, make_user) -> None:
    money.everything()
    whole = newest()
    client.force_login(make_user("rita", "reader"))
    body = client.get(reverse("risk:portfolio")).content.decode()
    assert "/approve/" not in body
    assert "/withdraw/" not in client.get(page()).content.decode()
    assert client.post(page("R-3", "risk:approve")).status_code == 403
    assert "Save as draft" not in client.get(page(), {"rate": "3"}, headers=HX).content.decode()
    client.force_login(make_user("bert", "manager", "/ORG/B/"))
    body = client.get(reverse("risk:portfolio")).content.decode()
    assert "Scenario R-2" in body
    for hidden in ("Scenario R-1", "Scenario R-3", "Group</a>", "With plan", str(whole.uuid)):
        assert hidden not in body, hidden
    assert client.get(page("R-1")).status_code == 404
    assert client.post(page("R-1", "risk:draft"), {"rate": "3"}).status_code == 404
    assert client.get(reverse("risk:result", args=[whole.uuid])).status_code == 404
    assert client.get(reverse("risk:portfolio"), {"unit": "A"}).status_code == 404
    client.force_login(make_user("wanda", "reader", "/ORG/A/A-1/"))
    assert "No total for your units" not in client.get(reverse("risk:portfolio")).content.decode(), (
        "nothing approved here"
    )


def test_the_register_goes_out_with_what_an_import_reads(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    answer = client.get(reverse("risk:scenarios"), {"format": "csv", "status": "approved"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["scenario_code"] for row in rows] == ["R-1", "R-2"]
    assert (rows[0]["events_per_year"], rows[0]["loss_high"], rows[0]["calibrated"]) == ("2.0", "400000", "yes")
    assert rows[0]["unit_code"] == "A"
    assert client.get(reverse("risk:scenarios"), {"format": "xlsx"}).status_code == 200
    assert "Sector prior, not yours" in client.get(reverse("risk:scenarios")).content.decode()


def test_search_finds_scenarios(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    assert "Scenario R-2" in client.get(reverse("web:search"), {"q": "R-2"}).content.decode()


def test_statements_stay_under_their_ceiling(client, chief) -> None:
    money.everything(money.door(False, 3))
    tell(*(scenario(f"X-{n}", "A") for n in range(30)), at=NOW)
    client.force_login(chief)
    addresses = (
        reverse("risk:portfolio"),
        f"{reverse('risk:portfolio')}?unit=A",
        reverse("risk:result", args=[newest().uuid]),
        page(),
        f"{page()}?rate=3",
        reverse("risk:scenarios"),
    )
    for url in addresses:
        client.get(url, headers=HX)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=HX).status_code == 200
        assert len(queries) <= 12, (url, [query["sql"][:90] for query in queries])


def test_a_unit_two_levels_down_sees_its_scenarios_without_a_total(client, make_user, system) -> None:
    from garrison.apps.risk import services

    money.everything()
    services.approve(actor=system, uuid=Scenario.objects.get(code="R-3").uuid, at=NOW)
    client.force_login(make_user("wanda", "reader", "/ORG/A/A-1/"))
    answer = client.get(reverse("risk:portfolio"))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "No total for your units" in body
    assert "Scenario R-3" in body
    assert "Scenario R-1" not in body
    assert "$14k" in body[body.index("Scenario R-3") :].partition("</tr>")[0], "its own loss is said in money"
    assert "Bad year" not in body, "shares of a total that nobody computed"
    assert client.get(reverse("risk:portfolio"), {"unit": "A"}).status_code == 404


def test_a_derivation_multiplies_out(client, chief) -> None:
    money.everything(money.door(False, 3))
    Scenario.objects.filter(code="R-1").update(rate=1.93)
    client.force_login(chief)
    body = client.get(page()).content.decode()
    found = re.search(r"([\d.]+) times × ([\d.]+) left × \$([\d,.]+) × ([\d.]+) left = \$([\d,.]+)<", body)
    assert found
    *factors, mean = (float(part.replace(",", "")) for part in found.groups())
    assert math.prod(factors) == pytest.approx(mean, rel=2e-4)
    body = client.get(reverse("risk:result", args=[newest().uuid])).content.decode()
    rows = re.findall(
        r'class="r">([\d.]+)</td><td class="r">× ([\d.]+)</td><td class="r">× \$([\d,.]+)<.*?'
        r'× ([\d.]+)</td><td class="r"><b class="strong">\$([\d,.]+)<',
        body,
    )
    assert len(rows) == 2
    for row in rows:
        *factors, mean = (float(part.replace(",", "")) for part in row)
        assert math.prod(factors) == pytest.approx(mean, rel=2e-4)
