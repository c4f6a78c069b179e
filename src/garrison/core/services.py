"""Commands of the core: users and their roles, saved views, undo."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from garrison.core import selectors
from garrison.core.commands import COMMANDS, Forbidden, Missing, Refused, changed, command
from garrison.core.models import Grant, SavedView, Undo, User
from garrison.core.scopes import ROLES, paths
from garrison.core.undoing import overtaken_by

UNDO_DAYS = 30
THEMES = ("light", "dark", "auto")


@command("users.add")
def add_user(*, actor: User, username: str, password: str | None = None, name: str = "", email: str = "") -> User:
    """Add someone who may sign in. Without a password they first sign in by a one-time link."""
    username = username.strip()
    if not username or len(username) > 150:
        raise Refused("a user needs a sign-in name of at most 150 characters")
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"there is already a user called {username}")
    first, _, last = name.strip().partition(" ")
    user = User(username=username, email=email.strip(), first_name=first[:150], last_name=last[:150])
    if password is None:
        user.set_unusable_password()
    else:
        _check_password(password, user)
        user.set_password(password)
    user.save()
    changed(target=username, after={"username": username, "email": user.email, "name": name})
    return user


@command("users.grant")
def grant_role(*, actor: User, user: UUID, role: str, path: str = "/", until: datetime | None = None) -> Grant:
    """Give a user a role in a unit and below, for good or ``until`` a moment. Granting again moves that moment."""
    holder = selectors.user(viewer=actor, uuid=user)
    _check_role(actor, role, path, "users.grant")
    grant, new = Grant.objects.get_or_create(user=holder, role=role, path=path, defaults={"until": until})
    before = grant.until
    if not new and before != until:
        if until is not None and role == "security head" and path == "/" and not _other_heads(holder):
            raise Refused("the organisation needs one security head for good; grant the role to somebody else first")
        grant.until = until
        grant.save(update_fields=["until"])
    changed(
        target=holder.username,
        path=path,
        before=None if new else {"until": before},
        after={"role": role, "path": path, "new": new, "until": until},
    )
    return grant


@command("users.revoke")
def revoke_role(*, actor: User, user: UUID, role: str, path: str = "/") -> None:
    """Take a role away. The last security head of the whole organisation cannot be removed."""
    holder = selectors.user(viewer=actor, uuid=user)
    _check_role(actor, role, path, "users.revoke")
    found = Grant.objects.filter(user=holder, role=role, path=path)
    if not found.exists():
        raise Refused(f"{holder.username} does not hold {role} in {path}")
    if role == "security head" and path == "/" and not _other_heads(holder):
        raise Refused("the organisation needs one security head; grant the role to somebody else first")
    found.delete()
    changed(target=holder.username, path=path, before={"role": role, "path": path})


@command("users.move_roles")
def move_roles(*, actor: User, moves: Mapping[str, str]) -> list[dict[str, str]]:
    """Give the roles that people hold in some paths to new ones (old path to new), and tell whose."""
    if "/" not in paths(actor, "users.move_roles"):
        raise Forbidden("only someone with a role in the whole organisation may move roles")
    told = []
    for grant in Grant.objects.filter(path__in=list(moves)).select_related("user").order_by("pk"):
        path = moves[grant.path]
        told.append({"user": grant.user.username, "role": grant.role, "from": grant.path, "to": path})
        if Grant.objects.filter(user=grant.user, role=grant.role, path=path).exists():
            grant.delete()
        else:
            grant.path = path
            grant.save(update_fields=["path"])
    changed(target="roles", after=told)
    return told


@command("users.deactivate")
def deactivate(*, actor: User, user: UUID) -> None:
    """Stop someone from signing in. What they did stays theirs in the audit log."""
    holder = in_reach(actor, user, "users.deactivate")
    if holder.pk == actor.pk:
        raise Refused("you cannot deactivate yourself; ask another security head")
    if not _other_heads(holder):
        raise Refused("the organisation needs one active security head")
    holder.is_active = False
    holder.save(update_fields=["is_active"])
    changed(target=holder.username, before={"active": True}, after={"active": False})


@command("users.activate")
def activate(*, actor: User, user: UUID) -> None:
    """Let someone sign in again."""
    holder = in_reach(actor, user, "users.activate")
    before = holder.is_active
    holder.is_active = True
    holder.save(update_fields=["is_active"])
    changed(target=holder.username, before={"active": before}, after={"active": True})


@command("users.reset_mfa")
def reset_mfa(*, actor: User, user: UUID) -> int:
    """Forget a user's second factors, so that they set up new ones; gives how many there were."""
    from allauth.mfa.models import Authenticator

    holder = in_reach(actor, user, "users.reset_mfa")
    gone: int = Authenticator.objects.filter(user=holder).delete()[0]
    changed(target=holder.username, before={"authenticators": gone}, after={"authenticators": 0})
    return gone


