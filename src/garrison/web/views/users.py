"""Who may sign in, and what they may do where."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.core import links, selectors, services
from garrison.core.commands import Refused
from garrison.core.http import needs, user_of
from garrison.core.ui import lists
from garrison.web.forms import GrantForm, InviteForm
from garrison.web.tables import USERS, load_second_factors, place_words


@require_GET
@needs("users.view")
def everyone(request: HttpRequest) -> HttpResponseBase:
    """Everyone who can sign in."""
    return lists.respond(request, USERS, selectors.users(viewer=user_of(request)), at=timezone.now())


@require_http_methods(["GET", "POST"])
@needs("users.add")
def invite(request: HttpRequest) -> HttpResponse:
    """Add somebody with their first role; their one-time sign-in link is shown this once."""
    actor = user_of(request)
    form = InviteForm(request.POST or None, viewer=actor)
    if request.method == "POST" and form.is_valid():
        try:
            added, link = links.invite(actor=actor, base=_base(request), **form.cleaned_data | {"until": form.end})
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "web/users/link.html", {"subject": added, "link": link, "new": True})
    return render(request, "web/users/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs("users.view")
def user(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One user: roles, second factor, and what can be done about them."""
    viewer = user_of(request)
    found = selectors.user(viewer=viewer, uuid=uuid)
    load_second_factors([found])
    context = {
        "subject": found,
        "second_factor": found.__dict__["second_factor"],
        "grants": [(grant, place_words(grant.path)) for grant in found.grants.all()],
        "form": GrantForm(viewer=viewer),
        "at": timezone.now(),
    }
    return render(request, "web/users/user.html", context)


@require_POST
@needs("users.grant")
def grant(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give a role in a unit."""
    actor = user_of(request)
    form = GrantForm(request.POST, viewer=actor)
    if not form.is_valid():
        return lists.refused(request, _("Choose a role and where it holds."))
    role, path = form.cleaned_data["role"], form.cleaned_data["path"]
    given = services.grant_role(actor=actor, user=uuid, role=role, path=path, until=form.end)
    words = {"name": given.user, "role": role, "place": place_words(path)}
    return lists.done(request, _("%(name)s is now %(role)s, %(place)s") % words, to=_page(uuid))


@require_POST
@needs("users.revoke")
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a role in a unit away."""
    role, path = request.POST.get("role", ""), request.POST.get("path", "")
    services.revoke_role(actor=user_of(request), user=uuid, role=role, path=path)
    return lists.done(request, _("No longer %(role)s there") % {"role": role}, to=_page(uuid))


@require_POST
@needs("users.activate")
def activate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let somebody sign in again."""
    services.activate(actor=user_of(request), user=uuid)
    return lists.done(request, _("They may sign in again"), to=_page(uuid))


@require_POST
@needs("users.deactivate")
def deactivate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop somebody from signing in."""
    services.deactivate(actor=user_of(request), user=uuid)
    return lists.done(request, _("They can no longer sign in"), to=_page(uuid))


@require_POST
@needs("users.reset_mfa")
def reset_mfa(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Forget somebody's second factors."""
    services.reset_mfa(actor=user_of(request), user=uuid)
    return lists.done(request, _("The second factor is off until they add a new one"), to=_page(uuid))


@require_POST
@needs("users.issue_link")
def link(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make a new one-time sign-in link; it is shown this once."""
    viewer = user_of(request)
    made = links.issue_link(actor=viewer, user=uuid, base=_base(request))
    found = selectors.user(viewer=viewer, uuid=uuid)
    return render(request, "web/users/link.html", {"subject": found, "link": made, "new": False})


def _page(uuid: UUID) -> str:
    """The user's page."""
    return reverse("web:user", args=[uuid])


def _base(request: HttpRequest) -> str:
    """The address under which the asker reaches this server."""
    return f"{request.scheme}://{request.get_host()}"
