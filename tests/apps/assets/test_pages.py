"""Pages of assets: what they say when empty and full, who may see what, and how many statements they take."""

from datetime import date

import pytest
from django.urls import reverse
from tests.kit.batches import store

from garrison.apps.assets import services
from garrison.apps.assets.models import Asset, DeviceTest
from garrison.apps.organization.services import import_units
from garrison.core.models import Undo
from garrison.formats.facts import DeviceFact, HostFact, ServiceFact, SoftwareFact, UnitFact

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

pytestmark = pytest.mark.django_db(databases="__all__")

STATEMENTS = 18
"""A page's ceiling, the frame with its counts included; it does not grow with rows."""


@pytest.fixture
def register(system):
    store(
        import_units,
        system,
        UnitFact(code="LHG", name="Group"),
        UnitFact(code="LG", name="General", parent="LHG"),
        UnitFact(code="WH", name="West", parent="LHG"),
    )
    doors = [
        DeviceFact(
            code=f"D-{n:03}",
            name=f"Door {n}",
            kind="door",
            site="General",
            zone=f"Z{n % 4}",
            tested=date(2024, 3, 1),
            test_passed=True,
        )
        for n in range(1, 41)
    ]
    store(
        services.import_devices,
        system,
        *doors,
        DeviceFact(
            code="D-099",
            name="West <door>",
            kind="door",
            site="West",
            state="failed",
            tested=date(2026, 3, 1),
            test_passed=False,
            test_note="Latch",
        ),
        DeviceFact(code="R-1", name="Reader", kind="reader", site="General", serves="D-001"),
        DeviceFact(code="CAM-1", name="Camera", kind="camera", site="General", serves="D-001", state="offline"),
        DeviceFact(
            code="C-1", name="Panel", kind="controller", site="General", serves="D-001;D-002", address="10.0.0.9"
        ),
        DeviceFact(code="X-1", name="Nowhere", kind="sensor"),
    )
    store(
        services.import_hosts,
        system,
        HostFact(ident="gw", name="gw", addresses=("203.0.113.1",), exposed=True, unit="LG"),
        HostFact(ident="ctrl", name="ctrl", addresses=("10.0.0.9",), unit="LG"),
    )
    store(services.import_services, system, *[ServiceFact(host="gw", port=n, name="x") for n in range(1, 40)])
    store(
        services.import_software,
        system,
        *[SoftwareFact(subject_kind="host", subject="gw", name=f"lib{n}") for n in range(40)],
    )


@pytest.fixture
def signed(client, chief):
    client.force_login(chief, backend=BACKEND)
    return client


def page(code):
    return reverse("assets:detail", args=[Asset.objects.get(code=code).uuid])


def test_empty_pages_say_what_would_fill_them(signed):
    assert b"No assets yet" in signed.get("/assets/").content
    assert b"No sites yet" in signed.get("/assets/places/").content
    assert b"No software yet" in signed.get("/assets/software/").content
    assert b"No services yet" in signed.get("/assets/services/").content


def test_the_list_takes_few_statements_and_filters(register, signed, django_assert_max_num_queries):
    signed.get("/assets/")
    with django_assert_max_num_queries(STATEMENTS):
        found = signed.get("/assets/").content.decode()
    assert "2 hosts, 45 doors and devices" in found
    assert "West &lt;door&gt;" in signed.get("/assets/?kind=door&state=failed").content.decode()
    assert "gw" in signed.get("/assets/?exposed=yes").content.decode()
    assert "Door 1" not in signed.get("/assets/?exposed=unknown").content.decode()
    assert b"asset_name" in b"".join(signed.get("/assets/?format=csv").streaming_content)
    part = signed.get("/assets/?kind=camera", headers={"HX-Request": "true", "HX-Target": "list-rows"}).content.decode()
    assert "Offline" in part
    assert "<html" not in part


@pytest.mark.parametrize("code", ["D-001", "D-099", "C-1", "gw", "ctrl", "CAM-1"])
def test_an_assets_page_takes_few_statements(register, signed, code, django_assert_max_num_queries):
    signed.get("/assets/")
    with django_assert_max_num_queries(30):
        answer = signed.get(page(code))
    assert answer.status_code == 200


