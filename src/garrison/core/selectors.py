"""Reads of the core: users, grants, the ledger, the audit log, jobs, views."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from garrison.core.commands import COMMANDS, Missing, system_actor
from garrison.core.models import (
    AuditEntry,
    Grant,
    ImportedFile,
    ImportMessage,
    ImportRun,
    Job,
    SavedView,
    Undo,
    User,
)
from garrison.core.scopes import narrow, paths, within


def users(*, viewer: User) -> QuerySet[User]:
    """Who can sign in and holds a role in the viewer's units; for a viewer of everything, everybody."""
    held = paths(viewer, "users.view")
    everyone = User.objects.filter(is_system=False).prefetch_related("grants").order_by("username")
    if "/" in held:
        return everyone
    below = Grant.objects.filter(user=OuterRef("pk")).filter(within(viewer, "users.view", field="path"))
    return everyone.filter(Exists(below)) if held else everyone.none()


def users_named(*, viewer: User, text: str) -> QuerySet[User]:
    """Users whose sign-in name, name or address has ``text`` in it."""
    matching = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
    return users(viewer=viewer).filter(matching | Q(email__icontains=text))


def second_factors(*, users: Sequence[User]) -> set[int]:
    """The primary keys of those among ``users`` who have an authenticator."""
    from allauth.mfa.models import Authenticator

    found = Authenticator.objects.filter(user__in=users, type=Authenticator.Type.TOTP)
    return set(found.values_list("user_id", flat=True))


