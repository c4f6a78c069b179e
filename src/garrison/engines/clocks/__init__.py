"""Legal clocks: from rules and the facts of a case to what is due to whom, and when.

Pure: no rule of any law is written here. A rule says from which fact it starts, how long it runs in hours, calendar
days, business days or months, what caps, moves or delays it, and for whom it applies; :func:`run` applies rules to
facts.
"""

from garrison.engines.clocks.calendar import add_business_days, add_months, end_of_day, is_open, next_open_day
from garrison.engines.clocks.facts import Count, Facts, InvalidFact, Moment
from garrison.engines.clocks.rules import Cap, Condition, Delay, InvalidRule, Length, Move, Rule
from garrison.engines.clocks.running import Clock, run

__all__ = [
    "Cap",
    "Clock",
    "Condition",
    "Count",
    "Delay",
    "Facts",
    "InvalidFact",
    "InvalidRule",
    "Length",
    "Moment",
    "Move",
    "Rule",
    "add_business_days",
    "add_months",
    "end_of_day",
    "is_open",
    "next_open_day",
    "run",
]
