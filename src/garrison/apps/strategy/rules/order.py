"""Which three things come first, and what a repair is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from garrison.apps.risk.rules import Bearing, factors
from garrison.apps.strategy.rules.brief import Action

FIRST = 3


def first_three(candidates: Sequence[Action]) -> list[Action]:
    """The three to do first.

    Access that somebody used already comes before all else; then what avoids most loss in money; then the rest by due
    date, the higher priority class first on one day. The first of each kind comes before the second of any, so that a
    row of broken doors does not hide an exploited host.
    """
    ordered = sorted(candidates, key=_rank)
    seen: dict[str, int] = {}
    rounds = []
    for place, action in enumerate(ordered):
        nth = seen.get(action.kind, 0)
        seen[action.kind] = nth + 1
        rounds.append((nth, place, action))
    chosen = sorted(rounds, key=lambda entry: entry[:2])[:FIRST]
    return [action for _, _, action in sorted(chosen, key=lambda entry: entry[1])]


def _rank(action: Action) -> tuple[int, float, date, int]:
    """Sort key: use already seen, loss avoided, due date, priority class."""
    tier = 0 if action.used else 1 if action.avoided else 2
    weight = action.used if tier == 0 else (action.avoided or 0.0)
    return tier, -weight, action.due or date.max, -action.level


def repair_gain(rows: Sequence[Mapping[str, Any]], code: str, good: float) -> tuple[float, float, float]:
    """The yearly loss that goes when control ``code`` works as last measured good (``good``, 0 to 1): expected, and at
    the low and high end of the judged frequencies.

    ``rows`` are the scenarios of a loss result. Exact for the expected loss, which is proportional to what the
    controls leave.
    """
    gain = low = high = 0.0
    for row in rows:
        bearings = [Bearing(**control) for control in row["controls"]]
        if code not in {bearing.code for bearing in bearings}:
            continue
        before = _left(bearings)
        after = _left([replace(b, effectiveness=good) if b.code == code else b for b in bearings])
        share = 1 - after / before if before > 0 else 0.0
        gain += row["mean"] * share
        low += row["mean_band"][0] * share
        high += row["mean_band"][1] * share
    return gain, low, high


def _left(bearings: Sequence[Bearing]) -> float:
    """What controls leave of the expected loss."""
    left = factors(bearings)
    return left.rate * left.severity
