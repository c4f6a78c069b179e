"""Whose approval lets a scenario count, what is recorded of it, and that every sentence about it is true."""

from typing import Any

import pytest
from django.urls import reverse
from tests.kit import money
from tests.kit.money import NOW, TODAY

from garrison.apps.people.models import Person
from garrison.apps.risk import selectors, services
from garrison.apps.risk.models import LossResult, Scenario
from garrison.apps.risk.rules import DELEGATE, OWNER, approver, role_of
from garrison.core import services as core
from garrison.core.commands import Forbidden, Refused
from garrison.core.models import User

pytestmark = pytest.mark.django_db(databases="__all__")


def named(make_user: Any, username: str, name: str, role: str = "manager", email: str = "") -> User:
    """A user with a full name and perhaps an e-mail address."""
    user: User = make_user(username, role)
    user.first_name, _, user.last_name = name.partition(" ")
    user.email = email
    user.save()
    return user


def draft() -> Scenario:
    return Scenario.objects.get(code="R-3")


@pytest.mark.parametrize(
    ("owner", "names", "delegate", "expected"),
    [
        ("Ida Pill", ["ida  pill"], False, OWNER),
        ("Ida Pill", ["Ida Pill"], True, OWNER),
        ("ida@x.example", ["Ida Pill", "Ida@X.example"], False, OWNER),
        ("Ida Pill", ["Bo Keys"], True, DELEGATE),
        ("Ida Pill", ["Bo Keys"], False, ""),
        ("", [""], False, ""),
        ("", ["Bo Keys"], True, DELEGATE),
    ],
)
def test_as_whom_one_approves(owner: str, names: list[str], delegate: bool, expected: str) -> None:
    assert role_of(owner, names, delegate=delegate) == expected


def test_what_is_recorded() -> None:
    assert approver("Ida Pill", "I. Pill", OWNER) == "Ida Pill"
    assert approver("Ida Pill", "Odile Fenwright", DELEGATE) == "Odile Fenwright for Ida Pill"
    assert approver("", "Odile Fenwright", DELEGATE) == "Odile Fenwright"


def test_another_manager_is_refused_with_words(make_user: Any, client: Any) -> None:
    money.everything()
    bo = named(make_user, "bo", "Bo Keys")
    with pytest.raises(Forbidden, match="only its owner, Ida Pill, or the security head"):
        services.approve(actor=bo, uuid=draft().uuid, at=NOW)
    Scenario.objects.filter(code="R-3").update(owner="")
    with pytest.raises(Forbidden, match="names no owner"):
        services.approve(actor=bo, uuid=draft().uuid, at=NOW)
    assert draft().status == "draft"
    client.force_login(bo)
    assert "/approve/" not in client.get(reverse("risk:portfolio")).content.decode()
    assert "/approve/" not in client.get(reverse("risk:scenario", args=[draft().uuid])).content.decode()


def test_the_owner_approves_by_name_or_by_the_rosters_address(make_user: Any, system: User) -> None:
    money.everything()
    ida = named(make_user, "ida", "Ida Pill")
    services.approve(actor=ida, uuid=draft().uuid, at=NOW)
    assert (draft().approved_by, draft().basis) == ("Ida Pill", "sector prior")
    services.withdraw(actor=ida, uuid=draft().uuid, at=NOW)
    other = named(make_user, "ip", "I. P.", email="ida.pill@x.example")
    with pytest.raises(Forbidden):
        services.approve(actor=other, uuid=draft().uuid, at=NOW)
    Person.objects.create(number="1", key="1", name="Ida Pill", email="ida.pill@x.example")
    services.approve(actor=other, uuid=draft().uuid, at=NOW)
    assert draft().approved_by == "Ida Pill"
    assert "3 scenarios approved by their owners, 1 of them on a sector prior" in told(system)


def told(viewer: User) -> str:
    """What is said of the approvals behind the newest total."""
    loss = selectors.latest_loss(viewer=viewer)
    assert loss is not None
    return selectors.approvals(viewer=viewer, rows=loss.scenarios).words


def test_a_delegate_is_recorded_and_the_mark_of_a_prior_stays(chief: User, client: Any, system: User) -> None:
    money.everything()
    assert told(system) == "2 scenarios approved by their owners"
    client.force_login(chief)
    assert "Approve for Ida Pill" in client.get(reverse("risk:scenario", args=[draft().uuid])).content.decode()
    services.approve(actor=chief, uuid=draft().uuid, at=NOW)
    assert (draft().approved_by, draft().basis) == ("Chief for Ida Pill", "sector prior")
    assert told(system) == "3 approved scenarios, 2 by their owners, 1 of them on a sector prior, not yours"
    body = client.get(reverse("risk:portfolio")).content.decode()
    for words in ("3 approved scenarios, 2 by their owners", "· sector prior, not yours", "rests on a sector prior"):
        assert words in body, words
    assert "approved by their owners" not in body.lower()
    assert "Sector prior, not yours" in client.get(reverse("risk:scenario", args=[draft().uuid])).content.decode()
    assert "Approved; sector prior, not yours" in client.get(reverse("risk:scenarios")).content.decode()
    assert LossResult.objects.order_by("-pk")[0].scenarios


def test_a_survey_is_nobody_who_judged(system: User, chief: User, client: Any) -> None:
    money.everything()
    Scenario.objects.filter(code="R-3").update(estimator="Sector survey")
    services.approve(actor=system, uuid=draft().uuid, at=NOW)
    client.force_login(chief)
    body = client.get(reverse("risk:portfolio")).content.decode()
    assert "2 people judged the frequencies." in body
    assert "Not calibrated: Al Best." in body


def test_only_other_numbers_make_an_estimate_ones_own(chief: User) -> None:
    money.everything()
    before = draft()
    same = {"rate": before.rate, "low": float(before.low or 0), "high": float(before.high or 0)}
    with pytest.raises(Refused, match="no number of R-3 differs"):
        services.draft_scenario(actor=chief, uuid=before.uuid, at=NOW, estimate=same)
    done = services.draft_scenario(actor=chief, uuid=before.uuid, at=NOW, estimate=same | {"rate": 0.2})
    now = draft()
    assert (now.basis, now.estimator, now.calibrated) == ("own", "Chief", False)
    core.undo(actor=chief, uuid=done.undo.uuid, at=NOW)
    back = draft()
    assert (back.basis, back.estimator, back.calibrated) == ("sector prior", "Ida Pill", True)
    assert selectors.latest_loss(viewer=chief, on_or_before=TODAY) is not None
