"""OSCAL documents out: frameworks, resolved profiles, assessment results and plans of action."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.apps.compliance import selectors
from garrison.core.clock import local_day
from garrison.core.commands import Refused
from garrison.core.http import user_of
from garrison.formats.oscal import exchange


def _file(content: bytes, name: str, syntax: str) -> HttpResponse:
    """A document to keep."""
    response = HttpResponse(content, content_type=selectors.SYNTAXES[syntax])
    response["Content-Disposition"] = f'attachment; filename="{name}.{syntax}"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def framework_oscal(request: HttpRequest, uuid: UUID, syntax: str) -> HttpResponse:
    """A framework as an OSCAL document."""
    now, viewer = timezone.now(), user_of(request)
    framework = selectors.framework(viewer=viewer, uuid=uuid)
    content = selectors.as_oscal(viewer=viewer, framework=framework, syntax=syntax, at=now)
    return _file(content, selectors.name_of(framework, "oscal", local_day(now)), syntax)


@require_GET
def resolved(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a profile means: the controls that it resolves to, or the resolved catalogue itself."""
    now, viewer = timezone.now(), user_of(request)
    framework = selectors.framework(viewer=viewer, uuid=uuid)
    context: dict[str, object] = {"framework": framework, "at": now}
    try:
        found = selectors.resolution(viewer=viewer, framework=framework, at=now)
    except Refused as refusal:
        context["refusal"] = str(refusal)
        return render(request, "compliance/resolved.html", context)
    syntax = request.GET.get("format", "")
    if syntax in selectors.SYNTAXES:
        content = exchange.write("catalog", found.resolved.catalog, syntax)  # type: ignore[arg-type]
        return _file(content, selectors.name_of(framework, "resolved", local_day(now)), syntax)
    return render(request, "compliance/resolved.html", context | {"found": found})


@require_GET
def assessment_oscal(request: HttpRequest, uuid: UUID, document: str, syntax: str) -> HttpResponse:
    """An assessment as OSCAL assessment results, or as a plan of action and milestones."""
    now, viewer = timezone.now(), user_of(request)
    assessment = selectors.assessment(viewer=viewer, uuid=uuid)
    plan = document == "plan-of-action"
    content = selectors.results(viewer=viewer, assessment=assessment, syntax=syntax, plan=plan, at=now)
    return _file(content, f"{document}-{local_day(now)}", syntax)
