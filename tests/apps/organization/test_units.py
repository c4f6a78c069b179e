"""The unit tree: any order of rows, refusals, moves, and the scopes that hang on it."""

from decimal import Decimal

import pytest
from tests.kit.batches import store

from garrison.apps.organization import rules, selectors, services
from garrison.apps.organization.models import AppetitePoint, Site, Unit, Zone
from garrison.apps.organization.rules import Place
from garrison.core.commands import Forbidden, Missing
from garrison.core.models import AuditEntry, Grant
from garrison.formats.facts import UnitFact

TREE = (
    UnitFact(code="LG-WARD", name="Wards", parent="LG"),
    UnitFact(code="LG", name="Larkmere General", parent="LHG"),
    UnitFact(
        code="LHG",
        name="Group",
        currency="USD",
        budget=Decimal("600000"),
        appetite=((Decimal("2000000"), 0.15), (Decimal("10000000"), 0.03)),
    ),
    UnitFact(code="WH", name="Westhollow", parent="LHG"),
)


@pytest.fixture
def tree(system):
    return store(services.import_units, system, *TREE)


def paths():
    return dict(Unit.objects.values_list("code", "path"))


def test_parents_may_follow_their_children(tree):
    assert tree.verdicts == {"stored": 4}
    assert paths() == {"LHG": "/LHG/", "LG": "/LHG/LG/", "LG-WARD": "/LHG/LG/LG-WARD/", "WH": "/LHG/WH/"}


def test_the_same_file_again_changes_nothing(tree, system):
    before = list(Unit.objects.order_by("pk").values())
    assert store(services.import_units, system, *TREE).verdicts == {"unchanged": 4}
    assert list(Unit.objects.order_by("pk").values()) == before
    assert AppetitePoint.objects.count() == 2


def test_an_unknown_parent_is_refused_with_all_below_it(system):
    told = store(
        services.import_units,
        system,
        UnitFact(code="A", name="A"),
        UnitFact(code="B", name="B", parent="NOWHERE"),
        UnitFact(code="C", name="C", parent="B"),
    )
    assert told.verdicts == {"stored": 1, "refused": 2}
    assert [field for field, _ in told.refusals] == ["parent_code", "parent_code"]
    assert "NOWHERE" in told.refusals[0][1]


def test_a_circle_is_refused_and_what_is_stored_stays(tree, system):
    told = store(services.import_units, system, UnitFact(code="LHG", name="Group", parent="LG-WARD"))
    assert told.verdicts == {"refused": 1}
    assert paths()["LG-WARD"] == "/LHG/LG/LG-WARD/"
    new = store(
        services.import_units,
        system,
        UnitFact(code="X", name="X", parent="Y"),
        UnitFact(code="Y", name="Y", parent="X"),
    )
    assert new.verdicts == {"refused": 2}
    assert "below itself" in new.refusals[0][1]


def test_a_refusal_that_would_make_another_circle_is_followed_through(system):
    store(services.import_units, system, UnitFact(code="B", name="B"), UnitFact(code="A", name="A", parent="B"))
    told = store(
        services.import_units,
        system,
        UnitFact(code="A", name="A", parent="C"),
        UnitFact(code="C", name="C", parent="A"),
        UnitFact(code="B", name="B", parent="A"),
    )
    assert told.verdicts["refused"] == 3
    assert paths() == {"B": "/B/", "A": "/B/A/"}


def test_codes_that_read_the_same_or_hold_nothing_are_refused(system):
    told = store(
        services.import_units,
        system,
        UnitFact(code="night shift", name="Night"),
        UnitFact(code="NIGHT-SHIFT", name="Night again"),
        UnitFact(code="%%", name="Nothing"),
        UnitFact(code="X" * 61, name="Long"),
    )
    assert told.verdicts == {"stored": 1, "refused": 3}
    assert paths() == {"night shift": "/NIGHT-SHIFT/"}


