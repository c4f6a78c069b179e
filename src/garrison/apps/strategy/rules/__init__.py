"""Pure decisions of the strategy app: what the brief holds, what to do first, how a headline reads, what changed."""

from garrison.apps.strategy.rules.board import Limit, Verdict, judge
from garrison.apps.strategy.rules.brief import Action, Brief, Change, Changes, Cost, Figure, Source, Tally
from garrison.apps.strategy.rules.changes import Cause, Flow, causes_of, flow, moved
from garrison.apps.strategy.rules.order import first_three, repair_gain

__all__ = [
    "Action",
    "Brief",
    "Cause",
    "Change",
    "Changes",
    "Cost",
    "Figure",
    "Flow",
    "Limit",
    "Source",
    "Tally",
    "Verdict",
    "causes_of",
    "first_three",
    "flow",
    "judge",
    "moved",
    "repair_gain",
]
