"""Who may do what, and where: roles, and the narrowing of every read to its viewer's units."""

from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from garrison.core.models import User

M = TypeVar("M", bound=Model)

ROLES: dict[str, tuple[str, ...]] = {
    "security head": ("*",),
    "manager": (
        "*.view",
        "audit.view",
        "core.save_view",
        "core.delete_view",
        "core.undo",
        "jobs.ask",
        "jobs.cancel",
        "imports.*",
        "assets.*",
        "access.*",
        "people.*",
        "threats.*",
        "vulnerabilities.*",
        "controls.*",
        "compliance.*",
        "risk.*",
        "budget.*",
        "strategy.*",
        "organization.*",
    ),
    "analyst": (
        "*.view",
        "core.save_view",
        "core.delete_view",
        "core.undo",
        "jobs.ask",
        "jobs.cancel",
        "imports.*",
        "assets.*",
        "threats.*",
        "vulnerabilities.*",
        "organization.ensure_places",
        "people.import_facts",
        "access.import_facts",
        "compliance.import_facts",
        "controls.record_test",
        "controls.remove_test",
        "risk.draft_scenario",
        "risk.restore",
    ),
    "reader": ("*.view", "core.save_view", "core.delete_view"),
}
"""Each role's permissions, as patterns over command names and ``<app>.view``."""

WITHHELD: dict[str, tuple[str, ...]] = {
    "analyst": ("audit.view", "users.view"),
    "reader": ("audit.view", "users.view"),
    "manager": ("users.view", "risk.approve_for_owner"),
}
"""What a role's wide patterns would give and should not."""

OWN: tuple[str, ...] = ("users.choose_theme", "users.set_own_password", "users.change_second_factor")
"""What everybody who is active may do with what is theirs alone, whatever their roles."""

current_command: ContextVar[str] = ContextVar("current_command", default="")
"""The command being carried out, so that what it looks up is narrowed by its own permission."""


def holds(role: str, permission: str) -> bool:
    """Tell whether ``role`` includes ``permission`` (a command's name, or ``<app>.view``)."""
    if any(fnmatchcase(permission, pattern) for pattern in WITHHELD.get(role, ())):
        return False
    return any(fnmatchcase(permission, pattern) for pattern in ROLES.get(role, ()))


def paths(viewer: User, permission: str) -> tuple[str, ...]:
    """The unit paths below which ``viewer`` holds ``permission``; ("/",) is everywhere, () is nowhere."""
    if not viewer.is_active or viewer.pk is None:
        return ()
    if viewer.is_system or permission in OWN:
        return ("/",)
    grants = viewer.__dict__.get("_grants")
    if grants is None:
        grants = viewer.__dict__["_grants"] = list(viewer.grants.values_list("role", "path"))
    found = sorted({path for role, path in grants if holds(role, permission)})
    return tuple(p for p in found if not any(p != wider and p.startswith(wider) for wider in found))


def may(actor: User, permission: str, path: str = "") -> bool:
    """Tell whether ``actor`` holds ``permission`` in the unit ``path``, or anywhere when no path is given."""
    held = paths(actor, permission)
    return bool(held) and (not path or any(path.startswith(prefix) for prefix in held))


def within(viewer: User, permission: str, field: str = "unit__path") -> Q:
    """The condition that a row lies where ``viewer`` holds ``permission``.

    A row that belongs to no unit is seen only by those who hold the permission everywhere. Inside a command the
    command's own name takes the place of ``permission``: one may see more than one may change.
    """
    held = paths(viewer, current_command.get() or permission)
    if "/" in held:
        return Q()
    if not held:
        return Q(pk__in=[])
    # No empty condition to begin with: beside an OR it would turn the join to the unit into an outer one.
    return reduce(or_, (Q(**{f"{field}__startswith": prefix}) for prefix in held))


def narrow(rows: QuerySet[M], viewer: User, permission: str, field: str = "unit__path") -> QuerySet[M]:
    """Only those ``rows`` that ``viewer`` may see, by a path prefix in SQL; never by a list of ids."""
    return rows.filter(within(viewer, permission, field))
