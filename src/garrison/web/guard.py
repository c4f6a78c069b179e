"""The doors of the System pages: who may open one at all."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from garrison.core.commands import Forbidden
from garrison.core.http import user_of
from garrison.core.scopes import may

View = Callable[..., HttpResponseBase]


def needs(permission: str, path: str = "") -> Callable[[View], View]:
    """Let in only those who hold ``permission``, in the unit ``path`` when one is named; refuse others with a reason.

    Selectors narrow what is shown; this says so at the door where a narrowed page would look like an empty one.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not may(user_of(request), permission, path):
                where = "for the whole organisation" if path == "/" else "anywhere"
                raise Forbidden(f"this page needs a role that includes {permission} {where}; ask your security head")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
