"""How people come in: by invitation only, and every sign-in and every refused one is recorded."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from garrison.core import links, selectors, services
from garrison.core.commands import Refused
from garrison.core.models import User


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
