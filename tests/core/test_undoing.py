"""Undo: once, by whoever did it, and never over somebody's later decision."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from garrison.core import services
from garrison.core.commands import Missing, Refused
from garrison.core.models import Undo, User

pytestmark = pytest.mark.django_db


def offer(actor: User, at: datetime, command: str = "users.choose_theme", **arguments: object) -> Undo:
    return Undo.objects.create(actor=actor, at=at, label="the change", command=command, arguments=arguments)


def theme(user: User) -> str:
    return User.objects.get(pk=user.pk).theme


def test_a_change_is_taken_back_once(chief: User, now: datetime) -> None:
    kept = offer(chief, now, theme="dark")
    assert services.undo(actor=chief, uuid=kept.uuid, at=now) == "the change"
    assert theme(chief) == "dark"
    with pytest.raises(Missing):
        services.undo(actor=chief, uuid=kept.uuid, at=now)


def test_only_ones_own_and_only_for_thirty_days(chief: User, make_user: object, now: datetime) -> None:
    kept = offer(chief, now, theme="dark")
    with pytest.raises(Missing):
        services.undo(actor=make_user("ann", "manager"), uuid=kept.uuid, at=now)  # type: ignore[operator]
    with pytest.raises(Refused, match="30 days"):
        services.undo(actor=chief, uuid=kept.uuid, at=now + timedelta(days=31))


def test_a_later_decision_of_somebody_else_stands(chief: User, make_user: object, now: datetime) -> None:
    ann = make_user("ann", "manager")  # type: ignore[operator]
    mine, theirs = offer(chief, now, theme="dark"), offer(ann, now, theme="light")
    with pytest.raises(Refused, match="Ann decided on it again since"):
        services.undo(actor=chief, uuid=mine.uuid, at=now)
    assert theme(chief) == "auto"
    assert Undo.objects.get(pk=mine.pk).used is None
    services.undo(actor=ann, uuid=theirs.uuid, at=now)
    services.undo(actor=chief, uuid=mine.uuid, at=now)
    assert theme(chief) == "dark"


@pytest.mark.parametrize(
    ("mine", "theirs", "meet"),
    [
        ({"rows": {"A": [1]}}, {"rows": {"A": [2], "B": [3]}}, True),
        ({"rows": {"A": [1]}}, {"rows": {"B": [3]}}, False),
        ({"badges": ["A"], "states": {}}, {"badges": ["B", "A"], "states": {}}, True),
        ({"field": "owner", "values": {"A": ""}}, {"field": "critical", "values": {"A": True}}, False),
        ({"field": "owner", "values": {"A": ""}}, {"field": "owner", "values": {"A": "x"}}, True),
        ({"amount": "1"}, {"amount": "2"}, True),
    ],
)
def test_what_two_decisions_have_in_common(
    chief: User, now: datetime, mine: dict[str, object], theirs: dict[str, object], meet: bool
) -> None:
    from garrison.core.undoing import overtaken_by

    names = {"A": str(uuid4()), "B": str(uuid4())}

    def named(value: object) -> object:
        if isinstance(value, dict):
            return {names.get(key, key): named(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [named(inner) for inner in value]
        return names.get(value, value) if isinstance(value, str) else value

    first = offer(chief, now, "x.restore", **named(mine))  # type: ignore[arg-type]
    second = offer(chief, now, "x.restore", **named(theirs))  # type: ignore[arg-type]
    assert overtaken_by(first) == (second if meet else None)
    assert overtaken_by(second) is None
