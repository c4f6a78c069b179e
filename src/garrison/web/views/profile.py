"""One's own page: roles, theme, password, second factor."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from garrison.core import services
from garrison.core.commands import Refused
from garrison.core.http import user_of
from garrison.core.ui import lists
from garrison.web.forms import PasswordForm, ThemeForm
from garrison.web.tables import load_second_factors, place_words


@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is here, what one may do, and how one signs in."""
    viewer = user_of(request)
    load_second_factors([viewer])
    context = {
        "grants": [(grant, place_words(grant.path)) for grant in viewer.grants.all()],
        "second_factor": viewer.__dict__["second_factor"],
        "form": ThemeForm(initial={"theme": request.COOKIES.get("theme") or viewer.theme}),
    }
    return render(request, "web/profile/profile.html", context)


@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """Set a first password after a one-time sign-in; whoever has one changes it where the old one is asked for."""
    actor = user_of(request)
    if actor.has_usable_password():
        return HttpResponseRedirect(reverse("account_change_password"))
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_own_password(actor=actor, password=form.cleaned_data["password"])
        except Refused as refusal:
            form.add_error("password", str(refusal))
        else:
            update_session_auth_hash(request, actor)
            return lists.done(request, _("Your password is set"), to="/")
    return render(request, "web/profile/first_password.html", {"form": form}, status=422 if form.errors else 200)
