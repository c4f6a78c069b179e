"""The chain of audit entries cannot be bent unseen."""

from collections.abc import Callable

import pytest
from django.db import Error, connection

from garrison.core import audit, services
from garrison.core.models import AuditEntry, User


@pytest.fixture
def entries(chief: User) -> User:
    for number in range(6):
        services.save_view(actor=chief, page="p", name=f"view {number}", query="?a=é")
    assert list(audit.verify()) == []
    return chief


def unguarded(statement: str, *parameters: object) -> None:
    """Do what only somebody with the database file in hand could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_no_update")
            cursor.execute("DROP TRIGGER IF EXISTS audit_no_delete")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER audit_append_only")
        cursor.execute(statement, parameters)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET target = 'x'", "DELETE FROM core_auditentry"])
def test_the_database_itself_refuses(entries: User, statement: str) -> None:
    from django.db import transaction

    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("field", ["target", "actor_name", "command", "reason", "os_user", "path"])
def test_an_edited_entry_is_found(entries: User, field: str) -> None:
    middle = AuditEntry.objects.order_by("seq")[3]
    unguarded(f"UPDATE core_auditentry SET {field} = 'edited' WHERE seq = %s", middle.seq)
    assert [b.seq for b in audit.verify()] == [middle.seq]


def test_an_entry_that_was_given_to_another_user_is_found(entries: User, make_user: Callable[..., User]) -> None:
    other, middle = make_user("other"), AuditEntry.objects.order_by("seq")[3]
    unguarded("UPDATE core_auditentry SET actor_id = %s WHERE seq = %s", other.pk, middle.seq)
    found = list(audit.verify())
    assert [(b.seq, b.reason) for b in found] == [(middle.seq, "it is linked to other, but chief did it")]


def test_an_edit_with_a_fresh_hash_breaks_the_next_link(entries: User) -> None:
    middle = AuditEntry.objects.order_by("seq")[3]
    middle.target = "edited"
    unguarded(
        "UPDATE core_auditentry SET target = 'edited', hash = %s WHERE seq = %s", audit.digest(middle), middle.seq
    )
    assert [b.seq for b in audit.verify()] == [middle.seq + 1]


def test_a_removed_entry_is_found(entries: User) -> None:
    middle = AuditEntry.objects.order_by("seq")[3]
    unguarded("DELETE FROM core_auditentry WHERE seq = %s", middle.seq)
    assert any("missing" in b.reason for b in audit.verify())


def test_a_removed_end_is_found(entries: User) -> None:
    newest = AuditEntry.objects.latest("seq")
    unguarded("DELETE FROM core_auditentry WHERE seq = %s", newest.seq)
    assert any("newest" in b.reason for b in audit.verify())


def test_two_entries_exchanged_are_found(entries: User) -> None:
    first, second = AuditEntry.objects.order_by("seq")[2:4]
    unguarded("UPDATE core_auditentry SET seq = 9999 WHERE seq = %s", first.seq)
    unguarded("UPDATE core_auditentry SET seq = %s WHERE seq = %s", first.seq, second.seq)
    unguarded("UPDATE core_auditentry SET seq = %s WHERE seq = 9999", second.seq)
    assert len(list(audit.verify())) >= 2


def test_a_refused_command_is_in_the_chain_too(entries: User) -> None:
    with pytest.raises(Exception, match="not yours"):
        services.delete_view(actor=entries, uuid=entries.uuid)
    assert AuditEntry.objects.latest("seq").outcome == "refused"
    assert list(audit.verify()) == []
