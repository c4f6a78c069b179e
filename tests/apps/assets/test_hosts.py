"""Hosts: one computer under all its names and addresses, and never two made one in silence."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.kit.batches import AT, store

from garrison.apps.assets import rules, services
from garrison.apps.assets.models import Asset, AssetName
from garrison.apps.organization.services import import_units
from garrison.formats.facts import HostFact, UnitFact

SEEN = datetime(2026, 3, 1, tzinfo=UTC)


def hosts():
    return {asset.code: asset for asset in Asset.objects.filter(kind="host")}


def names(code):
    return set(AssetName.objects.filter(asset__code=code).values_list("name", flat=True))


def test_a_bare_address_gets_its_name_and_stays_the_same_asset(system):
    store(services.import_hosts, system, HostFact(ident="10.0.0.5", addresses=("10.0.0.5",), os="Debian 12"))
    before = Asset.objects.get()
    told = store(
        services.import_hosts, system, HostFact(ident="WS-01", name="WS-01", addresses=("10.0.0.5",), exposed=False)
    )
    after = Asset.objects.get()
    assert told.verdicts == {"updated": 1}
    assert (after.pk, after.uuid) == (before.pk, before.uuid)
    assert (after.key, after.code, after.name, after.os, after.exposed) == (
        "host:ws-01",
        "ws-01",
        "ws-01",
        "Debian 12",
        False,
    )
    assert names("ws-01") == {"10.0.0.5", "ws-01"}
    again = store(services.import_hosts, system, HostFact(ident="10.0.0.5", addresses=("10.0.0.5",), os="Debian 12"))
    assert again.verdicts == {"unchanged": 1}


def test_every_order_of_two_tools_gives_one_host(system):
    scan = HostFact(
        ident="ws-01.corp.example", names=("ws-01.corp.example",), addresses=("10.0.0.5",), mac="aa:bb:cc:dd:ee:ff"
    )
    listed = HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",), owner="Ann")
    for facts in ((scan, listed), (listed, scan)):
        Asset.objects.all().delete()
        for fact in facts:
            store(services.import_hosts, system, fact)
        asset = Asset.objects.get()
        assert (asset.mac, asset.owner) == ("aa:bb:cc:dd:ee:ff", "Ann")
        assert names(asset.code) == {"ws-01", "ws-01.corp.example", "10.0.0.5"}


def test_different_names_at_one_address_stay_two_and_are_noted(system):
    store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",)))
    told = store(services.import_hosts, system, HostFact(ident="ws-02", name="ws-02", addresses=("10.0.0.5",)))
    assert told.verdicts == {"stored": 1}
    assert hosts().keys() == {"ws-01", "ws-02"}
    assert "ws-02 at 10.0.0.5 of ws-01" in told.notes[0]
    assert names("ws-02") == {"ws-02"}


def test_a_name_counts_for_more_than_an_address(system):
    store(
        services.import_hosts,
        system,
        HostFact(ident="10.0.0.5", addresses=("10.0.0.5",)),
        HostFact(ident="ws-01", name="ws-01"),
    )
    told = store(
        services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",), owner="Ann")
    )
    assert len(told.notes) == 1
    assert (hosts()["ws-01"].owner, hosts()["10.0.0.5"].owner) == ("Ann", "")


def test_loopback_tells_nobody_apart(system):
    store(
        services.import_hosts,
        system,
        HostFact(ident="ws-01", name="ws-01", names=("localhost",), addresses=("127.0.0.1", "10.0.0.1")),
        HostFact(
            ident="ws-02", name="ws-02", names=("localhost.localdomain",), addresses=("127.0.0.1", "::1", "10.0.0.2")
        ),
    )
    assert hosts().keys() == {"ws-01", "ws-02"}
    lone = store(
        services.import_hosts, system, HostFact(ident="127.0.0.1", names=("localhost",), addresses=("127.0.0.1",))
    )
    assert lone.verdicts == {"stored": 1}
    assert store(services.import_hosts, system, HostFact(ident="127.0.0.1", addresses=("127.0.0.1",))).verdicts == {
        "unchanged": 1
    }


def test_what_is_not_said_stays(system):
    full = HostFact(
        ident="ws-01", name="ws-01", os="Debian", owner="Ann", exposed=True, critical=True, seen=SEEN, vendor="Acme"
    )
    store(services.import_hosts, system, full)
    told = store(services.import_hosts, system, HostFact(ident="WS-01."))
    assert told.verdicts == {"unchanged": 1}
    newer = store(
        services.import_hosts,
        system,
        HostFact(ident="ws-01", seen=SEEN + timedelta(days=2)),
        HostFact(ident="ws-01", seen=SEEN - timedelta(days=2)),
    )
    assert newer.verdicts == {"updated": 1, "unchanged": 1}
    asset = Asset.objects.get()
    assert (asset.first_seen, asset.last_seen) == (SEEN - timedelta(days=2), SEEN + timedelta(days=2))
    assert (asset.os, asset.owner, asset.exposed, asset.critical, asset.model) == ("Debian", "Ann", True, True, "Acme")


def test_two_rows_of_one_file_are_put_together(system):
    told = store(
        services.import_hosts,
        system,
        HostFact(ident="10.0.0.5", addresses=("10.0.0.5",), os="Debian"),
        HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",), owner="Ann"),
    )
    assert told.verdicts == {"stored": 1, "unchanged": 1}
    asset = Asset.objects.get()
    assert (asset.code, asset.os, asset.owner, asset.critical, asset.exposed) == ("ws-01", "Debian", "Ann", False, None)


def test_a_host_belongs_to_its_unit_else_to_its_sites(system):
    store(import_units, system, UnitFact(code="LG", name="General"), UnitFact(code="IT", name="IT", parent="LG"))
    told = store(
        services.import_hosts,
        system,
        HostFact(ident="a", unit="IT", site="General"),
        HostFact(ident="b", site="General"),
        HostFact(ident="c", unit="NOPE", site="General"),
    )
    assert {code: asset.unit and asset.unit.code for code, asset in hosts().items()} == {
        "a": "IT",
        "b": "LG",
        "c": None,
    }
    assert "1 row with a unit that is not known (NOPE)" in told.notes[0]
    store(import_units, system, UnitFact(code="NOPE", name="Late", parent="LG"))
    assert hosts()["c"].unit.code == "NOPE"


def test_a_units_table_that_comes_last_places_hosts_of_its_sites(system):
    store(services.import_hosts, system, HostFact(ident="b", site="General"))
    assert hosts()["b"].unit is None
    store(import_units, system, UnitFact(code="LG", name="General"))
    assert hosts()["b"].unit.code == "LG"


def test_subjects_are_resolved_or_made(system):
    store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",)))
    wanted = [
        ("host", "10.0.0.5"),
        ("host", "New-Host"),
        ("image", "app:1"),
        ("site", "https://x.example"),
        ("odd", "thing"),
    ]
    found = services.resolve(actor=system, subjects=wanted, at=AT)
    assert found["host", "10.0.0.5"] == hosts()["ws-01"].pk
    kinds = dict(Asset.objects.values_list("pk", "kind"))
    assert [kinds[found[subject]] for subject in wanted] == ["host", "host", "image", "website", "application"]
    assert services.resolve(actor=system, subjects=wanted, at=AT) == found
    assert services.ensure_assets(actor=system, subjects=wanted, at=AT) == found


def test_statements_grow_by_the_thousand(system, django_assert_max_num_queries):
    facts = [
        HostFact(ident=f"ws-{n}", name=f"ws-{n}", addresses=(f"10.1.{n // 250}.{n % 250}",), site="S")
        for n in range(5000)
    ]
    with django_assert_max_num_queries(60):
        assert store(services.import_hosts, system, *facts).verdicts == {"stored": 5000}
    with django_assert_max_num_queries(45):
        assert store(services.import_hosts, system, *facts).verdicts == {"unchanged": 5000}


@pytest.mark.parametrize(
    ("text", "name"),
    [(" WS-01. ", "ws-01"), ("2001:DB8::0001", "2001:db8::1"), ("10.0.0.5", "10.0.0.5"), ("3com", "3com")],
)
def test_names_are_compared_in_one_form(text, name):
    assert rules.host_name(text) == name


def test_rules():
    assert rules.is_address("aa:bb:cc:dd:ee:ff")
    assert rules.is_hardware("aa-bb-cc-dd-ee-ff")
    assert not rules.is_address("ws-01")
    assert rules.same_host([], ["ws-01"])
    assert rules.same_host(["ws-01"], ["10.0.0.5"])
    assert not rules.same_host(["ws-02"], ["ws-01"])
    assert rules.find_host(["x"], ["10.0.0.5"], {}, {}) is None
    long = "x" * 400
    assert len(rules.code_of(long)) <= 300
    assert rules.code_of(long) != rules.code_of(long + "y")
    assert rules.host_name(long) == rules.code_of(long)
    assert rules.served("D-1; D-2,d-1") == ["d-1", "d-2"]
    assert [rules.state_after_test(s, p) for s, p in (("held", True), ("failed", True), ("ok", False), ("", True))] == [
        "held",
        "ok",
        "failed",
        "ok",
    ]


def test_another_name_for_a_known_host_is_an_update(system):
    store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01"))
    told = store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", names=("printer",)))
    assert told.verdicts == {"updated": 1}
    assert names("ws-01") == {"ws-01", "printer"}
    again = store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", names=("printer",)))
    assert again.verdicts == {"unchanged": 1}
