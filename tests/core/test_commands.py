"""A command is permitted, atomic, audited and refused aloud."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from garrison.core import audit, services
from garrison.core.commands import COMMANDS, SUBSCRIBERS, Forbidden, Missing, Refused, changed, command, on
from garrison.core.models import AuditEntry, SavedView, User


@pytest.fixture
def commands() -> Iterator[None]:
    """Forget the commands and subscriptions that a test makes."""
    known, heard = set(COMMANDS), {name: list(found) for name, found in SUBSCRIBERS.items()}
    yield
    for name in set(COMMANDS) - known:
        del COMMANDS[name]
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update(heard)


def test_what_is_done_is_recorded_whole(chief: User) -> None:
    services.save_view(actor=chief, page="findings", name="Mine", query="?owner=me")
    entry = AuditEntry.objects.latest("seq")
    assert (entry.command, entry.outcome, entry.target, entry.actor) == (
        "core.save_view",
        "done",
        "findings: Mine",
        chief,
    )
    assert entry.after == {"query": "?owner=me", "shared": False}


def test_a_refusal_is_recorded_and_rolls_back(chief: User, commands: None) -> None:
    @command("core.save_view_then_refuse")
    def work(*, actor: User) -> None:
        SavedView.objects.create(owner=actor, page="x", name="x", query="")
        raise Refused("not today")

    with pytest.raises(Refused, match="not today"):
        work(actor=chief)
    assert not SavedView.objects.exists()
    entry = AuditEntry.objects.latest("seq")
    assert (entry.outcome, entry.reason) == ("refused", "not today")


def test_without_the_permission_nothing_runs(make_user: Callable[..., User]) -> None:
    reader = make_user("rita", "reader")
    with pytest.raises(Forbidden, match=r"^you may not add users; ask"):
        services.add_user(actor=reader, username="mallory")
    assert AuditEntry.objects.latest("seq").outcome == "refused"
    assert not User.objects.filter(username="mallory").exists()


def test_an_inactive_user_may_nothing(chief: User, make_user: Callable[..., User]) -> None:
    other = make_user("other")
    services.deactivate(actor=chief, user=other.uuid)
    other.refresh_from_db()
    with pytest.raises(Forbidden):
        services.save_view(actor=other, page="x", name="x", query="")


def test_what_follows_runs_as_the_system_on_behalf_of_the_asker(chief: User, commands: None) -> None:
    seen: list[tuple[str, Any]] = []

    @command("core.consequence")
    def consequence(*, actor: User, word: str) -> None:
        seen.append((actor.username, word))
        changed(target=word)

    @command("core.cause")
    def cause(*, actor: User, word: str) -> str:
        changed(target=word)
        return word.upper()

    @on("core.cause")
    def follow(*, actor: User, result: str, **_: Any) -> None:
        consequence(actor=actor, word=result)

    cause(actor=chief, word="door")
    assert seen == [("system", "DOOR")]
    first, second = AuditEntry.objects.order_by("-seq")[:2][::-1]
    assert (first.command, first.reason, first.actor) == ("core.cause", "", chief)
    assert (second.command, second.reason, second.actor_name) == ("core.consequence", "for chief", "system")


def test_a_consequence_that_refuses_undoes_its_cause(chief: User, commands: None) -> None:
    @command("core.begin_view")
    def begin(*, actor: User) -> None:
        SavedView.objects.create(owner=actor, page="x", name="x", query="")

    @on("core.begin_view")
    def refuse(**_: Any) -> None:
        raise Refused("the door is shut")

    with pytest.raises(Refused, match="shut"):
        begin(actor=chief)
    assert not SavedView.objects.exists()


def test_two_commands_cannot_share_a_name(commands: None) -> None:
    @command("core.once")
    def once(*, actor: User) -> None: ...

    with pytest.raises(AssertionError, match="two commands"):

        @command("core.once")
        def twice(*, actor: User) -> None: ...


def test_only_plain_values_enter_the_audit_log() -> None:
    with pytest.raises(TypeError):
        audit.plain(object())


def test_the_last_security_head_stays(chief: User, make_user: Callable[..., User]) -> None:
    User.objects.filter(is_system=False).exclude(pk=chief.pk).update(is_active=False)
    with pytest.raises(Refused, match="one security head"):
        services.revoke_role(actor=chief, user=chief.uuid, role="security head")
    second = make_user("second")
    services.revoke_role(actor=second, user=chief.uuid, role="security head")
    with pytest.raises(Refused, match="yourself"):
        services.deactivate(actor=second, user=second.uuid)


@pytest.mark.parametrize(
    ("role", "path", "reason"),
    [("king", "/", "no role"), ("reader", "LHG", "begins and ends"), ("reader", "/LHG", "begins and ends")],
)
def test_a_grant_that_cannot_be(chief: User, role: str, path: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        services.grant_role(actor=chief, user=chief.uuid, role=role, path=path)


def test_a_unit_head_grants_only_below(make_user: Callable[..., User]) -> None:
    head = make_user("unit-head", "security head", "/LHG/LG/")
    with pytest.raises(Refused, match="within your own units"):
        services.grant_role(actor=head, user=head.uuid, role="security head", path="/")
    services.grant_role(actor=head, user=head.uuid, role="reader", path="/LHG/LG/ED/")


def test_weak_passwords_and_double_names_are_refused(chief: User) -> None:
    with pytest.raises(Refused, match="too short"):
        services.add_user(actor=chief, username="sam", password="short")
    services.add_user(actor=chief, username="sam", password="a long unusual phrase")
    with pytest.raises(Refused, match="already"):
        services.add_user(actor=chief, username="SAM")
    entry = AuditEntry.objects.filter(command="users.add", outcome="done").latest("seq")
    assert "phrase" not in str(entry.after)


def test_nobody_undoes_another_persons_change(chief: User, make_user: Callable[..., User], now: Any) -> None:
    from garrison.core.undoing import offer_undo

    view = services.save_view(actor=chief, page="p", name="n", query="")
    kept = offer_undo(
        actor=chief, at=now, label="View", command_name="core.delete_view", arguments={"uuid": str(view.uuid)}
    )
    with pytest.raises(Missing):
        services.undo(actor=make_user("other"), uuid=kept.uuid, at=now)
    assert services.undo(actor=chief, uuid=kept.uuid, at=now) == "View"
    assert not SavedView.objects.exists()
    with pytest.raises(Missing):
        services.undo(actor=chief, uuid=kept.uuid, at=now)


@pytest.mark.parametrize(
    ("told", "entries"),
    [
        ({"after": {"stored": 3}}, 1),
        ({"after": {"stored": 0, "gone": []}}, 0),
        ({"after": []}, 0),
        ({"before": ["a"], "after": []}, 1),
        ({"after": {"active": False}}, 1),
        (None, 0),
    ],
)
def test_what_followed_and_changed_nothing_has_no_entry(
    chief: User, commands: None, told: dict[str, Any] | None, entries: int
) -> None:
    @command("core.follow")
    def follow(*, actor: User) -> None:
        if told is not None:
            changed(target="x", **told)

    @command("core.lead")
    def lead(*, actor: User) -> None:
        pass

    @on("core.lead")
    def after_lead(*, actor: User, **_: Any) -> None:
        follow(actor=actor)

    lead(actor=chief)
    assert AuditEntry.objects.filter(command="core.follow").count() == entries
    assert AuditEntry.objects.filter(command="core.lead").count() == 1
    follow(actor=chief)  # asked for by somebody: always on record
    assert AuditEntry.objects.filter(command="core.follow").count() == entries + 1
