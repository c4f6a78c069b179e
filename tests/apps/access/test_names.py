"""Whose badge it was at a door is for those who may look at people's movements, and there only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from garrison.apps.access import selectors
from garrison.apps.assets.models import Asset
from garrison.core import selectors as core_selectors
from garrison.core import services as core
from garrison.core.models import User
from garrison.formats.facts import AccessEventFact, BadgeFact, DeviceFact, PersonFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = datetime.now(UTC).replace(microsecond=0)
SINCE = NOW - timedelta(days=1)


@pytest.fixture
def told(db: None) -> None:
    tell(
        UnitFact(code="ORG", name="Org"),
        UnitFact(code="A", name="A", parent="ORG"),
        UnitFact(code="B", name="B", parent="ORG"),
        DeviceFact(code="D-A", name="Door of A", kind="door", unit="A"),
        DeviceFact(code="D-B", name="Door of B", kind="door", unit="B"),
        PersonFact(number="E-1234", name="Vera Moving", unit="A"),
        BadgeFact(card="40417", number="E-1234"),
        *[
            AccessEventFact(
                row=n, at=NOW - timedelta(hours=n), door=door, card="40417", outcome="granted", number="E-1234"
            )
            for n, door in enumerate(("D-A", "D-B"), 1)
        ],
        at=NOW,
    )


def seen(viewer: Any) -> dict[str, tuple[str, str, str]]:
    return {
        row.door: (row.card, row.person_name, row.number) for row in selectors.events(viewer=viewer, since=SINCE).rows
    }


NAMED = ("40417", "Vera Moving", "E-1234")
NAMELESS = ("", "", "")


@pytest.mark.parametrize(
    ("role", "shown"),
    [("security head", NAMED), ("manager", NAMED), ("analyst", NAMELESS), ("reader", NAMELESS)],
)
def test_roles_that_may_not_look_see_doors_without_people(make_user: Any, told: None, role: str, shown: Any) -> None:
    viewer = make_user("v", role)
    assert seen(viewer) == {"D-A": shown, "D-B": shown}
    door = Asset.objects.get(code="D-A")
    (event,) = selectors.door_events(viewer=viewer, door=door, since=SINCE)
    assert (event.card, event.person_name, event.number) == shown
    assert (event.person is None) == (shown == NAMELESS)


def test_a_role_in_one_unit_names_nobody_at_another_units_door(make_user: Any, told: None) -> None:
    both = make_user("both", "reader", "/ORG/")
    core.grant_role(actor=core_selectors.system_actor(), user=both.uuid, role="manager", path="/ORG/A/")
    viewer = User.objects.get(pk=both.pk)
    assert seen(viewer) == {"D-A": NAMED, "D-B": NAMELESS}
    (event,) = selectors.door_events(viewer=viewer, door=Asset.objects.get(code="D-B"), since=SINCE)
    assert event.card == ""


def test_the_pages_name_nobody_either(client: Any, make_user: Any, told: None) -> None:
    door = reverse("assets:detail", args=[Asset.objects.get(code="D-A").uuid])
    client.force_login(make_user("reads", "reader"))
    for url in (reverse("access:events"), door):
        body = client.get(url).content.decode()
        assert "D-A" in body
        assert not [word for word in NAMED if word in body], url
