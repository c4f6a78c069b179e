"""The first words of the board report, from computed figures alone."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from garrison.apps.budget.models import Plan
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.rules import Action, Verdict
from garrison.apps.strategy.selectors.money import agreed
from garrison.core.ui import figures


def headline(verdict: Verdict, loss: LossResult | None, plan: Plan | None) -> str:
    """One or two sentences: how the year stands against what the board agreed, and what the plan does about it."""
    if verdict.kind == "facts" or loss is None:
        return _("No risk scenario has been approved yet, so this report keeps to facts.")
    limit = verdict.limit
    at = figures.money(limit.loss, loss.currency, trim=True) if limit else ""
    cost = figures.cost(plan.cost, plan.currency) if plan else ""
    mean = figures.money(loss.mean, loss.currency)
    lowers = (
        _("The plan lowers the expected loss from %(now)s to %(then)s a year for %(cost)s.")
        % {"now": mean, "then": figures.money(plan.residual, plan.currency), "cost": cost}
        if plan
        else ""
    )
    if verdict.kind == "no appetite":
        words = _("A year is expected to cost %(mean)s. The board has not yet said how much is too much.")
        return words % {"mean": mean}
    if verdict.kind == "within":
        first = _("Losses stay within what the board allows.")
        return f"{first} {lowers}".strip()
    first = _("Losses of %(loss)s or more are likelier than the board allows.") % {"loss": at}
    if verdict.plan == "within":
        return f"{first} " + _("The plan brings them back within appetite for %(cost)s.") % {"cost": cost}
    if verdict.plan == "lowers" and limit and limit.planned is not None:
        said = {"now": figures.chance(limit.now), "then": figures.chance(limit.planned), "cost": cost}
        if limit.planned <= limit.agreed:
            rest = _("The plan takes them from %(now)s to %(then)s for %(cost)s, but not every limit is met.")
        else:
            rest = _("The plan takes them from %(now)s to %(then)s for %(cost)s, still above appetite.")
        return f"{first} {rest % said}"
    return f"{first} " + _("There is no plan yet.")


def lead(verdict: Verdict, actions: Sequence[Action]) -> str:
    """What stands below the headline: the chance today, and what needs to be done first."""
    said = []
    if verdict.limit is not None:
        chance = {"now": figures.chance(verdict.limit.now), "agreed": agreed(verdict.limit.agreed)}
        if verdict.kind == "above":
            said.append(_("Today the chance of such a year is %(now)s; you set %(agreed)s.") % chance)
        else:
            loss = figures.money(verdict.limit.loss, trim=True)
            said.append(
                _("The chance of a year of %(loss)s or more is %(now)s; you set %(agreed)s.")
                % (chance | {"loss": loss})
            )
    if actions:
        titles = figures.listed([_inside(action.title) for action in actions])
        opening = _("Three things come first: %(list)s.") if len(actions) == 3 else _("What comes first: %(list)s.")
        said.append(opening % {"list": titles})
    return " ".join(said)


def _inside(title: str) -> str:
    """A title inside a sentence: no capital, and what follows a comma in brackets."""
    head, _comma, rest = title.partition(", ")
    words = f"{head} ({rest})" if rest else head
    return words[:1].lower() + words[1:]


def sentences(words: str) -> list[str]:
    """A headline's sentences, each on a line of its own."""
    return [part if part.endswith(".") else f"{part}." for part in words.split(". ")]


def quarter(day: date) -> str:
    """The quarter of a day in words."""
    names = (_("first quarter"), _("second quarter"), _("third quarter"), _("fourth quarter"))
    return f"{names[(day.month - 1) // 3]} {day.year}"


def long_day(day: date) -> str:
    """A date as a document writes it: 10 March 2026."""
    from django.utils import formats

    return formats.date_format(day, "j F Y")