def test_a_moved_unit_takes_everything_below_it_and_its_roles(tree, system, make_user):
    ann = make_user("ann", "reader", "/LHG/LG/")
    ward = make_user("wim", "reader", "/LHG/LG/LG-WARD/")
    told = store(services.import_units, system, UnitFact(code="LG", name="Larkmere General", parent="WH"))
    assert told.verdicts == {"updated": 1}
    assert paths()["LG-WARD"] == "/LHG/WH/LG/LG-WARD/"
    assert set(Grant.objects.filter(user__in=[ann, ward]).values_list("path", flat=True)) == {
        "/LHG/WH/LG/", "/LHG/WH/LG/LG-WARD/",
    }  # fmt: skip
    entry = AuditEntry.objects.get(command="organization.move_units")
    assert entry.after["paths"]["/LHG/LG/"] == "/LHG/WH/LG/"
    assert {role["user"] for role in entry.after["roles"]} == {"ann", "wim"}
    assert {unit.code for unit in selectors.units(viewer=type(ann).objects.get(pk=ann.pk))} == {"LG", "LG-WARD"}


def test_a_role_that_is_there_already_is_not_doubled_by_a_move(tree, system, make_user):
    ann = make_user("ann", "reader", "/LHG/LG/")
    Grant.objects.create(user=ann, role="reader", path="/LHG/WH/LG/")
    store(services.import_units, system, UnitFact(code="LG", name="Larkmere General", parent="WH"))
    assert list(ann.grants.values_list("path", flat=True)) == ["/LHG/WH/LG/"]


def test_new_units_hang_below_a_unit_that_moves_at_the_same_time(tree, system):
    store(
        services.import_units,
        system,
        UnitFact(code="NEW", name="New", parent="LG"),
        UnitFact(code="LG", name="Larkmere General", parent="WH"),
    )
    assert paths()["NEW"] == "/LHG/WH/LG/NEW/"


def test_an_appetite_replaces_the_one_before_and_silence_keeps_it(tree, system):
    group = Unit.objects.get(code="LHG")
    quiet = store(services.import_units, system, UnitFact(code="LHG", name="Group"))
    assert quiet.verdicts == {"unchanged": 1}
    assert group.appetite.count() == 2
    changed = store(
        services.import_units, system, UnitFact(code="LHG", name="Group", appetite=((Decimal("3000000"), 0.1),))
    )
    assert changed.verdicts == {"updated": 1}
    assert list(group.appetite.values_list("loss", "probability")) == [(Decimal("3000000.00"), 0.1)]


def test_only_someone_with_a_role_everywhere_may_change_the_tree(tree, make_user):
    local = make_user("lee", "manager", "/LHG/LG/")
    with pytest.raises(Forbidden):
        store(services.import_units, local, UnitFact(code="WH", name="Westhollow", parent="LG"))
    with pytest.raises(Forbidden):
        services.move_units(actor=local, moves={"/LHG/WH/": "/LHG/LG/WH/"})
    assert paths()["WH"] == "/LHG/WH/"


def test_a_units_budget_is_said_by_a_command_of_its_own(tree, system, make_user):
    services.set_budget(actor=system, code="lhg", amount=Decimal("1000"))
    assert Unit.objects.get(code="LHG").budget == Decimal("1000")
    entry = AuditEntry.objects.get(command="organization.set_budget")
    assert (entry.target, entry.path, entry.before) == ("LHG", "/LHG/", {"budget": "600000.00"})
    with pytest.raises(Missing):
        services.set_budget(actor=make_user("lo", "manager", "/LHG/LG/"), code="LHG", amount=None)


def test_a_viewer_sees_the_own_branch_only(tree, make_user):
    ann = make_user("ann", "reader", "/LHG/LG/")
    assert [unit.code for unit in selectors.units(viewer=ann)] == ["LG", "LG-WARD"]
    assert selectors.root(viewer=ann).code == "LG"
    assert selectors.name(viewer=ann) == "Larkmere General"
    assert selectors.unit(viewer=ann, code="lg-ward").name == "Wards"
    with pytest.raises(Missing):
        selectors.unit(viewer=ann, code="WH")
    assert selectors.unit_ids(viewer=ann, codes=["LG", "WH"]).keys() == {"LG"}
    assert selectors.counts(viewer=ann)["units"] == 2
    assert [label.strip() for _, label in selectors.unit_choices(viewer=ann)] == ["Larkmere General", "Wards"]
    assert selectors.found(viewer=ann, text="west", limit=5) == []
    assert not selectors.appetite(viewer=ann, unit=Unit.objects.get(code="LHG")).exists()


def test_a_thousand_units_take_few_statements(system, django_assert_max_num_queries):
    facts = [UnitFact(code="ROOT", name="Root")] + [
        UnitFact(code=f"U{n}", name=f"U{n}", parent="ROOT") for n in range(1500)
    ]
    with django_assert_max_num_queries(30):
        assert store(services.import_units, system, *facts).verdicts == {"stored": 1501}


