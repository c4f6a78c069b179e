"""Services, what is down, and the order of return, by commands."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.apps.incidents.custody_case import NOW, case
from tests.kit import money

from garrison.apps.incidents.models import Outage, Service
from garrison.apps.incidents.selectors import continuity
from garrison.apps.incidents.services.continuity import keep_service, mark_down, mark_up, record_restore
from garrison.core.commands import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


def kept(actor, code: str, *, needs: tuple[str, ...] = (), cost: int = 100, **more) -> Service:
    told = {"name": f"Service {code}", "owner": "Junia Halloway", "recovery_minutes": 60, "point_minutes": 15}
    told |= {"cost_per_hour": Decimal(cost), "currency": "usd", "needs": needs}
    return keep_service(actor=actor, code=code, **(told | more))


@pytest.fixture
def placed(chief):
    money.everything()
    return chief


def test_services_are_kept_and_changed(placed) -> None:
    made = kept(placed, "sv-1")
    assert (made.code, made.currency, made.unit is not None) == ("SV-1", "USD", True)
    kept(placed, "SV-1", uuid=made.uuid, cost=250, assets_named=("D-1",))
    made.refresh_from_db()
    assert made.cost_per_hour == 250
    assert made.assets.count() == 1
    with pytest.raises(Refused, match="already"):
        kept(placed, "SV-1")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "needs a code"),
        ({"cost": -1}, "never less"),
        ({"needs": ("SV-9",)}, "no service"),
        ({"assets_named": ("ghost",)}, "no asset"),
    ],
)
def test_what_is_refused(placed, more, words) -> None:
    with pytest.raises(Refused, match=words):
        kept(placed, "SV-1", **more)


def test_a_circle_is_refused(placed) -> None:
    first = kept(placed, "A")
    kept(placed, "B", needs=("A",))
    with pytest.raises(Refused, match="circle"):
        kept(placed, "A", uuid=first.uuid, needs=("B",))
    assert first.needs.count() == 0


def test_down_costs_and_comes_back_in_order(placed) -> None:
    base, top = kept(placed, "NET", cost=10), kept(placed, "PHARM", cost=600, needs=("NET",))
    incident = case(placed)
    since = NOW - timedelta(hours=2)
    for service in (top, base):
        mark_down(actor=placed, uuid=incident.uuid, service=service.uuid, down_at=since, at=NOW)
    with pytest.raises(Refused, match="already"):
        mark_down(actor=placed, uuid=incident.uuid, service=base.uuid, down_at=since, at=NOW)
    effect = continuity.effect(viewer=placed, incident=incident, at=NOW)
    assert [line.service.code for line in effect.down] == ["NET", "PHARM"]
    assert effect.an_hour == (("USD", Decimal("610.00")),)
    assert effect.so_far == (("USD", Decimal("1220.00")),)
    assert effect.down[0].place.late == timedelta(hours=1)
    outage = Outage.objects.get(service=base)
    with pytest.raises(Refused, match="after it went down"):
        mark_up(actor=placed, uuid=outage.uuid, up_at=since - timedelta(hours=1), at=NOW)
    mark_up(actor=placed, uuid=outage.uuid, up_at=since + timedelta(hours=1), at=NOW)
    effect = continuity.effect(viewer=placed, incident=incident, at=NOW)
    assert [line.service.code for line in effect.down] == ["PHARM"]
    assert effect.so_far == (("USD", Decimal("1210.00")),)
    assert incident.entries.filter(title="Service NET back").exists()


def test_two_currencies_are_two_sums(placed) -> None:
    incident = case(placed)
    for code, currency in (("A", "USD"), ("B", "EUR")):
        service = kept(placed, code, currency=currency)
        mark_down(actor=placed, uuid=incident.uuid, service=service.uuid, down_at=NOW - timedelta(hours=1), at=NOW)
    effect = continuity.effect(viewer=placed, incident=incident, at=NOW)
    assert effect.an_hour == (("EUR", Decimal(100)), ("USD", Decimal(100)))


def test_restore_tests_prove_a_return(placed) -> None:
    service = kept(placed, "A")
    assert continuity.line(viewer=placed, service=service, at=NOW).kind == "warn"
    with pytest.raises(Refused, match="future"):
        record_restore(actor=placed, uuid=service.uuid, tested_at=NOW + timedelta(days=1), passed=True, at=NOW)
    record_restore(actor=placed, uuid=service.uuid, tested_at=NOW, passed=True, took_minutes=90, at=NOW)
    assert continuity.lines(viewer=placed, at=NOW)[0].kind == "crit"


def test_who_may(placed, make_user) -> None:
    service = kept(placed, "A", unit="A")
    with pytest.raises(Forbidden):
        kept(make_user("rita", "reader", "/"), "B")
    with pytest.raises(Missing):
        continuity.service(viewer=make_user("bert", "manager", "/ORG/B/"), uuid=service.uuid)
