"""Who may do what, and where: roles, and the narrowing of every read to its viewer's units."""

from collections.abc import Iterable
from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone  # noqa: TID251 whether a grant has ended is asked of the clock, see paths

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
        "policies.*",
        "compliance.*",
        "incidents.*",
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
        "policies.request_exception",
    ),
    "investigator": (
        "*.view",
        "core.save_view",
        "core.delete_view",
        "core.undo",
        "access.look_at_movements",
        "incidents.*",
        "policies.request_exception",
    ),
    "auditor": (
        "*.view",
        "core.save_view",
        "core.delete_view",
        "compliance.request_evidence",
        "compliance.judge_answer",
        "compliance.assess",
    ),
    "privacy": (
        "*.view",
        "core.save_view",
        "core.delete_view",
        "incidents.*",
        "policies.*",
        "compliance.decide_addressable",
    ),
    "executive": ("*.view", "core.save_view", "core.delete_view", "policies.approve", "policies.decide_exception"),
    "reader": ("*.view", "core.save_view", "core.delete_view"),
}
"""Each role's permissions, as patterns over command names and ``<app>.view``."""

WITHHELD: dict[str, tuple[str, ...]] = {
    "analyst": ("audit.view", "users.view"),
    "reader": ("audit.view", "users.view", "incidents.view"),
    "manager": ("users.view", "risk.approve_for_owner"),
}
"""What a role's wide patterns would give and should not."""

OWN: tuple[str, ...] = (
    "users.choose_theme",
    "policies.acknowledge",
    "users.set_own_password",
    "users.change_second_factor",
    "incidents.report",
    "incidents.look_outside",
)
"""What everybody who is active may do with what is theirs alone, whatever their roles; also to report something, and
to be refused a case that is none of theirs."""

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
        grants = viewer.__dict__["_grants"] = list(viewer.grants.values_list("role", "path", "until"))
    # Asked anew each time: what was read of a grant may outlive it.
    now = timezone.now()  # noqa: TID251 every narrowed read ends here
    found = sorted({path for role, path, until in grants if (until is None or now < until) and holds(role, permission)})
    return tuple(p for p in found if not any(p != wider and p.startswith(wider) for wider in found))


def may(actor: User, permission: str, path: str = "") -> bool:
    """Tell whether ``actor`` holds ``permission`` in the unit ``path``, or anywhere when no path is given."""
    held = paths(actor, permission)
    return bool(held) and (not path or any(path.startswith(prefix) for prefix in held))


def allowed(viewer: User, permissions: Iterable[str]) -> set[str]:
    """Which of ``permissions`` the viewer holds anywhere."""
    return {name for name in permissions if may(viewer, name)}


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