def test_places_are_made_once_and_sites_find_their_unit(tree, system):
    general, house = Place("Larkmere General", "Main", "1", "Pharmacy"), Place("Guest house")
    west = Unit.objects.get(code="WH").pk
    found = services.ensure_places(actor=system, places={general: {}, house: {west: 2}})
    assert Site.objects.get(name="Larkmere General").unit.code == "LG"
    assert Site.objects.get(name="Guest house").unit.code == "WH"
    assert found[general][1] == Zone.objects.get().pk
    assert found[house][1] is None
    entries = AuditEntry.objects.count()
    again = services.places_of(
        actor=system, places={Place("LARKMERE GENERAL", "main", "1", "pharmacy"): {}, house: {west: 1}}
    )
    assert set(again.values()) == set(found.values())
    assert AuditEntry.objects.count() == entries


def test_a_site_named_before_its_unit_finds_it_later(system):
    services.ensure_places(actor=system, places={Place("Westhollow"): {}})
    assert Site.objects.get().unit is None
    store(services.import_units, system, *TREE)
    assert Site.objects.get().unit.code == "WH"


def test_a_site_without_a_unit_takes_the_first_one_that_rows_name(tree, system):
    services.ensure_places(actor=system, places={Place("Depot"): {}})
    west = Unit.objects.get(code="WH").pk
    services.places_of(actor=system, places={Place("Depot"): {west: 1}})
    assert Site.objects.get().unit_id == west


def test_sites_and_zones_are_narrowed(tree, system, make_user):
    services.ensure_places(
        actor=system, places={Place("Larkmere General", zone="A"): {}, Place("Westhollow", zone="B"): {}}
    )
    ann = make_user("ann", "reader", "/LHG/LG/")
    assert [site.name for site in selectors.sites(viewer=ann)] == ["Larkmere General"]
    assert [zone.name for zone in selectors.zones(viewer=ann)] == ["A"]
    west = Site.objects.get(name="Westhollow")
    with pytest.raises(Missing):
        selectors.site(viewer=ann, uuid=west.uuid)
    assert selectors.site(viewer=system, uuid=west.uuid) == west
    assert selectors.units_of_sites(viewer=ann, ids=[west.pk]) == {}
    assert [name for _, name in selectors.site_choices(viewer=ann)] == ["Larkmere General"]


def test_rules():
    assert rules.slug(" lg ward/3 ") == "LG-WARD-3"
    assert rules.paths({"A": "", "B": "A", "C": "X", "D": "E", "E": "D", "F": "D"}) == {"A": "/A/", "B": "/A/B/"}
    assert rules.circles({"D": "E", "E": "D", "F": "D", "A": ""}) == {"D", "E"}
    assert rules.unit_of_site("lg", {}, {"LG": 4}, {9: 1}) == 4
    assert rules.unit_of_site("x", {}, {}, {9: 1, 3: 1}) == 3
    assert rules.unit_of_site("x", {}, {}, {}) is None
    assert Place("s", floor="1").is_zone
    assert not Place("s").is_zone


def test_a_unit_too_deep_for_a_path_is_refused(system):
    chain = [UnitFact(code=f"{n}-{'X' * 50}", name="x", parent=f"{n - 1}-{'X' * 50}" if n else "") for n in range(9)]
    told = store(services.import_units, system, *chain)
    assert told.verdicts == {"stored": 7, "refused": 2}
    assert "too deep" in told.refusals[0][1]


def test_a_site_that_nobody_answers_for_waits(tree, system):
    services.ensure_places(actor=system, places={Place("Nowhere"): {}})
    store(services.import_units, system, *TREE)
    assert Site.objects.get().unit is None
    assert services.ensure_places(actor=system, places={Place("nowhere"): {}, Place(""): {}}).keys() == {
        Place("nowhere")
    }
    assert str(Unit.objects.get(code="LG")) == "Larkmere General"
    assert str(AppetitePoint.objects.first()) == "2000000.00 at 0.15"


def test_a_site_finds_no_unit_by_a_name_that_two_units_bear(system):
    services.ensure_places(actor=system, places={Place("Laundry"): {}})
    twins = [UnitFact(code=f"{code}-L", name="Laundry", parent=code) for code in ("LG", "WH")]
    store(services.import_units, system, *TREE, *twins)
    assert Site.objects.get().unit is None
