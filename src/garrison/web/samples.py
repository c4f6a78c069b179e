"""What the gallery shows: the components with the numbers of an invented hospital group. Used only while debugging."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from garrison.core.ui import cells, charts
from garrison.core.ui.lists import BulkAction, Column, Empty, Filter, ListPage, Look, View
from garrison.core.ui.progress import Standing

AT = datetime(2026, 3, 10, 8, 42, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    name = forms.CharField(help_text="A noun or a fact.")
    amount = forms.DecimalField(min_value=0)
    kind = forms.ChoiceField(choices=[("door", "Door"), ("camera", "Camera")])
    note = forms.CharField(widget=forms.Textarea, required=False)
    urgent = forms.BooleanField(required=False, label="Needs a decision this week")
    site = forms.ChoiceField(choices=[("a", "Larkmere General"), ("b", "Westhollow")], widget=forms.RadioSelect)


def _curve(mean: float, spread: float, peak: float) -> list[tuple[float, float]]:
    """Points of an exceedance curve: a lognormal tail with the probability `peak` of any loss."""
    points = []
    for index in range(120):
        loss = 50_000 * (80_000_000 / 50_000) ** (index / 119)
        z = (math.log(loss) - math.log(mean)) / spread
        points.append((loss, peak * 0.5 * math.erfc(z / math.sqrt(2))))
    return points


def loss_curves() -> charts.LossCurves:
    """Today above an agreed appetite between two and seven million; the plan below it."""
    low, high = _curve(500_000, 1.35, 0.52), _curve(1_300_000, 1.5, 0.66)
    return charts.LossCurves(
        today=_curve(1_020_000, 1.3, 0.62),
        plan=_curve(520_000, 1.33, 0.56),
        band=[(x, a, b) for (x, a), (_x, b) in zip(low, high, strict=True)],
        appetite=[(2_000_000, 0.15), (10_000_000, 0.03)],
        plan_label="With plan 2026",
    )


def frontier() -> charts.Frontier:
    """A staircase from no budget to one and a half million, with two plans."""
    points, loss = [(0.0, 1_450_000.0)], 1_450_000.0
    for index in range(1, 52):
        loss = 600_000 + (loss - 600_000) * (0.93 + 0.04 * math.sin(index * 1.7))
        points.append((index * 29_000.0, loss))
    at = min(points, key=lambda p: abs(p[0] - 590_000))
    marks = [
        charts.Mark(at[0], at[1], "Plan 2026: $0.89M at $590k", chosen=True),
        charts.Mark(480_000, 1_080_000, "Last year's list: $1.1M"),
    ]
    return charts.Frontier(points, marks, budget_label="Budget for 2026")


def gallery_context() -> dict[str, Any]:
    """Everything the gallery's template reads."""
    form = SampleForm({"name": "", "amount": "-3", "kind": "door", "site": "a"})
    form.is_valid()
    left = datetime(2026, 2, 27, 17, tzinfo=UTC)
    return {
        "at": AT,
        "curves": loss_curves(),
        "nothing": charts.LossCurves(today=[]),
        "frontier": frontier(),
        "blocks": [charts.Block(name, cost) for name, cost in (
            ("I-03", 95_000), ("I-13", 30_000), ("I-08", 38_000), ("I-02", 180_000), ("I-01", 45_000), ("I-07", 55_000),
            ("I-09", 85_000), ("I-04", 62_000),
        )],
        "months": [charts.Column(month, hours, f"{hours} h") for month, hours in (
            ("Oct", 58), ("Nov", 52), ("Dec", 47), ("Jan", 39), ("Feb", 33), ("Mar", 31),
        )],
        "swings": [
            charts.Swing("Frequency, 0.3 to 1.2 a year", -43_000, 79_000),
            charts.Swing("Loss, high end, $250k to $620k", -22_000, 31_000),
            charts.Swing("Leaver access closed in 24 or 240 h", -19_000, 14_000),
            charts.Swing("Latch of D-031 repaired or not", -30_000, 0),
            charts.Swing("Share found at the daily count", -6_000, 9_000),
        ],
        "bars": [charts.Bar("IT", 132, "132 of 140 days"), charts.Bar("Facilities", 37, "37 of 60 days")],
        "stops": [
            charts.Stop(left, "Left"), charts.Stop(left + timedelta(days=3), "In HR"),
            charts.Stop(left + timedelta(days=10), "Found"), charts.Stop(AT, "Now"),
        ],
        "uses": [
            charts.Use(left + timedelta(days=3, hours=14), "used once"),
            charts.Use(left + timedelta(days=8, hours=4), "used at 2 doors; 1 host sign-in"),
        ],
        "form": form,
        "standing": Standing("00000000-0000-0000-0000-000000000000", "Import of exports/", "done", 64_000, 88_000,
                             "64,000 of 88,000 rows", "about 12 s left", "badge_events.csv", True),
        "due": AT + timedelta(days=1),
    }  # fmt: skip


def _name(row: Any, look: Look) -> object:
    """A user's name over the sign-in name."""
    return cells.two(row.get_full_name() or row.username, row.username, url="?q=" + row.username)


def _state(row: Any, look: Look) -> object:
    """Whether the account is open."""
    return cells.state("Open", "ok") if row.is_active else cells.state("Closed", "mute")


CLASSES = ("On upgrade", "60 days", "14 days", "3 days", "3 days + triage")

USERS_PAGE = ListPage(
    key="web.gallery_users",
    title="Users of this installation",
    noun="users",
    columns=[
        Column("name", "Name", cell=_name, value="username", header="username", order=("username",)),
        Column("email", "Mail", value="email", order=("email",), priority=2),
        Column("active", "State", cell=_state,
               value="is_active", order=("is_active",), nowrap=True),
        Column("joined", "Joined", cell=lambda row, look: cells.when(row.date_joined, look.at), value="date_joined",
               order=("date_joined",), nowrap=True, priority=2),
        Column("seen", "Last sign-in", cell=lambda row, look: cells.when(row.last_login, look.at), value="last_login",
               order=("last_login",), nowrap=True, priority=3),
        Column("staff", "Priority and reason", cell=lambda row, look: cells.priority(
            row.pk % 5 + 1, CLASSES[row.pk % 5], "Internal only; attack can be automated"),
            value="is_staff"),
    ],
    filters=[
        Filter("active", "State", "boolean", lookup="is_active"),
        Filter("kind", "Kind", "multi", lookup="is_staff", choices=[("True", "staff"), ("False", "others")]),
        Filter("joined", "Joined", "dates", lookup="date_joined"),
        Filter("mail", "Mail", "text", lookup="email", shown=False),
    ],
    search=("username", "first_name", "last_name", "email"),
    sort="name",
    views=[View("open", "Open", {"active": "yes"}), View("all", "All", {})],
    bulk=[
        BulkAction("view", "Assign", "web:view_save", "user"),
        BulkAction("form", "Due date", "web:view_save", "calendar", form=lambda viewer: SampleForm(prefix="form")),
    ],
    empty=Empty("No users yet", "Add the first one with the command line."),
)  # fmt: skip
