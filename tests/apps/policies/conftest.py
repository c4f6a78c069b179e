"""A small organisation with people, controls and a policy in force."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from garrison.apps.policies import services
from garrison.apps.policies.models import Policy
from garrison.core.models import User
from garrison.formats.facts import PersonFact
from tests.kit import money
from tests.kit.money import NOW
from tests.kit.telling import tell

BODY = "# Purpose\n\nDoors are closed.\n\n# Rules\n\n- Nobody props a door.\n"


def person(number: int, unit: str = "A", **other: Any) -> PersonFact:
    """Somebody on the roster."""
    said: dict[str, Any] = {"name": f"Person {number}", "email": f"p{number}@org.example", "title": "Nurse"}
    return PersonFact(number=str(number), unit=unit, **(said | other))


@pytest.fixture
def world(db: None) -> None:
    """Units, controls, scenarios, and eight people: six in A, one of them left and one on leave, and two in B."""
    left = (NOW - timedelta(days=2)).date()
    tell(
        *money.UNITS,
        money.door(),
        *money.CONTROLS,
        *money.SCENARIOS,
        *(person(n) for n in range(1, 4)),
        person(4, title="Guard"),
        person(5, status="left", left=left),
        person(6, status="leave"),
        person(7, "B"),
        person(8, "B", kind="contractor"),
        at=NOW,
        conclude=False,
    )


@pytest.fixture
def approvers(make_user: Callable[..., Any]) -> list[User]:
    """Three who may approve everywhere."""
    return [make_user("ann", "executive"), make_user("ben", "privacy"), make_user("cid", "manager")]


@pytest.fixture
def publish(world: None, chief: User, approvers: list[User]) -> Callable[..., Policy]:
    """Write a policy and bring it into force ten days ago: ``publish("P-1", unit="A", quiz="...")``."""

    def make(code: str = "P-1", **told: Any) -> Policy:
        at = NOW - timedelta(days=10)
        policy = services.create(actor=chief, at=at, code=code, **({"title": f"Policy {code}", "body": BODY} | told))
        approve(chief, policy, approvers, 2)
        services.publish(actor=chief, uuid=policy.uuid, at=at)
        return Policy.objects.get(pk=policy.pk)

    return make


def approve(author: User, policy: Policy, voices: list[User], quorum: int) -> None:
    """Send what is in work to three approvers; as many as the quorum asks for approve."""
    version = services.submit(
        actor=author, uuid=policy.uuid, at=NOW, approvers=[voice.uuid for voice in voices], quorum=quorum
    )
    for voice in voices[:quorum]:
        services.approve(
            actor=voice, uuid=policy.uuid, at=NOW, decision="approve", reason="Good.", sha256=version.sha256
        )
