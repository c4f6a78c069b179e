"""What commands about users and their own things refuse, each in words and on record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from garrison.core import services
from garrison.core.commands import Refused
from garrison.core.models import AuditEntry, Undo, User

pytestmark = pytest.mark.django_db(databases="__all__")


def refused(said: str, command: Callable[..., Any], **asked: Any) -> None:
    before = AuditEntry.objects.filter(outcome="refused").count()
    with pytest.raises(Refused, match=said):
        command(**asked)
    assert AuditEntry.objects.filter(outcome="refused").count() == before + 1


@pytest.mark.parametrize("username", ["", "  ", "x" * 151])
def test_a_user_needs_a_name(chief: User, username: str) -> None:
    refused("needs a sign-in name", services.add_user, actor=chief, username=username)


def test_only_a_role_that_is_held_is_taken_away(chief: User, make_user: Callable[..., User]) -> None:
    ann = make_user("ann", "reader", "/A/")
    refused("does not hold reader in /B/", services.revoke_role, actor=chief, user=ann.uuid, role="reader", path="/B/")
    assert ann.grants.count() == 1


def test_the_last_active_head_stays(chief: User, system: User) -> None:
    refused("one active security head", services.deactivate, actor=system, user=chief.uuid)
    refused("cannot deactivate yourself", services.deactivate, actor=chief, user=chief.uuid)
    assert User.objects.get(pk=chief.pk).is_active


def test_nobody_takes_hold_of_who_reaches_beyond_their_units(make_user: Callable[..., User], system: User) -> None:
    below = make_user("below", "security head", "/A/")
    both = make_user("both", "reader", "/A/")
    services.set_password(actor=below, user=both.uuid, password="long and unguessable 7")
    services.grant_role(actor=system, user=both.uuid, role="reader", path="/B/")
    refused(
        "beyond your own units", services.set_password, actor=below, user=both.uuid, password="long and unguessable 8"
    )
    assert User.objects.get(pk=both.pk).check_password("long and unguessable 7")


def test_a_theme_is_one_of_three(chief: User) -> None:
    refused("light, dark, auto", services.choose_theme, actor=chief, theme="pink")


def test_a_change_is_taken_back_for_thirty_days(chief: User, now: datetime) -> None:
    services.choose_theme(actor=chief, theme="dark")
    made = Undo.objects.create(
        actor=chief, at=now, label="Theme", command="users.choose_theme", arguments={"theme": "light"}, uuid=uuid4()
    )
    refused("for 30 days", services.undo, actor=chief, uuid=made.uuid, at=now + timedelta(days=30, seconds=1))
    assert services.undo(actor=chief, uuid=made.uuid, at=now + timedelta(days=30)) == "Theme"
    assert User.objects.get(pk=chief.pk).theme == "light"


def test_roles_move_for_the_whole_organisation_only(make_user: Callable[..., User]) -> None:
    ann, head = make_user("ann", "reader", "/A/"), make_user("head", "security head", "/A/")
    refused("whole organisation may move", services.move_roles, actor=head, moves={"/A/": "/"})
    assert ann.grants.get().path == "/A/"