def user(*, viewer: User, uuid: UUID) -> User:
    """One user. Raises ``Missing`` outside the viewer's sight."""
    found = users(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such user")
    return found


def user_named(*, viewer: User, username: str) -> User:
    """One user by sign-in name. Raises ``Missing`` outside the viewer's sight."""
    found = users(viewer=viewer).filter(username__iexact=username).first()
    if found is None:
        raise Missing(f"there is no user called {username}")
    return found


def grants(*, viewer: User) -> QuerySet[Grant]:
    """Who holds which role where, below the viewer's own units."""
    return narrow(Grant.objects.select_related("user"), viewer, "users.view", field="path")


def import_runs(*, viewer: User) -> QuerySet[ImportRun]:
    """Runs of the importer, newest first. Files speak of every unit, so only an organisation-wide viewer sees them."""
    if "/" not in paths(viewer, "imports.view"):
        return ImportRun.objects.none()
    return ImportRun.objects.select_related("actor").order_by("-at", "-pk")


def imported_files(*, viewer: User) -> QuerySet[ImportedFile]:
    """Files of all runs, newest first."""
    if "/" not in paths(viewer, "imports.view"):
        return ImportedFile.objects.none()
    return ImportedFile.objects.select_related("run", "run__actor").order_by("-at", "path", "member")


def offered_files(*, viewer: User) -> QuerySet[ImportedFile]:
    """One row for each file or archive that was offered: of an archive's files the first."""
    files = imported_files(viewer=viewer)
    return files.filter(pk__in=files.order_by().values("run", "path").annotate(first=Min("pk")).values("first"))


def offered_with(*, viewer: User, files: Sequence[ImportedFile]) -> list[ImportedFile]:
    """All files that were offered under the paths of ``files`` in their runs: what the archives among them held."""
    wanted = imported_files(viewer=viewer).filter(
        run__in={file.run_id for file in files}, path__in={file.path for file in files}
    )
    return list(wanted.defer("proposal"))


def imported_file(*, viewer: User, uuid: UUID) -> ImportedFile:
    """One file of the ledger. Raises ``Missing`` outside the viewer's sight."""
    found = imported_files(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such file")
    return found


def files_named(*, viewer: User, text: str) -> QuerySet[ImportedFile]:
    """Files whose name has ``text`` in it, newest first."""
    return imported_files(viewer=viewer).filter(Q(path__icontains=text) | Q(member__icontains=text))


def messages_at(*, viewer: User, file: ImportedFile, row: int) -> list[ImportMessage]:
    """What was refused or noted of one row of a file."""
    return list(import_messages(viewer=viewer, file=file).filter(row=row)[:50])


def import_messages(*, viewer: User, file: ImportedFile) -> QuerySet[ImportMessage]:
    """What was refused or noted of one file."""
    return imported_file(viewer=viewer, uuid=file.uuid).messages.order_by("pk")


def audit_entries(*, viewer: User) -> QuerySet[AuditEntry]:
    """The audit log, newest first, below the viewer's units."""
    return narrow(AuditEntry.objects.select_related("actor").order_by("-seq"), viewer, "audit.view", field="path")


def audit_entry(*, viewer: User, seq: int) -> AuditEntry:
    """One entry of the audit log. Raises ``Missing`` outside the viewer's units."""
    found = audit_entries(viewer=viewer).filter(seq=seq).first()
    if found is None:
        raise Missing("no such entry")
    return found


def audit_commands(*, viewer: User) -> list[tuple[str, str]]:
    """(command, command) of every command there is or was recorded, for a filter of a list."""
    recorded = audit_entries(viewer=viewer).order_by("command").values_list("command", flat=True).distinct()
    return [(name, name) for name in sorted({*COMMANDS, *recorded})]


def audit_actors(*, viewer: User) -> list[tuple[str, str]]:
    """(name, name) of everybody who did something in sight, for a filter of a list."""
    names = audit_entries(viewer=viewer).order_by("actor_name").values_list("actor_name", flat=True).distinct()
    return [(name, name) for name in names]


def audit_totals(*, viewer: User) -> dict[str, int]:
    """How many entries there are, and how many were refused."""
    return audit_entries(viewer=viewer).aggregate(entries=Count("pk"), refused=Count("pk", filter=Q(outcome="refused")))


def jobs(*, viewer: User) -> QuerySet[Job]:
    """Long work: one's own, or everyone's for those who see all users."""
    mine = Q() if "/" in paths(viewer, "users.view") else Q(actor=viewer.uuid)
    return Job.objects.filter(mine).order_by("-asked")


def job(*, viewer: User, uuid: UUID) -> Job:
    """One job. Raises ``Missing`` outside the viewer's sight."""
    found = jobs(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such job")
    return found


def recent_jobs(*, viewer: User, kinds: Sequence[str], since: datetime) -> list[Job]:
    """Work of some kinds that is under way or ended after ``since``, the newest first, ten at most."""
    shown = Q(state__in=["waiting", "running"]) | Q(finished__gte=since)
    return list(jobs(viewer=viewer).filter(shown, kind__in=kinds)[:10])


def import_counts(*, viewer: User) -> dict[str, int]:
    """How many files the ledger holds, how many wait for their columns, and how many were refused or unknown."""
    return imported_files(viewer=viewer).aggregate(
        files=Count("pk"),
        needs_mapping=Count("sha256", filter=Q(status="needs_mapping"), distinct=True),
        not_understood=Count("pk", filter=Q(status__in=["refused", "unknown"])),
        runs=Count("run", distinct=True),
    )


def saved_views(*, viewer: User, page: str) -> QuerySet[SavedView]:
    """The viewer's own views of a page, and those shared by others who see no more than the viewer does.

    A view's name and filters may hold what its owner saw, so it is not shown to whoever could not see that.
    """
    held = paths(viewer, "core.save_view")
    inside = reduce(or_, (Q(path__startswith=path) for path in held), Q(pk__in=[]))
    beyond = Grant.objects.filter(user=OuterRef("owner")).exclude(inside)
    return SavedView.objects.filter(Q(owner=viewer) | Q(shared=True) & ~Exists(beyond), page=page).order_by("name")


def undo(*, viewer: User, uuid: UUID) -> Undo:
    """One of the viewer's own changes that may be taken back. Raises ``Missing`` for anybody else's."""
    found = Undo.objects.filter(actor=viewer, uuid=uuid, used=None).first()
    if found is None:
        raise Missing("there is nothing to undo, or it was undone already")
    return found


__all__ = [
    "audit_actors",
    "audit_commands",
    "audit_entries",
    "audit_entry",
    "audit_totals",
    "files_named",
    "grants",
    "import_counts",
    "import_messages",
    "import_runs",
    "imported_file",
    "imported_files",
    "job",
    "jobs",
    "messages_at",
    "offered_files",
    "offered_with",
    "recent_jobs",
    "saved_views",
    "second_factors",
    "system_actor",
    "undo",
    "user",
    "user_named",
    "users",
    "users_named",
]
