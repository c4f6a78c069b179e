"""Pages of one framework: its tree with statuses, its gaps, its statement of applicability, its versions."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.views.handing import handed
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.registries import panels
from garrison.core.scopes import may
from garrison.core.ui import figures, lists


def unit_of(request: HttpRequest, viewer: User) -> Unit | None:
    """The unit that the page is asked for; none for all that is in sight."""
    path = request.GET.get("unit", "").replace("\x00", "")
    return selectors.unit_at(viewer=viewer, path=path) if path else None


def text_of(request: HttpRequest) -> str:
    """What is searched for."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


def _where(unit: Unit | None) -> str:
    """A scope in words."""
    return unit.name if unit else _("all that you may see")


@require_GET
def framework_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One framework with all its requirements as a tree, each with how it stands."""
    now, viewer = timezone.now(), user_of(request)
    framework, unit, text = selectors.framework(viewer=viewer, uuid=uuid), unit_of(request, viewer), text_of(request)
    stands = selectors.standing(viewer=viewer, framework=framework, as_of=local_day(now), unit=unit, text=text)
    only = request.GET.get("show", "")
    context = {
        "framework": framework,
        "at": now,
        "text": text,
        "only": only if only in selectors.VERDICTS else "",
        "unit": unit,
        "units": organization.unit_choices(viewer=viewer),
        "stands": stands,
        "tree": selectors.drawn_tree(stands, only=only, opened=bool(text or only)),
        "choices": [(word, told[0]) for word, told in selectors.VERDICTS.items()],
        "versions": selectors.versions(viewer=viewer, framework=framework),
        "blocks": panels("compliance.framework", viewer=viewer, subject=framework, as_of=now),
    }
    return render(request, "compliance/framework.html", context)


@require_GET
def by_unit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A framework's standing in each unit."""
    now, viewer = timezone.now(), user_of(request)
    framework = selectors.framework(viewer=viewer, uuid=uuid)
    units = selectors.units_below(list(organization.units(viewer=viewer)))
    totals = selectors.rolled_up(viewer=viewer, framework=framework, as_of=local_day(now), units=units)
    return render(request, "compliance/by_unit.html", {"framework": framework, "totals": totals, "at": now})


@require_GET
def gaps(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A framework as an auditor reads it: by standard, what is met, decided, shown, missing, and what comes next."""
    now, viewer = timezone.now(), user_of(request)
    today = local_day(now)
    framework, unit = selectors.framework(viewer=viewer, uuid=uuid), unit_of(request, viewer)
    stands = selectors.standing(viewer=viewer, framework=framework, as_of=today, unit=unit)
    if request.GET.get("format"):
        document = selectors.gap_report(stands, as_of=today, where=_where(unit))
        return handed(request, document, selectors.name_of(framework, "gaps", today), viewer=viewer, at=now)
    only_open = request.GET.get("show") == "open"
    context = {
        "framework": framework,
        "stands": stands,
        "groups": selectors.gaps(stands, as_of=today, only_open=only_open),
        "only": "open" if only_open else "",
        "choices": [("open", _("Only what is missing"))],
        "unit": unit,
        "units": organization.unit_choices(viewer=viewer),
        "addressable": sum(line.obligation == "addressable" for line in stands.lines),
        "decided": sum(line.obligation == "addressable" and line.decision is not None for line in stands.lines),
        "reports": list(selectors.reports(viewer=viewer)) if framework.family.startswith("sox") else [],
        "at": now,
    }
    return render(request, "compliance/gaps.html", context)


@require_GET
def applicability(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The statement of applicability, on the page, as XLSX or as PDF."""
    now, viewer = timezone.now(), user_of(request)
    today = local_day(now)
    framework, unit = selectors.framework(viewer=viewer, uuid=uuid), unit_of(request, viewer)
    stands = selectors.standing(viewer=viewer, framework=framework, as_of=today, unit=unit)
    document = selectors.applicability(stands, as_of=today, where=_where(unit))
    if request.GET.get("format"):
        return handed(request, document, selectors.name_of(framework, "applicability", today), viewer=viewer, at=now)
    context = {"framework": framework, "stands": stands, "unit": unit, "table": document.tables[0], "at": now}
    context["units"] = organization.unit_choices(viewer=viewer)
    return render(request, "compliance/applicability.html", context)


@require_GET
def versions(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """Two versions of a framework side by side."""
    viewer = user_of(request)
    after, before = selectors.framework(viewer=viewer, uuid=uuid), selectors.framework(viewer=viewer, uuid=other)
    changes = selectors.diff(viewer=viewer, before=before, after=after)
    kinds: dict[str, int] = {}
    for change in changes:
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
    context = {
        "before": before,
        "after": after,
        "changes": [change for change in changes if change.kind != "same"],
        "kinds": kinds,
        "carries": sum(change.carries for change in changes),
        "may_carry": may(viewer, "compliance.carry_over"),
    }
    return render(request, "compliance/versions.html", context)


@require_POST
@needs("compliance.carry_over")
def carry_over(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """Carry what was said of the older version over."""
    told = services.carry_over(actor=user_of(request), before=other, after=uuid, at=timezone.now())
    said = _("Carried over: %(mappings)s mappings, %(applicability)s words about applicability, %(tests)s tests") % {
        name: figures.number(told[name]) for name in ("mappings", "applicability", "tests")
    }
    return lists.done(request, said, to=reverse("compliance:versions", args=[uuid, other]))
