"""Undo: once, by whoever did it, and never over somebody's later decision."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from django.db import connection, transaction

from garrison.apps.assets.models import Asset
from garrison.apps.assets.services import assign_owner
from garrison.core import services
from garrison.core.commands import SUBSCRIBERS, Missing, Refused
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


def test_a_decision_that_came_while_the_undo_waited_stands(
    chief: User, make_user: object, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undo reads what was decided since once more when it holds the records, and then gives way."""
    ann = make_user("ann", "manager")  # type: ignore[operator]
    asset = Asset.objects.create(key="door:a", code="A", kind="door", name="A")
    mine = assign_owner(actor=chief, uuids=[asset.uuid], owner="Chief", at=now)

    def meanwhile(**_: object) -> None:
        offer(ann, now, "assets.restore", field="owner", values={str(asset.uuid): "Chief"})

    monkeypatch.setitem(SUBSCRIBERS, "assets.restore", [meanwhile])
    with pytest.raises(Refused, match="Ann decided on it again since"):
        services.undo(actor=chief, uuid=mine.uuid, at=now)
    asset.refresh_from_db()
    assert asset.owner == "Chief"
    assert Undo.objects.get(pk=mine.pk).used is None


def test_two_who_decide_at_once_do_so_one_after_the_other(system: User, now: datetime) -> None:
    """The second waits for the first, and what it keeps for taking back is what the first decided."""
    if os.environ.get("GARRISON_TEST_RING") != "postgres":
        pytest.skip("SQLite has one writer at a time; the PostgreSQL ring runs this")
    deciding = Event()

    def first(pk: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            Asset.objects.filter(pk=pk).update(owner="Ann")
            deciding.set()
            for _ in range(500):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND datname = current_database()"
                )
                if cursor.fetchall() != [(0,)]:
                    break
                time.sleep(0.01)

    def leave(asset: Asset) -> None:
        asset.delete()
        connection.close()

    with ThreadPoolExecutor(1) as elsewhere:  # a connection of its own, whose work is committed
        made = {"key": "door:lock", "code": "LOCK", "kind": "door", "name": "Lock"}
        asset = elsewhere.submit(Asset.objects.create, **made).result()
        try:
            waiting = elsewhere.submit(first, asset.pk)
            assert deciding.wait(10)
            with transaction.atomic():
                kept = assign_owner(actor=system, uuids=[asset.uuid], owner="Ben", at=now)
                transaction.set_rollback(True)
            waiting.result()
        finally:
            elsewhere.submit(leave, asset).result()
    assert kept.arguments["values"] == {str(asset.uuid): "Ann"}
