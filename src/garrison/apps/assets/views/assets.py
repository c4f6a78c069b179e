"""The list of assets, one asset's page, and what is decided on them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.assets import selectors, services
from garrison.apps.assets.forms import CriticalForm, ExposureForm, OwnerForm, TestForm
from garrison.apps.assets.views.columns import ASSETS, ICONS, standing
from garrison.core.http import needs, user_of
from garrison.core.registries import panels
from garrison.core.ui import figures, lists


@require_GET
def asset_list(request: HttpRequest) -> HttpResponseBase:
    """Everything in the register: computers and doors in one list."""
    viewer = user_of(request)

    def scope_line() -> str:
        """What there is, counted only when the whole page is drawn."""
        counted = selectors.kinds(viewer=viewer)
        hosts, devices, others = (counted[name] for name in ("hosts", "devices", "subjects"))
        told = (
            ngettext("%(n)s host", "%(n)s hosts", hosts) % {"n": figures.number(hosts)},
            ngettext("%(n)s door or device", "%(n)s doors and devices", devices) % {"n": figures.number(devices)},
            ngettext("%(n)s application or image", "%(n)s applications, images and other subjects", others)
            % {"n": figures.number(others)},
        )
        return f"{', '.join(told)}." if counted["assets"] else ""

    rows = selectors.assets(viewer=viewer)
    return lists.respond(request, ASSETS, rows, {"scope_line": scope_line}, at=timezone.now())


@require_GET
def asset_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One asset."""
    return _detail(request, uuid, None)


@require_POST
@needs("assets.record_test")
def record_test(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a test of a door or device."""
    form = TestForm(request.POST)
    if not form.is_valid():
        return _detail(request, uuid, form)
    done = services.record_test(
        actor=user_of(request),
        uuid=uuid,
        on=form.cleaned_data["on"],
        passed=form.passed,
        note=form.cleaned_data["note"],
        at=timezone.now(),
    )
    said = _("Test of %(code)s recorded") % {"code": done.test.asset.code}
    return lists.done(request, said, undo=done.undo, to=reverse("assets:detail", args=[uuid]))


def _detail(request: HttpRequest, uuid: UUID, form: TestForm | None) -> HttpResponse:
    """The asset's page, with the form as it was sent when something was wrong with it."""
    now, viewer = timezone.now(), user_of(request)
    asset = selectors.asset(viewer=viewer, uuid=uuid)
    context = {
        "asset": asset,
        "at": now,
        "icon": ICONS[asset.kind],
        "icons": ICONS,
        "standing": standing(asset),
        "told": selectors.about(viewer=viewer, asset=asset),
        "form": form or TestForm(initial={"on": timezone.localdate(now)}),
        "may_test": selectors.may_test(viewer=viewer, asset=asset),
        "blocks": panels("assets.asset", viewer=viewer, subject=asset, as_of=now),
    }
    return render(request, "assets/asset.html", context, status=422 if form else 200)


def _chosen(request: HttpRequest) -> list[UUID]:
    """The assets that a bulk action was posted for."""
    return lists.chosen(request, ASSETS, selectors.assets(viewer=user_of(request)), at=timezone.now())


def _said(number: int) -> str:
    """How many assets were changed."""
    return ngettext("%(n)s asset changed", "%(n)s assets changed", number) % {"n": figures.number(number)}


@require_POST
@needs("assets.assign_owner")
def assign_owner(request: HttpRequest) -> HttpResponse:
    """Say who answers for the chosen assets."""
    form, uuids = OwnerForm(request.POST, prefix="owner"), _chosen(request)
    if not form.is_valid():
        return lists.refused(request, _("Give a name of at most 200 characters."))
    undo = services.assign_owner(
        actor=user_of(request), uuids=uuids, owner=form.cleaned_data["owner"], at=timezone.now()
    )
    return lists.done(request, _said(len(uuids)), undo=undo)


@require_POST
@needs("assets.set_critical")
def set_critical(request: HttpRequest) -> HttpResponse:
    """Say whether the chosen assets are critical."""
    form, uuids = CriticalForm(request.POST, prefix="critical"), _chosen(request)
    if not form.is_valid():
        return lists.refused(request, _("Choose yes or no."))
    undo = services.set_critical(actor=user_of(request), uuids=uuids, critical=form.value, at=timezone.now())
    return lists.done(request, _said(len(uuids)), undo=undo)


@require_POST
@needs("assets.set_exposed")
def set_exposed(request: HttpRequest) -> HttpResponse:
    """Say whether the chosen assets are reachable from the internet."""
    form, uuids = ExposureForm(request.POST, prefix="exposed"), _chosen(request)
    if not form.is_valid():
        return lists.refused(request, _("Choose yes, no or unknown."))
    undo = services.set_exposed(actor=user_of(request), uuids=uuids, exposed=form.value, at=timezone.now())
    return lists.done(request, _said(len(uuids)), undo=undo)
