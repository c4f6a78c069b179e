"""Signing in once by a link."""

from uuid import UUID

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from garrison.core import links, selectors
from garrison.core.commands import Refused


@login_not_required
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def once(request: HttpRequest, uuid: UUID, token: str) -> HttpResponse:
    """Show whom the link is for, and sign them in when they say so: a mail scanner that opens links spends nothing."""
    if request.method == "GET":
        found = links.user_of_link(uuid, token)
        return render(request, "web/profile/once.html", {"subject": found}, status=200 if found else 410)
    try:
        user = links.sign_in_once(
            actor=selectors.system_actor(),
            uuid=uuid,
            token=token,
            at=timezone.now(),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except Refused:
        return render(request, "web/profile/once.html", {"subject": None}, status=410)
    following = "/" if user.has_usable_password() else reverse("web:first_password")
    answer: HttpResponse = perform_login(request, user, redirect_url=following)  # asks for a second factor, if any
    return answer