def test_an_assets_page_tells_what_is_known(register, signed):
    door = signed.get(page("D-001")).content.decode()
    assert all(words in door for words in ("Devices that serve it", "Reader", "Hangs on", "Panel", "Record a test"))
    panel = signed.get(page("C-1")).content.decode()
    assert "Doors that hang on it" in panel
    assert "On the network as" in panel
    host = signed.get(page("gw")).content.decode()
    assert "All 39 services" in host
    assert "All 40 components" in host
    assert "Record a test" not in host
    assert "Is the device" in signed.get(page("ctrl")).content.decode()
    assert "lib39" in signed.get("/assets/software/?asset=gw&page=2").content.decode()
    assert "39/tcp" in signed.get("/assets/services/?asset=GW&page=2").content.decode()


def test_places_show_sites_zones_and_doors(register, signed, django_assert_max_num_queries):
    signed.get("/assets/")
    with django_assert_max_num_queries(STATEMENTS):
        first = signed.get("/assets/places/").content.decode()
    assert "41 doors, 1 reader and 1 camera" in first
    assert "Without a site" in first
    general = Asset.objects.get(code="D-001").site
    shown = signed.get(f"/assets/places/?site={general.uuid}").content.decode()
    assert "Door 40" in shown
    assert "days ago" in shown
    assert b"No doors here yet" in signed.get("/assets/places/?site=none").content


def test_a_failed_test_and_a_state_are_two_numbers_each_with_its_list(register, signed):
    places = signed.get(reverse("assets:places")).content.decode()
    assert "failed its latest test" in places
    for asked, number in (("tested=failed", 1), ("tested=passed", 40), ("tested=never&kind=camera", 1)):
        shown = signed.get(f"{reverse('assets:list')}?{asked}").context["list"]
        assert (asked, shown.matched) == (asked, number)
    amiss = signed.get(f"{reverse('assets:list')}?state=failed&state=held&state=offline").context["list"].matched
    assert f"{amiss} are not in order now" in places
    assert "?tested=failed" in places


def test_a_test_is_recorded_and_can_be_undone(register, signed):
    url = reverse("assets:record_test", args=[Asset.objects.get(code="D-099").uuid])
    answer = signed.post(url, {"on": "2026-03-08", "result": "passed", "note": "New latch"}, follow=True)
    assert b"Test of D-099 recorded" in answer.content
    assert Asset.objects.get(code="D-099").state == "ok"
    assert DeviceTest.objects.filter(note="New latch").count() == 1
    assert Undo.objects.get().command == "assets.remove_test"
    wrong = signed.post(url, {"on": "1066-10-14", "result": "maybe"})
    assert wrong.status_code == 422
    assert signed.post(url, {"on": "2099-01-01", "result": "passed"}).status_code == 409


@pytest.mark.parametrize(
    ("name", "data", "field", "value"),
    [
        ("assign_owner", {"owner-owner": "Ann"}, "owner", "Ann"),
        ("set_critical", {"critical-critical": "yes"}, "critical", True),
        ("set_exposed", {"exposed-exposed": "unknown"}, "exposed", None),
    ],
)
def test_many_are_changed_at_once(register, signed, name, data, field, value):
    rows = list(Asset.objects.filter(kind__in=["host", "door"]))
    answer = signed.post(
        reverse(f"assets:{name}"), {"ids": [str(row.uuid) for row in rows], **data}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert f"{len(rows)} assets changed" in answer.headers["HX-Trigger"]
    assert set(Asset.objects.filter(kind__in=["host", "door"]).values_list(field, flat=True)) == {value}


@pytest.mark.parametrize(
    ("name", "data"), [("assign_owner", {"owner-owner": "x" * 201}), ("set_critical", {}), ("set_exposed", {})]
)
def test_a_bulk_action_without_its_answer_is_refused(register, signed, name, data):
    answer = signed.post(reverse(f"assets:{name}"), {"all": "1", **data}, headers={"HX-Request": "true"})
    assert '"crit"' in answer.headers["HX-Trigger"]


def test_another_units_assets_cannot_be_reached(register, client, make_user):
    client.force_login(make_user("rae", "reader", "/LHG/LG/"), backend=BACKEND)
    assert client.get(page("D-099")).status_code == 404
    assert client.get(page("D-001")).status_code == 200
    assert b"West" not in client.get("/assets/places/").content
    assert b"West" not in client.get("/assets/?kind=door").content
    assert b"Record a test" not in client.get(page("D-001")).content
    assert (
        client.post(
            reverse("assets:record_test", args=[Asset.objects.get(code="D-001").uuid]),
            {"on": "2026-03-08", "result": "passed"},
        ).status_code
        == 403
    )
    found = client.get("/search/?q=door", headers={"HX-Request": "true"}).content
    assert b"Door 1" in found
    assert b"West" not in found
