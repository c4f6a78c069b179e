"""The list of policies, one policy, its versions, their differences and documents."""

from dataclasses import replace
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from garrison.apps.organization import selectors as organization
from garrison.apps.policies import selectors
from garrison.apps.policies.models import Policy
from garrison.apps.policies.views.page import detail_page
from garrison.core.clock import local_day
from garrison.core.http import user_of
from garrison.core.ui import cells, figures, lists

STANDINGS = {
    "draft": (_("Draft"), "", "pencil"),
    "review": (_("In review"), "acc", "eye"),
    "approved": (_("Approved, not published"), "acc", "check"),
    "published": (_("In force"), "ok", ""),
    "retired": (_("Retired"), "mute", "archive"),
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

POLICIES = lists.ListPage(
    key="policies.policies",
    title=_("Policies"),
    noun=_("policies"),
    template="policies/list.html",
    columns=[
        lists.Column(
            "policy",
            _("Policy"),
            header="title",
            order=("title",),
            value="title",
            cell=lambda policy, look: cells.two(
                policy.title,
                " · ".join(part for part in (policy.code, policy.get_kind_display(), policy.owner) if part),
                url=reverse("policies:detail", args=[policy.uuid]),
            ),
        ),
        lists.Column(
            "standing",
            _("Stands"),
            value="standing",
            order=("standing",),
            nowrap=True,
            cell=lambda policy, look: _standing(policy),
        ),
        lists.Column(
            "acknowledged",
            _("Acknowledged"),
            value=lambda policy: policy.progress[0] if policy.progress else "",
            priority=2,
            width="w188",
            cell=lambda policy, look: _progress(policy),
        ),
        lists.Column("bound", _("Bound"), value=lambda policy: policy.progress[1] if policy.progress else "",
                     export_only=True),
        lists.Column(
            "review",
            _("Next review"),
            header="review_due",
            order=("review_due",),
            value="review_due",
            nowrap=True,
            priority=2,
            cell=lambda policy, look: cells.due(policy.review_due, local_day(look.at))
            if policy.review_due
            else cells.text(_now("begins when it is published"), muted=True),
        ),
        lists.Column(
            "unit",
            _("Belongs to"),
            header="unit_code",
            order=("unit__name",),
            value="unit.code",
            priority=3,
            cell=lambda policy, look: policy.unit.name if policy.unit else _("the whole organisation"),
        ),
        lists.Column("code", _("Code"), order=("code",), value="code", export_only=True),
        lists.Column("kind", _("Kind"), value="kind", export_only=True),
        lists.Column("version", _("Version"), value="in_force", export_only=True),
        lists.Column("owner", _("Owner"), order=("owner",), shown=False),
    ],
    filters=[
        lists.Filter("standing", _("Stands"), "choice", choices=[(key, said[0]) for key, said in STANDINGS.items()]),
        lists.Filter("kind", _("Kind"), "choice", choices=Policy.KINDS),
        lists.Filter("review", _("Review"), "choice", lookup="marked", choices=Policy.MARKS[1:]),
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices,
                     shown=False),
        lists.Filter("owner", _("Owner"), "text", lookup="owner__icontains", shown=False),
        lists.Filter("work", _("Next version in work"), "boolean", q=lambda yes: Q(in_work__isnull=not yes),
                     shown=False),
    ],
    search=("code", "title", "owner"),
    sort="policy",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("force", _("In force"), {"standing": "published"}),
        lists.View("work", _("In work"), {"work": "yes"}),
        lists.View("late", _("Review overdue"), {"review": "overdue"}),
    ],
    empty=lists.Empty(
        _("No policies yet"),
        _("Begin with one of our templates: they are filled with what is known of the organisation."),
        _("Start from a template"),
        "policies:templates",
    ),
    rule=_("Reviews are marked once a day: due within 30 days, or overdue."),
    name=lambda policy: policy.title,
)  # fmt: skip


