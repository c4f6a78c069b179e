"""A list page over users, for tests: every kind of filter, a bulk action, and a count of what was prepared."""

from datetime import UTC, datetime

from django import forms
from django.db.models import Q

from garrison.core import selectors
from garrison.core.http import user_of
from garrison.core.models import User
from garrison.core.ui import cells, lists

AT = datetime(2026, 3, 10, 8, 42, tzinfo=UTC)
PREPARED = []


class OwnerForm(forms.Form):
    owner = forms.CharField()


PAGE = lists.ListPage(
    key="tests.things",
    title="Things",
    noun="things",
    columns=[
        lists.Column(
            "name",
            "Name",
            cell=lambda row, look: cells.two(row.username, row.email, url=f"/{row.pk}/"),
            value="username",
            order=("username",),
        ),
        lists.Column("mail", "Mail", value="email", order=("email",), priority=2),
        lists.Column("seen", "Seen", value="last_login", order=("last_login",), priority=3, shown=False),
        lists.Column("number", "Number", value="pk", numeric=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("active", "State", "boolean", lookup="is_active"),
        lists.Filter("staff", "Kind", "choice", lookup="is_staff", choices=[("True", "staff"), ("False", "others")]),
        lists.Filter(
            "first", "First name", "multi", lookup="first_name", choices=lambda viewer: [("Ada", "Ada"), ("Bo", "Bo")]
        ),
        lists.Filter("joined", "Joined", "dates", lookup="date_joined"),
        lists.Filter("mail", "Mail", "text", lookup="email", shown=False),
        lists.Filter(
            "odd", "Odd", "boolean", q=lambda yes: Q(username__endswith="1") if yes else ~Q(username__endswith="1")
        ),
    ],
    search=("username", "email"),
    sort="name",
    views=[lists.View("open", "Open", {"active": "yes"}), lists.View("all", "All", {})],
    bulk=[
        lists.BulkAction("act", "Act", "act", "user"),
        lists.BulkAction("own", "Owner", "act", "user", form=lambda viewer: OwnerForm(prefix="own")),
        lists.BulkAction("never", "Never", "act", permission="users.edit"),
    ],
    empty=lists.Empty("No things yet", "Drop one here."),
    name=lambda row: row.username,
    prepare=PREPARED.append,
)


def rows(request):
    return User.objects.filter(is_system=False, username__startswith="thing")


def thing_list(request):
    return lists.respond(request, PAGE, rows(request), {"scope_line": "All of them"}, at=AT)


def act(request):
    chosen = lists.chosen(request, PAGE, rows(request), at=AT)
    if not chosen:
        return lists.refused(request, "Choose something.")
    undo = selectors.Undo.objects.create(actor=user_of(request), at=AT, label="x", command="core.x", arguments={})
    return lists.done(request, f"{len(chosen)} done", undo=undo)
