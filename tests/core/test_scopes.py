"""Roles hold where they were granted, and reads are narrowed in SQL."""

from collections.abc import Callable
from typing import Any

import pytest

from garrison.core import scopes
from garrison.core.models import User


@pytest.mark.parametrize(
    ("role", "permission", "expected"),
    [
        ("security head", "users.add", True),
        ("manager", "users.add", False),
        ("manager", "users.view", False),
        ("manager", "risk.approve", True),
        ("analyst", "risk.approve", False),
        ("analyst", "imports.store", True),
        ("analyst", "audit.view", False),
        ("reader", "risk.view", True),
        ("reader", "audit.view", False),
        ("reader", "imports.begin", False),
        ("nobody", "risk.view", False),
    ],
)
def test_what_a_role_holds(role: str, permission: str, expected: bool) -> None:
    assert scopes.holds(role, permission) is expected


def test_paths_are_prefixes_and_the_widest_wins(make_user: Callable[..., User]) -> None:
    user = make_user("ann", "reader", "/A/B/")
    from garrison.core import selectors, services

    services.grant_role(actor=selectors.system_actor(), user=user.uuid, role="reader", path="/A/")
    fresh = User.objects.get(pk=user.pk)
    assert scopes.paths(fresh, "risk.view") == ("/A/",)
    assert scopes.may(fresh, "risk.view", "/A/B/C/")
    assert not scopes.may(fresh, "risk.view", "/AB/")
    assert not scopes.may(fresh, "risk.view", "/")


def test_a_prefix_is_no_part_of_a_word(make_user: Callable[..., User], system: User) -> None:
    from garrison.apps.organization import selectors
    from garrison.apps.organization.models import Unit

    top = Unit.objects.create(key="a", code="A", name="A", path="/A/")
    Unit.objects.create(key="ab", code="AB", name="AB", path="/A/AB/", parent=top)
    Unit.objects.create(key="abc", code="ABC", name="ABC", path="/A/ABC/", parent=top)
    viewer = make_user("ann", "reader", "/A/AB/")
    assert [unit.code for unit in selectors.units(viewer=viewer)] == ["AB"]


def test_without_a_role_nothing_is_seen(make_user: Callable[..., User]) -> None:
    from garrison.apps.organization import selectors
    from garrison.apps.organization.models import Unit

    Unit.objects.create(key="a", code="A", name="A", path="/A/")
    assert not selectors.units(viewer=make_user("none", "")).exists()
    assert not selectors.units(viewer=User(username="unsaved")).exists()


@pytest.mark.django_db
def test_users_in_sight(make_user: Any) -> None:
    from garrison.core import selectors
    from garrison.core.commands import Missing

    chief, below = make_user("chief"), make_user("below", "security head", "/LHG/")
    ward, other = make_user("ward", "reader", "/LHG/W1/"), make_user("other", "reader", "/ELSE/")
    make_user("nowhere", "")

    def seen(viewer: Any) -> list[str]:
        return [user.username for user in selectors.users(viewer=viewer)]

    assert seen(chief) == ["below", "chief", "nowhere", "other", "ward"]
    assert seen(below) == ["below", "ward"]
    assert seen(ward) == seen(make_user("max", "manager")) == []
    assert selectors.user_named(viewer=below, username="WARD") == ward
    with pytest.raises(Missing):
        selectors.user(viewer=below, uuid=other.uuid)
    assert {grant.user for grant in selectors.grants(viewer=below)} == {below, ward}