@command("users.set_password")
def set_password(*, actor: User, user: UUID, password: str) -> None:
    """Set a user's password; the password itself is never recorded."""
    holder = in_reach(actor, user, "users.set_password")
    _check_password(password, holder)
    holder.set_password(password)
    holder.save(update_fields=["password"])
    changed(target=holder.username, after={"password": "changed"})


@command("users.set_own_password")
def set_own_password(*, actor: User, password: str) -> None:
    """Set one's own password; the password itself is never recorded."""
    _check_password(password, actor)
    actor.set_password(password)
    actor.save(update_fields=["password"])
    changed(target=actor.username, after={"password": "changed"})


@command("users.choose_theme")
def choose_theme(*, actor: User, theme: str) -> None:
    """Remember light, dark or automatic for wherever one signs in."""
    if theme not in THEMES:
        raise Refused(f"a theme is one of {', '.join(THEMES)}")
    before, actor.theme = actor.theme, theme
    actor.save(update_fields=["theme"])
    changed(target=actor.username, before={"theme": before}, after={"theme": theme})


@command("core.begin_day")
def begin_day(*, actor: User, at: datetime) -> None:
    """A day begins: apps subscribe to draw the conclusions that time alone brings, such as a last day that is over."""
    changed(target=at.date(), after={"at": at})


@command("core.save_view")
def save_view(*, actor: User, page: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a list page's filters, order and columns under a name; the same name again replaces it."""
    name = name.strip()
    if not name or len(name) > 80 or len(query) > 2000:
        raise Refused("a view needs a name of at most 80 characters")
    view, _ = SavedView.objects.update_or_create(
        owner=actor, page=page, name=name, defaults={"query": query, "shared": shared}
    )
    changed(target=f"{page}: {name}", after={"query": query, "shared": shared})
    return view


@command("core.delete_view")
def delete_view(*, actor: User, uuid: UUID) -> None:
    """Forget one of the actor's own views."""
    view = SavedView.objects.filter(owner=actor, uuid=uuid).first()
    if view is None:
        raise Refused("that view is not yours to remove")
    changed(target=f"{view.page}: {view.name}", before={"query": view.query, "shared": view.shared})
    view.delete()


@command("core.undo")
def undo(*, actor: User, uuid: UUID, at: datetime) -> str:
    """Take one of the actor's own changes back, within thirty days, once; gives what was undone.

    Refused when somebody decided on the same record since: that decision would be lost with it.
    """
    found = selectors.undo(viewer=actor, uuid=uuid)
    if found.at < at - timedelta(days=UNDO_DAYS):
        raise Refused(f"changes can be undone for {UNDO_DAYS} days")
    if not Undo.objects.filter(pk=found.pk, used=None).update(used=at):  # holds the row until the end
        raise Missing("it was undone already")
    _refuse_overtaken(actor, found)
    COMMANDS[found.command](actor=actor, **found.arguments)
    _refuse_overtaken(actor, found)  # it holds the records only now: what came in between is seen here, and stays
    changed(target=found.label, after={"command": found.command, "arguments": found.arguments})
    return found.label


def in_reach(actor: User, uuid: UUID, permission: str) -> User:
    """The user whom ``actor`` may take hold of: one whose every role lies within the actor's own units.

    Whoever can sign in as somebody, or shut them out, has their power; so nobody reaches above themselves.
    """
    holder = selectors.user(viewer=actor, uuid=uuid)
    held = paths(actor, permission)
    if not all(any(grant.path.startswith(prefix) for prefix in held) for grant in holder.grants.all()):
        raise Refused(f"{holder.username} holds a role beyond your own units; ask a security head of those")
    return holder


def _refuse_overtaken(actor: User, found: Undo) -> None:
    """Refuse to take back what somebody decided on again since."""
    later = overtaken_by(found)
    if later is not None:
        who = "you" if later.actor_id == actor.pk else str(later.actor)
        raise Refused(f"{who} decided on it again since ({later.label}); take that back first, or decide anew")


def _check_password(password: str, user: User) -> None:
    """Refuse a weak password with its reasons."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error


def _check_role(actor: User, role: str, path: str, permission: str) -> None:
    """Refuse an unknown role, a malformed path, or a path above what the actor may hand out."""
    if role not in ROLES:
        raise Refused(f"there is no role {role}; roles are {', '.join(ROLES)}")
    if not (path.startswith("/") and path.endswith("/")):
        raise Refused("a unit path begins and ends with /")
    if not any(path.startswith(prefix) for prefix in paths(actor, permission)):
        raise Refused("you may grant roles only within your own units")


def _other_heads(user: User) -> bool:
    """Tell whether some other active user is security head of the whole organisation."""
    return (
        User.objects.filter(
            ~Q(pk=user.pk), is_active=True, grants__role="security head", grants__path="/", grants__until=None
        ).exists()
        or not user.grants.filter(role="security head", path="/").exists()
    )
