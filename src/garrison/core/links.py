"""One-time sign-in links, for invited users and for the demo; and what is recorded of sign-ins."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from garrison.core.commands import Refused, changed, command
from garrison.core.models import User
from garrison.core.services import add_user, grant_role, in_reach


class _OneTime(PasswordResetTokenGenerator):
    """A token that dies with the first sign-in (the hash covers the last sign-in and the password)."""

    key_salt = "garrison.core.links"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        """What the token stands for; the last sign-in to the microsecond, so that no second use slips in."""
        last = user.last_login.isoformat() if user.last_login else ""
        return f"{user.pk}{user.password}{last}{timestamp}"


_tokens = _OneTime()


def one_time_link(user: User, base: str = "") -> str:
    """The address that signs ``user`` in once, within Django's ``PASSWORD_RESET_TIMEOUT``."""
    return f"{(base or settings.GARRISON_URL).rstrip('/')}/once/{user.uuid}/{_tokens.make_token(user)}/"


def user_of_link(uuid: UUID, token: str) -> User | None:
    """The active user whom the link is for; None when it is wrong, used or out of date."""
    user = User.objects.filter(uuid=uuid, is_active=True, is_system=False).first()
    return user if user is not None and _tokens.check_token(user, token) else None


@command("users.invite")
def invite(
    *,
    actor: User,
    username: str,
    name: str,
    email: str,
    role: str,
    path: str,
    until: datetime | None = None,
    base: str = "",
) -> tuple[User, str]:
    """Add somebody with their first role, all or nothing; gives them and their one-time sign-in link."""
    added = add_user(actor=actor, username=username, name=name, email=email)
    grant_role(actor=actor, user=added.uuid, role=role, path=path, until=until)
    changed(target=added.username, after={"role": role, "path": path, "until": until})
    return added, issue_link(actor=actor, user=added.uuid, base=base)


@command("users.issue_link")
def issue_link(*, actor: User, user: UUID, base: str = "") -> str:
    """A new one-time sign-in link for somebody; the audit log says that there is one, never what it is."""
    holder = in_reach(actor, user, "users.issue_link")
    if not holder.is_active:
        raise Refused(f"{holder.username} is deactivated; let them in again first")
    changed(target=holder.username, after={"one-time link": "issued"})
    return one_time_link(holder, base)


@command("users.sign_in_once")
def sign_in_once(*, actor: User, uuid: UUID, token: str, at: datetime, address: str = "") -> User:
    """Use a one-time link up; gives who it was for. The second use of the same link is refused."""
    User.objects.select_for_update().filter(uuid=uuid).first()
    user = user_of_link(uuid, token)
    if user is None:
        raise Refused("this link was used already, is too old, or was never made here; ask for a new one")
    user.last_login = at
    user.save(update_fields=["last_login"])
    changed(target=user.username, after={"from": address})
    return user


@command("users.sign_in")
def record_sign_in(*, actor: User, username: str, address: str, refused: bool = False) -> None:
    """Record that somebody signed in, or tried to. A name that nobody has is not kept: it may be a password."""
    if refused:
        known = User.objects.filter(username__iexact=username, is_system=False).first()
        raise Refused(f"wrong password for {known.username if known else 'a name that nobody has'}, from {address}")
    changed(target=username, after={"from": address})


@command("users.change_second_factor")
def record_second_factor(*, actor: User, kind: str, done: str, address: str) -> None:
    """Record that somebody added, removed or renewed a second factor of their own; never what it is."""
    changed(target=actor.username, after={"second factor": kind, "done": done, "from": address})
