"""``garrison brief``: the home page for a terminal."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from garrison.cli.shared import AS, JSON, actor, fail, print_json

if TYPE_CHECKING:
    from garrison.apps.strategy.rules import Brief

app = typer.Typer(rich_markup_mode=None)

WIDTH = 96


@app.command()
def brief(
    as_json: bool = JSON,
    since: str = typer.Option("", help="Compare with this day, as YYYY-MM-DD."),
    acting_as: str = AS,
) -> None:
    """Print what needs action now, what to do first, what it may cost and what changed.

    With --json the keys are: at, as_of, organisation, scope, sources (name, at), counted, tallies (key, label, icon,
    count or null, sentence, worst, url), actions (kind, title, reason, change, note, who, when, do, url, change_url,
    used, avoided, low, high, due, level), more, cost or null (unit, currency, computation, as_of, computed, figures
    (key, label, words, note, url, value, low, high), above, approved, drafts, left_out, url), facts_only, changes
    (since, rows (key, icon, title, context, amount, under, url, worse), note), empty, missing, money or null (the
    currency and period of every amount: avoided, low, high, value).
    """
    from datetime import date

    from garrison.core import setup

    setup.start()
    from django.utils import timezone

    from garrison.apps.strategy import selectors
    from garrison.core.commands import Refused

    try:
        day = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise fail(f"{since} is not a day; write it as 2026-03-06") from error
    try:
        found = selectors.brief(viewer=actor(acting_as), at=timezone.now(), since=day)
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    if as_json:
        money = {"currency": found.cost.currency, "period": "year"} if found.cost else None
        print_json(asdict(found) | {"money": money})
        return
    typer.echo("\n".join(lines(found)))


def lines(brief: "Brief") -> list[str]:
    """The brief as lines of plain text."""
    from django.utils import formats, timezone

    from garrison.core.ui import figures

    told = [formats.date_format(timezone.localtime(brief.at), "l j F Y, H:i")]
    if brief.scope:
        told.append(brief.scope)
    if brief.empty:
        return [
            *told,
            "",
            "Nothing imported yet. Drop your exports in a folder and run: garrison import exports/",
            *_wrapped(f"It reads, among others: {', '.join(brief.missing)}, risk register, control list, initiatives."),
        ]
    told += ["", "NEEDS ACTION NOW"]
    for tally in brief.tallies:
        count = "-" if tally.count is None else figures.number(tally.count)
        told += _wrapped(f"{tally.sentence} {tally.worst}".strip(), first=f"{count:>7}  {tally.label:<25} ", rest=35)
    told += _wrapped(f"{brief.counted}.", first=" " * 9, rest=9) if brief.counted else []
    told += ["", "DO FIRST"]
    for place, action in enumerate(brief.actions, 1):
        told.append(f"{place:>7}  {action.title}")
        told += _wrapped(action.reason, first=" " * 9, rest=9)
        change = f"{action.change} ({action.note})" if action.note else action.change
        told += _wrapped(f"{change}. {action.who}. {action.when}.", first=" " * 9, rest=9)
    if not brief.actions:
        told.append("         Nothing that is counted here asks for action today.")
    told += ["", "WHAT IT MAY COST"]
    if brief.cost is None:
        told += _wrapped(brief.facts_only, first=" " * 9, rest=9)
    else:
        for figure in brief.cost.figures:
            told.append(f"{figure.words:>12}  {figure.label:<28} {figure.note}".rstrip())
        if brief.cost.above:
            told.append(f"         {brief.cost.above}.")
        told += _wrapped(brief.cost.left_out, first=" " * 9, rest=9)
    since = f" SINCE {figures.day(brief.changes.since, at=brief.at).upper()}" if brief.changes.since else ""
    told += ["", f"CHANGED{since}"]
    for moved in brief.changes.rows:
        end = f"{moved.amount} {moved.under}".strip()
        told += _wrapped(f"{moved.title}: {moved.context}" + (f" ({end})" if end else ""), first=" " * 9, rest=9)
    told += _wrapped(brief.changes.note, first=" " * 9, rest=9) if brief.changes.note else []
    return told


def _wrapped(words: str, *, first: str = "", rest: int = 0) -> list[str]:
    """Words in lines of the terminal's width."""
    import textwrap

    return textwrap.wrap(words, WIDTH, initial_indent=first, subsequent_indent=" " * rest) or []
