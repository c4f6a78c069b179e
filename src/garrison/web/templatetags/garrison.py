"""Figures, marks and charts in templates: `{% load garrison %}`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString

from garrison.core.ui import cells, charts, figures

register = template.Library()

register.filter("number", figures.number)
register.filter("chance", figures.chance)
register.filter("percent", figures.percent)
register.filter("duration", figures.duration)
register.filter("initials", figures.initials)
register.filter("listed", figures.listed)
register.filter("day", figures.day)
register.filter("moment", figures.moment)
register.filter("ago", figures.ago)
register.simple_tag(cells.icon, name="icon")
register.simple_tag(cells.two, name="two")
register.simple_tag(cells.state, name="state")
register.simple_tag(cells.priority, name="priority")
register.simple_tag(cells.evidence, name="evidence")
register.simple_tag(cells.avatar, name="avatar")
register.simple_tag(cells.money, name="money_cell")
register.simple_tag(cells.share, name="share_bar")
register.simple_tag(cells.due, name="due_cell")
register.simple_tag(cells.when, name="when_cell")
register.simple_tag(figures.interval, name="interval")
register.simple_tag(figures.estimate, name="estimate")
register.simple_tag(charts.both(charts.loss_exceedance, height=300), name="loss_exceedance")
register.simple_tag(charts.both(charts.efficient_frontier, height=260), name="efficient_frontier")
register.simple_tag(charts.budget_bar, name="budget_bar")
register.simple_tag(charts.columns, name="columns_chart")
register.simple_tag(charts.both(charts.tornado), name="tornado")
register.simple_tag(charts.horizontal, name="bars")
register.simple_tag(charts.both(charts.strip), name="strip")


@register.filter
def money(value: figures.Number | None, currency: str = "USD") -> str:
    """Judged money, two significant digits: {{ loss|money }} or {{ loss|money:"EUR" }}."""
    return figures.money(value, currency)


@register.filter
def cost(value: figures.Number | None, currency: str = "USD") -> str:
    """A cost or a budget, never rounded: {{ plan.cost|cost:currency }}."""
    return figures.cost(value, currency)


@register.filter
def full_money(value: figures.Number | None, currency: str = "USD") -> str:
    """Counted money, to the unit: {{ cost|full_money }}."""
    return figures.full_money(value, currency)


@register.filter
def signed_money(value: figures.Number | None, currency: str = "USD") -> str:
    """A change in judged money, with its sign: {{ change|signed_money }}."""
    return figures.money(value, currency, signed=True)


@register.simple_tag
def due(value: date | datetime | None, at: date | datetime, done: bool = False) -> figures.Due:
    """How a due date stands: {% due task.due at as stands %}{{ stands.words }} {{ stands.kind }}."""
    return figures.due(value, at, done=done)


@register.filter
def day_or_moment(value: date | datetime | None) -> str:
    """A moment with its time, a date without."""
    return figures.moment(value) if isinstance(value, datetime) else figures.day(value)


@register.filter
def field_kind(field: Any) -> str:
    """What sort of control a bound form field is: checkbox, choices, file, textarea or input."""
    name = type(field.field.widget).__name__
    kinds = {
        "CheckboxInput": "checkbox",
        "RadioSelect": "choices",
        "CheckboxSelectMultiple": "choices",
        "HiddenInput": "hidden",
    }
    return kinds.get(name, "control")


@register.filter
def described(field: Any) -> SafeString:
    """A bound field's control, tied to its help and its errors for screen readers."""
    names = [
        f"{field.auto_id}_{part}" for part, there in (("help", field.help_text), ("errors", field.errors)) if there
    ]
    extra = {"aria-describedby": " ".join(names)} if names else {}
    if field.errors:
        extra["aria-invalid"] = "true"
    if field.field.widget.attrs.get("placeholder", "") == field.label:
        extra["placeholder"] = ""  # the label says it already
    drawn: SafeString = field.as_widget(attrs=extra)
    return drawn


@register.filter
def split(value: str, separator: str = ",") -> Sequence[str]:
    """A string as a list, for components that take a few words."""
    return [part.strip() for part in value.split(separator) if part.strip()]


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present address's query with some parameters changed; None or "" removes one: ?{% query tab="doors" %}."""
    request: HttpRequest = context["request"]
    kept = request.GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            kept.pop(key, None)
        else:
            kept[key] = str(value)
    return urlencode(list(kept.lists()), doseq=True)
