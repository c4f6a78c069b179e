"""How people come in: by invitation only, and every sign-in and every refused one is recorded."""

from functools import partial
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import signals
from django.http import HttpRequest

from garrison.core import links, selectors, services
from garrison.core.commands import Refused
from garrison.core.models import User

FACTORS = {
    "added": signals.authenticator_added,
    "removed": signals.authenticator_removed,
    "renewed": signals.authenticator_reset,
}
"""What the sign-in library says of second factors, which its own pages change."""


def listen() -> None:
    """Record every change of a second factor from now on."""
    for done, signal in FACTORS.items():
        signal.connect(partial(_factor_changed, done), weak=False, dispatch_uid=f"garrison.second_factor.{done}")


def _factor_changed(done: str, *, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Pass on what became of one second factor."""
    kind = str(authenticator.get_type_display())
    links.record_second_factor(actor=user, kind=kind, done=done, address=request.META.get("REMOTE_ADDR", ""))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up: a security head adds users."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody adds themselves."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign somebody in, after the second factor where there is one, and record it."""
        super().login(request, user)
        address = request.META.get("REMOTE_ADDR", "")
        links.record_sign_in(actor=selectors.system_actor(), username=user.username, address=address)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong password."""
        super().authentication_failed(request, **credentials)
        username, address = str(credentials.get("username", ""))[:150], request.META.get("REMOTE_ADDR", "")
        try:
            links.record_sign_in(actor=selectors.system_actor(), username=username, address=address, refused=True)
        except Refused:
            return  # it stands in the audit log, which is all that was wanted

    def set_password(self, user: User, password: str) -> None:
        """Change somebody's own password through the command that records it."""
        services.set_own_password(actor=user, password=password)