def _standing(policy: Policy) -> SafeString:
    """How a policy stands, and what is in work beside it."""
    words, kind, symbol = STANDINGS[policy.standing]  # type: ignore[attr-defined]
    badge = cells.state(words, kind, symbol)
    work = policy.in_work  # type: ignore[attr-defined]
    if policy.standing == "published" and work:  # type: ignore[attr-defined]
        return badge + cells.two("", STANDINGS[work][0], plain=True)
    return badge


def _progress(policy: Policy) -> SafeString:
    """How many of those whom it binds acknowledged the version in force."""
    counted = policy.progress  # type: ignore[attr-defined]
    if counted is None:
        return cells.text("" if policy.acknowledge else _now("not asked for"), muted=True)
    done, bound = counted
    said = _now("%(n)s of %(m)s") % {"n": figures.number(done), "m": figures.number(bound)}
    return cells.share(done, bound, said, label=_now("Acknowledged: %(said)s") % {"said": said})


@require_GET
def policy_list(request: HttpRequest) -> HttpResponseBase:
    """The policies in sight: how each stands, who acknowledged it, when it is looked at again."""
    now, viewer = timezone.now(), user_of(request)

    def prepare(rows: list[Policy]) -> None:
        """Count acknowledgements for the rows of a page."""
        counted = selectors.progress(viewer=viewer, rows=rows)
        for row in rows:
            row.progress = counted.get(row.pk)  # type: ignore[attr-defined]

    late = selectors.reviews_due(viewer=viewer)
    line = ngettext("%(n)s review is due or overdue.", "%(n)s reviews are due or overdue.", late) % {"n": late}
    context = {"scope_line": line if late else _("No review is due."), "shown": selectors.shown_for(viewer=viewer)}
    return lists.respond(request, replace(POLICIES, prepare=prepare), selectors.listed(viewer=viewer), context, at=now)


@require_GET
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One policy: its words in force, approvals, acknowledgement, what enforces it, its exceptions."""
    return detail_page(request, uuid)


@require_GET
def version(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """The words of one version."""
    return detail_page(request, uuid, number=number)


@require_GET
def difference(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of one version in another."""
    viewer = user_of(request)
    policy = selectors.policy(viewer=viewer, uuid=uuid)
    rows = selectors.versions(viewer=viewer, policy=policy)
    numbers = [row.number for row in rows]
    new, old = (_number(request.GET.get(name, "")) for name in ("new", "old"))
    new = new if new in numbers else (numbers[0] if numbers else 0)
    earlier = [number for number in numbers if number < (new or 0)]
    old = old if old in numbers else (earlier[0] if earlier else new)
    context: dict[str, object] = {"policy": policy, "versions": rows, "old_number": old, "new_number": new}
    if len(numbers) > 1 and old and new:
        before, now, changes = selectors.difference(viewer=viewer, uuid=uuid, old=old, new=new)
        moved = [change for change in changes if change.kind != "same"]
        context |= {"old": before, "new": now, "changes": changes, "moved": len(moved)}
    return render(request, "policies/compare.html", context)


def _number(said: str) -> int | None:
    """A version's number; None for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None


@require_GET
def document(request: HttpRequest, uuid: UUID, number: int, form: str) -> HttpResponse:
    """A version as Markdown, Word or PDF."""
    viewer, now = user_of(request), timezone.now()
    if form not in ("md", "docx", "pdf"):
        raise Http404
    shown = selectors.version(viewer=viewer, uuid=uuid, number=number)
    if form == "md":
        body, kind = selectors.markdown(viewer=viewer, version=shown), "text/markdown; charset=utf-8"
    elif form == "docx":
        body, kind = selectors.word(viewer=viewer, version=shown, at=now), DOCX
    else:
        body, kind = selectors.pdf(viewer=viewer, version=shown, at=now), "application/pdf"
    response = HttpResponse(body, content_type=kind)
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in shown.policy.code)
    response["Content-Disposition"] = f'attachment; filename="{name}-v{number}.{form}"'
    response["Cache-Control"] = "no-store"
    return response
