"""Pages of the compliance app."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import Framework
from garrison.core.http import user_of
from garrison.core.registries import panels
from garrison.core.ui import cells, figures, lists

FRAMEWORKS = lists.ListPage(
    key="compliance.frameworks",
    title=_("Frameworks"),
    noun=_("frameworks"),
    columns=[
        lists.Column(
            "framework",
            _("Framework"),
            header="title",
            order=("title", "version"),
            value="title",
            cell=lambda f, look: cells.two(
                f.title,
                _now("version %(version)s") % {"version": f.version} if f.version else f.ident,
                url=reverse("compliance:framework", args=[f.uuid]),
            ),
        ),
        lists.Column("requirements", _("Requirements"), order=("in_force",), value="in_force", numeric=True),
        lists.Column("withdrawn", _("Withdrawn"), order=("gone",), value="gone", numeric=True, priority=2),
        lists.Column("kind", _("Kind"), order=("kind",), cell=lambda f, look: f.get_kind_display(), priority=2),
        lists.Column("published", _("Published"), order=("published",), value=lambda f: f.published[:10], priority=3),
        lists.Column("version", _("Version"), export_only=True),
        lists.Column("ident", _("Known as"), export_only=True),
        lists.Column("origin", _("Taken from"), export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[lists.Filter("kind", _("Kind"), "choice", choices=Framework.KINDS)],
    search=("title", "ident"),
    sort="framework",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("catalogues", _("Catalogues"), {"kind": "catalogue"}),
        lists.View("profiles", _("Profiles"), {"kind": "profile"}),
    ],
    empty=lists.Empty(
        _("No frameworks yet"),
        _("Drop an OSCAL catalogue or profile here, JSON or XML: NIST SP 800-53, the Cybersecurity Framework, HIPAA."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    name=lambda framework: framework.title,
)


@require_GET
def framework_list(request: HttpRequest) -> HttpResponseBase:
    """What we owe: the frameworks that were imported."""
    viewer = user_of(request)
    counted = selectors.counts(viewer=viewer)
    frameworks, requirements = counted["frameworks"], counted["requirements"]
    line = " ".join(
        (
            ngettext("%(n)s framework", "%(n)s frameworks", frameworks) % {"n": figures.number(frameworks)},
            ngettext("with %(n)s requirement in force.", "with %(n)s requirements in force.", requirements)
            % {"n": figures.number(requirements)},
        )
    )
    rows = selectors.frameworks(viewer=viewer)
    extra = {"scope_line": line if counted["frameworks"] else ""}
    return lists.respond(request, FRAMEWORKS, rows, extra, at=timezone.now())


@require_GET
def framework_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One framework with all its requirements as a tree."""
    now, viewer = timezone.now(), user_of(request)
    framework = selectors.framework(viewer=viewer, uuid=uuid)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    context = {
        "framework": framework,
        "at": now,
        "text": text,
        "groups": selectors.tree(viewer=viewer, framework=framework, text=text),
        "blocks": panels("compliance.framework", viewer=viewer, subject=framework, as_of=now),
    }
    return render(request, "compliance/framework.html", context)


@require_GET
def requirement_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One requirement: its wording, its place, and who else asks for it."""
    now, viewer = timezone.now(), user_of(request)
    requirement = selectors.requirement(viewer=viewer, uuid=uuid)
    context = {
        "requirement": requirement,
        "at": now,
        "near": selectors.near(viewer=viewer, requirement=requirement),
        "blocks": panels("compliance.requirement", viewer=viewer, subject=requirement, as_of=now),
    }
    return render(request, "compliance/requirement.html", context)
