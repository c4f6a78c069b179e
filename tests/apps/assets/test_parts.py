"""Services, subjects of reports and software: below the asset they belong to, once, by the thousand."""

import pytest
from tests.kit.batches import store

from garrison.apps.assets import selectors, services
from garrison.apps.assets.models import Asset, Service, Software
from garrison.apps.organization.services import import_units
from garrison.formats.facts import HostFact, ServiceFact, SoftwareFact, SubjectFact, UnitFact

SSH = ServiceFact(host="ws-01", port=22, name="ssh", product="Larkspur SSH", version="9.4")
BILL = SubjectFact(kind="application", ident="portal 2.1", name="portal 2.1")
JSON = SoftwareFact(
    subject_kind="application", subject="portal 2.1", name="json", version="1", purl="pkg:x/json@1", licences=("MIT",)
)


@pytest.fixture
def host(system):
    store(services.import_hosts, system, HostFact(ident="ws-01", name="ws-01", addresses=("10.0.0.5",)))
    return Asset.objects.get()


def test_a_port_is_one_service_whoever_saw_it(host, system):
    assert store(services.import_services, system, SSH).verdicts == {"stored": 1}
    told = store(
        services.import_services,
        system,
        ServiceFact(host="10.0.0.5", port=22, name="ssh"),
        ServiceFact(host="ws-01", port=22, protocol="udp"),
    )
    assert told.verdicts == {"unchanged": 1, "stored": 1}
    assert Service.objects.get(protocol="tcp").product == "Larkspur SSH"
    assert set(Service.objects.values_list("asset", flat=True)) == {host.pk}


def test_two_rows_of_one_port_are_put_together(host, system):
    told = store(services.import_services, system, SSH, ServiceFact(host="ws-01", port=22, tunnel="ssl"))
    assert told.verdicts == {"stored": 1, "unchanged": 1}
    service = Service.objects.get()
    assert (service.product, service.tunnel) == ("Larkspur SSH", "ssl")


def test_a_service_of_a_bill_belongs_to_what_the_bill_is_of(system):
    named = ServiceFact(host="portal 2.1", name="billing")
    assert store(
        services.import_services, system, named, ServiceFact(host="portal 2.1", name="mail"), beside=[BILL]
    ).verdicts == {"stored": 2}
    assert Service.objects.first().asset.kind == "application"
    assert store(services.import_subjects, system, BILL).verdicts == {"unchanged": 1}


def test_subjects_are_stored_once(host, system):
    facts = (
        BILL,
        SubjectFact(kind="site", ident="https://x.example"),
        SubjectFact(kind="host", ident="ws-01"),
        SubjectFact(kind="image", ident="i" * 500),
    )
    assert store(services.import_subjects, system, *facts).verdicts == {"stored": 3, "unchanged": 1}
    assert store(services.import_subjects, system, *facts).verdicts == {"unchanged": 4}
    assert set(Asset.objects.values_list("kind", flat=True)) == {"host", "application", "website", "image"}


def test_software_is_stored_once_below_its_subject(system):
    lib = SoftwareFact(subject_kind="application", subject="portal 2.1", name="lib", version="2")
    for expected in ({"stored": 2}, {"unchanged": 2}):
        assert store(services.import_software, system, JSON, lib).verdicts == expected
    assert Software.objects.get(name="json").licences == ["MIT"]
    assert {s.asset.code for s in selectors.software(viewer=system)} == {"portal 2.1"}


def test_another_units_parts_are_out_of_sight(system, make_user):
    store(import_units, system, UnitFact(code="LG", name="General"))
    store(services.import_hosts, system, HostFact(ident="ws-01", unit="LG"), HostFact(ident="ws-02"))
    store(services.import_services, system, SSH, ServiceFact(host="ws-02", port=80))
    store(services.import_software, system, SoftwareFact(subject_kind="host", subject="ws-02", name="x"))
    reader = make_user("rae", "reader", "/LG/")
    counts = selectors.counts(viewer=reader)
    assert (counts["hosts"], counts["services"], counts["software"]) == (1, 1, 0)


def test_ten_thousand_components_take_few_statements(system, django_assert_max_num_queries):
    facts = [
        SoftwareFact(subject_kind="application", subject="big", name=f"c{n}", version="1", purl=f"pkg:x/c{n}@1")
        for n in range(10_000)
    ]
    with django_assert_max_num_queries(50):
        assert store(services.import_software, system, *facts).verdicts == {"stored": 10_000}
    with django_assert_max_num_queries(35):
        assert store(services.import_software, system, *facts).verdicts == {"unchanged": 10_000}
