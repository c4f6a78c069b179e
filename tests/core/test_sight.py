"""Who sees which users and whose long work."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from garrison.core import selectors, services
from garrison.core.commands import Missing
from garrison.core.models import Job, User

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def people(make_user: Callable[..., User]) -> dict[str, User]:
    """Users of two units, of a unit whose name begins alike, of the whole, and of nowhere."""
    return {
        "whole": make_user("whole"),
        "head_a": make_user("head_a", "security head", "/O/A/"),
        "in_a": make_user("in_a", "reader", "/O/A/W/"),
        "in_ab": make_user("in_ab", "reader", "/O/AB/"),
        "nowhere": make_user("nowhere", ""),
    }


def names(viewer: User) -> set[str]:
    return {user.username for user in selectors.users(viewer=User.objects.get(pk=viewer.pk))}


def test_users_are_those_of_the_viewers_units(people: dict[str, User]) -> None:
    assert names(people["whole"]) == set(people), "whoever holds no role is for those who see everything"
    assert names(people["head_a"]) == {"head_a", "in_a"}
    assert names(people["in_a"]) == names(people["nowhere"]) == set()
    assert [user.username for user in selectors.users_named(viewer=people["head_a"], text="in_")] == ["in_a"]


def test_somebody_with_a_role_here_and_there_is_seen_once_from_here(people: dict[str, User], system: User) -> None:
    services.grant_role(actor=system, user=people["in_ab"].uuid, role="reader", path="/O/A/")
    services.grant_role(actor=system, user=people["in_ab"].uuid, role="analyst", path="/O/A/W/")
    assert [u.username for u in selectors.users(viewer=people["head_a"])] == ["head_a", "in_a", "in_ab"]


def test_a_user_out_of_sight_is_missing(people: dict[str, User]) -> None:
    assert selectors.user(viewer=people["head_a"], uuid=people["in_a"].uuid) == people["in_a"]
    for name in ("in_ab", "nowhere", "whole"):
        with pytest.raises(Missing):
            selectors.user(viewer=people["head_a"], uuid=people[name].uuid)
        with pytest.raises(Missing):
            selectors.user_named(viewer=people["head_a"], username=name)


def test_jobs_are_ones_own_or_everybodys_for_who_sees_everything(people: dict[str, User], now: datetime) -> None:
    made: dict[str, Any] = {
        name: Job.objects.create(actor=user.uuid, kind="test", label=name, asked=now) for name, user in people.items()
    }

    def seen(name: str) -> set[str]:
        return {job.label for job in selectors.jobs(viewer=people[name])}

    assert seen("whole") == set(people)
    for name in ("head_a", "in_a", "nowhere"):
        assert seen(name) == {name}
    with pytest.raises(Missing):
        selectors.job(viewer=people["head_a"], uuid=made["in_a"].uuid)
    assert selectors.job(viewer=people["in_a"], uuid=made["in_a"].uuid) == made["in_a"]
