"""A role that holds until a moment gives nothing from then on, not even to a viewer that was read before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from garrison.core import services
from garrison.core.commands import Forbidden, Refused
from garrison.core.models import AuditEntry, User
from garrison.core.scopes import may, paths

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock that scopes ask, to be turned by the test."""
    told = [datetime(2026, 3, 9, 8, tzinfo=UTC)]
    monkeypatch.setattr("garrison.core.scopes.timezone.now", lambda: told[0])
    return told


def test_a_grant_ends_on_the_moment(make_user: Any, system: User, clock: list[datetime]) -> None:
    user = make_user("aud", "")
    end = clock[0] + timedelta(hours=1)
    services.grant_role(actor=system, user=user.uuid, role="auditor", path="/X/", until=end)
    services.grant_role(actor=system, user=user.uuid, role="reader", path="/X/Y/")
    assert paths(user, "risk.view") == ("/X/",)
    clock[0] = end - timedelta(microseconds=1)
    assert may(user, "audit.view")
    clock[0] = end
    assert not may(user, "audit.view"), "the same object, read before"
    assert paths(user, "risk.view") == ("/X/Y/",), "another grant still holds"
    assert paths(User.objects.get(pk=user.pk), "risk.view") == ("/X/Y/",)


def test_an_ended_auditor_is_refused_and_it_is_recorded(make_user: Any, system: User, clock: list[datetime]) -> None:
    user = make_user("aud", "")
    services.grant_role(actor=system, user=user.uuid, role="auditor", until=clock[0])
    with pytest.raises(Forbidden):
        services.save_view(actor=user, page="p", name="n", query="")
    assert AuditEntry.objects.filter(actor=user, command="core.save_view", outcome="refused").exists()


def test_granting_again_moves_the_end(make_user: Any, system: User, clock: list[datetime]) -> None:
    user = make_user("aud", "")
    first = services.grant_role(actor=system, user=user.uuid, role="auditor", until=clock[0])
    later = clock[0] + timedelta(days=9)
    again = services.grant_role(actor=system, user=user.uuid, role="auditor", until=later)
    assert (again.pk, again.until) == (first.pk, later)
    entry = AuditEntry.objects.filter(command="users.grant").latest("seq")
    assert entry.before == {"until": clock[0].isoformat()}
    assert services.grant_role(actor=system, user=user.uuid, role="auditor").until is None


def test_the_last_head_holds_for_good(make_user: Any, system: User, clock: list[datetime]) -> None:
    chief = make_user("chief")
    with pytest.raises(Refused, match="for good"):
        services.grant_role(actor=system, user=chief.uuid, role="security head", until=clock[0])
    second = make_user("second", "")
    services.grant_role(actor=system, user=second.uuid, role="security head", until=clock[0])
    with pytest.raises(Refused, match="needs one security head"):
        services.revoke_role(actor=system, user=chief.uuid, role="security head")
