"""Accounts, badges, and somebody's movements."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from garrison.apps.access import selectors, services
from garrison.apps.access.forms import LookForm
from garrison.apps.access.models import Account, Badge
from garrison.apps.people import selectors as people
from garrison.core.http import user_of
from garrison.core.scopes import paths
from garrison.core.ui import cells, lists

MATCHED = [
    ("number", gettext_lazy("employee number")),
    ("e-mail", gettext_lazy("e-mail")),
    ("name", gettext_lazy("full name")),
    ("none", gettext_lazy("nobody")),
]
STATES = {
    "active": ("", "circle-check"),
    "suspended": ("mute", "lock"),
    "lost": ("warn", "alert-triangle"),
    "ended": ("mute", "lock"),
}


def person_cell(row: Account | Badge, look: lists.Look) -> SafeString:
    """Whose it is, and how that was found."""
    if row.person is None:
        said = row.holder if isinstance(row, Badge) else row.name
        return cells.two(said or _("Nobody"), _("not on the roster"), kind="warn" if _works(row) else "")
    how = {"number": _("by employee number"), "e-mail": _("by e-mail"), "name": _("by full name")}
    if row.person.status == "left" and _works(row):
        url = reverse("access:leaver", args=[row.person.uuid])
        return cells.two(row.person.name, _("has left, still open"), url=url, kind="crit")
    return cells.two(row.person.name, how.get(row.matched_by, ""))


def _works(row: Account | Badge) -> bool:
    """Whether it still opens anything."""
    return row.status == "active" if isinstance(row, Badge) else row.enabled


def badge_state(row: Badge, look: lists.Look) -> SafeString:
    """Whether the badge works."""
    if row.status == "active" and row.closing_asked:
        return cells.state(_("Closing asked"), "acc", "clock")
    kind, symbol = STATES[row.status]
    return cells.state(row.get_status_display().capitalize(), kind, symbol)


def account_state(row: Account, look: lists.Look) -> SafeString:
    """Whether the account may sign in."""
    if row.enabled and row.closing_asked:
        return cells.state(_("Closing asked"), "acc", "clock")
    return cells.state(_("Enabled"), "", "circle-check") if row.enabled else cells.state(_("Disabled"), "mute")


BADGES = lists.ListPage(
    key="access.badges",
    title=gettext_lazy("Badges"),
    noun=gettext_lazy("badges"),
    columns=[
        lists.Column("card", gettext_lazy("Badge"), header="card_number", order=("card",), value="card", nowrap=True,
                     cell=lambda row, look: cells.two(row.card, ", ".join(row.levels[:3]))),
        lists.Column("person", gettext_lazy("Holder"), header="holder_name", order=("holder",), value="holder",
                     cell=person_cell),
        lists.Column("status", gettext_lazy("State"), cell=badge_state, order=("status",), priority=2),
        lists.Column("valid_until", gettext_lazy("Valid until"), order=("valid_until",), priority=3, nowrap=True,
                     cell=lambda row, look: cells.text(row.valid_until and cells.when(row.valid_until))),
        lists.Column("last_used", gettext_lazy("Last let in"), order=("last_used",), priority=2, nowrap=True,
                     cell=lambda row, look: cells.when(row.last_used, look.at)),
        lists.Column("number", "number", header="employee_number", export_only=True),
        lists.Column("email", "email", export_only=True),
        lists.Column("valid_from", "valid_from", export_only=True),
        lists.Column("levels", "levels", header="access_levels", export_only=True,
                     value=lambda row: ";".join(row.levels)),
        lists.Column("matched_by", "matched_by", export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("status", gettext_lazy("State"), "multi", choices=Badge.STATUSES),
        lists.Filter("matched", gettext_lazy("Matched by"), choices=MATCHED, q=selectors.condition_of_match),
        lists.Filter("left", gettext_lazy("Holder has left"), "boolean", q=selectors.condition_of_leaving),
    ],
    search=("card", "holder", "person__name", "number"),
    sort="card",
    views=[
        lists.View("active", gettext_lazy("Active"), {"status": "active"}),
        lists.View("left", gettext_lazy("Holder has left"), {"status": "active", "left": "yes"}),
        lists.View("nobody", gettext_lazy("Of nobody"), {"status": "active", "matched": "none"}),
        lists.View("all", gettext_lazy("All"), {}),
    ],
    empty=lists.Empty(gettext_lazy("No badges yet"), gettext_lazy(
        "Drop the list of badge holders here: CSV or XLSX with card number, holder, status."),
        gettext_lazy("Import"), "web:upload"),
    import_url_name="web:upload",
    template="access/register.html",
    name=lambda row: row.card,
)  # fmt: skip

ACCOUNTS = lists.ListPage(
    key="access.accounts",
    title=gettext_lazy("Accounts"),
    noun=gettext_lazy("accounts"),
    columns=[
        lists.Column("login", gettext_lazy("Account"), order=("login",), value="login",
                     cell=lambda row, look: cells.two(row.login, _("privileged") if row.privileged else "")),
        lists.Column("person", gettext_lazy("Person"), header="display_name", order=("name",), value="name",
                     cell=person_cell),
        lists.Column("state", gettext_lazy("State"), header="enabled", order=("enabled",), value="enabled",
                     cell=account_state, priority=2),
        lists.Column("last_used", gettext_lazy("Last signed in"), header="last_sign_in", order=("last_used",),
                     priority=2,
                     nowrap=True, cell=lambda row, look: cells.when(row.last_used, look.at)),
        lists.Column("groups", gettext_lazy("Groups"), value=lambda row: ";".join(row.groups), priority=3,
                     cell=lambda row, look: cells.text(", ".join(row.groups[:3]), muted=True)),
        lists.Column("number", "number", header="employee_number", export_only=True),
        lists.Column("email", "email", export_only=True),
        lists.Column("privileged", "privileged", export_only=True),
        lists.Column("created", "created", export_only=True),
        lists.Column("matched_by", "matched_by", export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("enabled", gettext_lazy("Enabled"), "boolean"),
        lists.Filter("privileged", gettext_lazy("Privileged"), "boolean"),
        lists.Filter("matched", gettext_lazy("Matched by"), choices=MATCHED, q=selectors.condition_of_match),
        lists.Filter("left", gettext_lazy("Person has left"), "boolean", q=selectors.condition_of_leaving),
    ],
    search=("login", "name", "person__name", "number"),
    sort="login",
    views=[
        lists.View("on", gettext_lazy("Enabled"), {"enabled": "yes"}),
        lists.View("admins", gettext_lazy("Privileged"), {"enabled": "yes", "privileged": "yes"}),
        lists.View("left", gettext_lazy("Person has left"), {"enabled": "yes", "left": "yes"}),
        lists.View("nobody", gettext_lazy("Of nobody"), {"enabled": "yes", "matched": "none"}),
        lists.View("all", gettext_lazy("All"), {}),
    ],
    empty=lists.Empty(gettext_lazy("No accounts yet"), gettext_lazy(
        "Drop the directory export here: CSV, XLSX or LDIF with login, state and last sign-in."),
        gettext_lazy("Import"), "web:upload"),
    import_url_name="web:upload",
    template="access/register.html",
    name=lambda row: row.login,
)  # fmt: skip


@require_GET
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Every account and whose it is."""
    rows = selectors.accounts(viewer=user_of(request))
    scope = _("Who can sign in, and whether the roster knows them.")
    return lists.respond(request, ACCOUNTS, rows, {"scope_line": scope, "tab": "accounts"}, at=timezone.now())


@require_GET
def badges(request: HttpRequest) -> HttpResponseBase:
    """Every badge and who holds it."""
    rows = selectors.badges(viewer=user_of(request))
    scope = _("Who can open doors, and whether the roster knows them.")
    return lists.respond(request, BADGES, rows, {"scope_line": scope, "tab": "badges"}, at=timezone.now())


@require_http_methods(["GET", "POST"])
def movements(request: HttpRequest, person: UUID) -> HttpResponse:
    """Somebody's movements, once a purpose was stated; the look is on record."""
    viewer = user_of(request)
    subject = people.person(viewer=viewer, uuid=person)
    form = LookForm(request.POST or None)
    context = {"person": subject, "form": form, "may_files": "/" in paths(viewer, "imports.view")}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found, more = services.look_at_movements(
            actor=viewer, person=person, purpose=said["purpose"], days=said["days"], at=timezone.now()
        )
        context |= {"found": found, "more": more, "looked": True, "days": said["days"]}
    return render(request, "access/movements.html", context, status=422 if form.errors else 200)
