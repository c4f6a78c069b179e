"""What is done with a policy from its page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from garrison.apps.policies import selectors, services
from garrison.apps.policies.forms import DecideForm, EnforcementForm, FactsForm, ReasonForm, SubmitForm
from garrison.apps.policies.views.page import detail_page
from garrison.core.http import needs, user_of
from garrison.core.ui import lists


def _home(uuid: UUID) -> str:
    """The address of a policy."""
    return reverse("policies:detail", args=[uuid])


@require_POST
@needs("policies.revise")
def revise(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Begin the next version and open it in the editor."""
    version = services.revise(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = _("Version %(n)s begun from the words in force") % {"n": version.number}
    return lists.done(request, said, to=reverse("policies:edit", args=[uuid]))


@require_POST
@needs("policies.submit")
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the draft to its approvers."""
    viewer = user_of(request)
    policy = selectors.own_policy(viewer=viewer, uuid=uuid)
    form = SubmitForm(request.POST, viewer=viewer, path=policy.path)
    if not form.is_valid():
        return detail_page(request, uuid, forms={"submit_form": form, "open_dialog": "submit"})
    told = form.cleaned_data
    services.submit(
        actor=viewer,
        uuid=uuid,
        at=timezone.now(),
        approvers=[UUID(said) for said in told["approvers"]],
        quorum=told["quorum"],
    )
    said = _("Sent for review; %(m)s of %(n)s must approve") % {"m": told["quorum"], "n": len(told["approvers"])}
    return lists.done(request, said, to=_home(uuid))


@require_POST
@needs("policies.approve")
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve or refuse what is in review."""
    form = DecideForm(request.POST)
    if not form.is_valid():
        return detail_page(request, uuid, forms={"decide_form": form})
    told = form.cleaned_data
    version = services.approve(
        actor=user_of(request),
        uuid=uuid,
        at=timezone.now(),
        decision=told["decision"],
        reason=told["reason"],
        sha256=told["sha256"],
    )
    outcome = {
        "approved": _("Approved; the quorum is reached"),
        "draft": _("Refused; the quorum can no longer be reached, so it is a draft again"),
    }
    return lists.done(request, outcome.get(version.state, _("Your decision is kept")), to=_home(uuid))


@require_POST
@needs("policies.publish")
def publish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Bring the approved version into force."""
    version = services.publish(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = _("Version %(n)s is in force; those it binds are asked to acknowledge it") % {"n": version.number}
    return lists.done(request, said, to=_home(uuid))


@require_POST
@needs("policies.retire")
def retire(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take it out of force, or give the draft up."""
    form = ReasonForm(request.POST, prefix="retire")
    if not form.is_valid():
        return detail_page(request, uuid, forms={"retire_form": form, "open_dialog": "retire"})
    services.retire(actor=user_of(request), uuid=uuid, at=timezone.now(), reason=form.cleaned_data["reason"])
    return lists.done(request, _("Retired; its words and who acknowledged them are kept"), to=_home(uuid))


@require_POST
@needs("policies.confirm_review")
def confirm_review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It was looked at and stands as it is."""
    form = ReasonForm(request.POST, prefix="reviewed")
    if not form.is_valid():
        return detail_page(request, uuid, forms={"review_form": form, "open_dialog": "reviewed"})
    policy = services.confirm_review(
        actor=user_of(request), uuid=uuid, at=timezone.now(), note=form.cleaned_data["reason"]
    )
    return lists.done(request, _("Reviewed; next by %(day)s") % {"day": policy.review_due}, to=_home(uuid))


@require_http_methods(["GET", "POST"])
def facts(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Whose it is, whom it binds, how often it is looked at."""
    viewer = user_of(request)
    policy = selectors.own_policy(viewer=viewer, uuid=uuid)
    if request.method == "POST":
        form = FactsForm(request.POST, viewer=viewer)
        if form.is_valid():
            services.set_facts(actor=viewer, uuid=uuid, **form.cleaned_data)
            return lists.done(request, _("Saved"), to=_home(uuid))
    else:
        names = ("title", "kind", "owner", "audience", "review_months", "acknowledge")
        told = {name: getattr(policy, name) for name in names}
        told |= {"audience_words": ", ".join(policy.audience_words), "units": [u.code for u in policy.units.all()]}
        form = FactsForm(initial=told, viewer=viewer)
    context = {"policy": policy, "form": form}
    return render(request, "policies/facts.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs("policies.link_enforcement")
def link_enforcement(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Name what shows that it is kept."""
    form = EnforcementForm(request.POST, viewer=user_of(request))
    if not form.is_valid():
        return detail_page(request, uuid, forms={"enforcement_form": form, "open_dialog": "enforcement"})
    told = form.cleaned_data
    _link, undo = services.link_enforcement(
        actor=user_of(request),
        uuid=uuid,
        at=timezone.now(),
        kind=told["kind"],
        control=UUID(told["control"]) if told["control"] else None,
        how=told["how"],
    )
    return lists.done(request, _("Named as what shows that it is kept"), undo=undo, to=_home(uuid))


@require_POST
@needs("policies.unlink_enforcement")
def unlink_enforcement(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """No longer name it."""
    policy = services.unlink_enforcement(actor=user_of(request), uuid=uuid)
    return lists.done(request, _("No longer named"), to=_home(policy.uuid))
