"""What every view and API endpoint shares: the signed-in user, and answers to refused commands."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from garrison.core.commands import COMMANDS, Forbidden, Missing, Refused, demand
from garrison.core.models import User
from garrison.core.scopes import may

View = Callable[..., HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    """The signed-in user; call it only behind the sign-in wall."""
    assert isinstance(request.user, User)
    return request.user


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal: 404 for what is not in sight, 403 for no permission, else 409."""
    if isinstance(refusal, Missing):
        return 404
    return 403 if isinstance(refusal, Forbidden) else 409


def needs(permission: str, path: str = "") -> Callable[[View], View]:
    """Let in only those who hold ``permission``, in the unit ``path`` when one is named; refuse others with a reason.

    Selectors narrow what is shown and commands check who calls them; this says so at the door: where a narrowed page
    would look like an empty one, and before anybody's form is looked at. A refused command is recorded.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            viewer = user_of(request)
            if request.method == "POST" and permission in COMMANDS:
                demand(viewer, permission, path)
            elif not may(viewer, permission, path):
                where = "for the whole organisation" if path == "/" else "anywhere"
                raise Forbidden(f"this page needs a role that includes {permission} {where}; ask your security head")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class RefusedMiddleware:
    """Answer a refused command with its reason, so that no view has to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refusal into its status and a page (a line of text for a fragment); leave the rest alone."""
        if not isinstance(error, Refused):
            return None
        status = status_of(error)
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error), status=status, content_type="text/plain")
        return render(request, "web/refused.html", {"reason": str(error), "status": status}, status=status)
