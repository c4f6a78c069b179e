"""Lists of what runs on assets and what they are made of."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.apps.assets import selectors
from garrison.apps.assets.views.columns import SERVICES, SOFTWARE
from garrison.core.http import user_of
from garrison.core.ui import lists


@require_GET
def software_list(request: HttpRequest) -> HttpResponseBase:
    """The components of all assets."""
    return lists.respond(request, SOFTWARE, selectors.software(viewer=user_of(request)), at=timezone.now())


@require_GET
def service_list(request: HttpRequest) -> HttpResponseBase:
    """The network services of all hosts."""
    return lists.respond(request, SERVICES, selectors.services(viewer=user_of(request)), at=timezone.now())
