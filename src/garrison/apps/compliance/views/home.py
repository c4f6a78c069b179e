"""The compliance home and the list of frameworks."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.models import Framework
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
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
        lists.Column("legal_status", _("Status"), order=("legal_status",), priority=2),
        lists.Column("kind", _("Kind"), order=("kind",), cell=lambda f, look: f.get_kind_display(), priority=2),
        lists.Column("published", _("Published"), order=("published",), value=lambda f: f.published[:10], priority=3),
        lists.Column("version", _("Version"), export_only=True),
        lists.Column("ident", _("Known as"), export_only=True),
        lists.Column("family", _("Family"), export_only=True),
        lists.Column("publisher", _("Publisher"), export_only=True),
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
    crumbs=((_("Compliance"), "/compliance/"),),
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What we owe and whether we can show it: every number opens to what it was made from."""
    now, viewer = timezone.now(), user_of(request)
    context = {
        "home": selectors.home(viewer=viewer, as_of=local_day(now)),
        "at": now,
        "today": local_day(now),
        "may_load": may(viewer, "compliance.load_shipped"),
        "may_measure": may(viewer, "compliance.measure", "/"),
    }
    return render(request, "compliance/home.html", context)


@require_GET
def framework_list(request: HttpRequest) -> HttpResponseBase:
    """The frameworks that were imported or came with the product."""
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


@require_POST
@needs("compliance.load_shipped")
def load_shipped(request: HttpRequest) -> HttpResponse:
    """Store the frameworks that come with the product."""
    told = services.load_shipped(actor=user_of(request))
    said = _now("%(n)s frameworks and requirements stored") % {"n": figures.number(told["stored"])}
    return lists.done(request, said, to=reverse("compliance:home"))


@require_POST
@needs("compliance.measure")
def measure(request: HttpRequest) -> HttpResponse:
    """Let the system measure itself now."""
    items = services.measure(actor=user_of(request), at=timezone.now())
    said = _now("%(n)s measures taken") % {"n": len(items)}
    return lists.done(request, said, to=reverse("compliance:evidence") + "?view=measures")
