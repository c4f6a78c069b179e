"""One-time sign-in links: for the first sign-in of an invited user, and for the demo."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from garrison.core.models import User


class _OneTime(PasswordResetTokenGenerator):
    """A token that dies with the first sign-in (the hash covers the last sign-in and the password)."""

    key_salt = "garrison.core.links"


_tokens = _OneTime()


def one_time_link(user: User, base: str = "") -> str:
    """The address that signs ``user`` in once, within Django's ``PASSWORD_RESET_TIMEOUT``."""
    return f"{(base or settings.GARRISON_URL).rstrip('/')}/once/{user.uuid}/{_tokens.make_token(user)}/"


def user_of_link(uuid: UUID, token: str) -> User | None:
    """The active user whom the link is for; None when it is wrong, used or out of date."""
    user = User.objects.filter(uuid=uuid, is_active=True, is_system=False).first()
    return user if user is not None and _tokens.check_token(user, token) else None
