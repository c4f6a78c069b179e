"""Reads of the strategy app: the brief, the board report, counts of everything, figures of a day."""

from garrison.apps.strategy.selectors.board import UNATTENDED, Board, board
from garrison.apps.strategy.selectors.brief import Home, brief, home
from garrison.apps.strategy.selectors.changes import snapshots
from garrison.apps.strategy.selectors.counts import counts, figures, plan, status
from garrison.apps.strategy.selectors.links import VIEW
from garrison.apps.strategy.selectors.printing import board_pdf, draft_pdf
from garrison.apps.strategy.selectors.reports import issued, may_issue, may_read
from garrison.apps.strategy.selectors.welcome import heads, may_look

__all__ = [
    "UNATTENDED",
    "VIEW",
    "Board",
    "Home",
    "board",
    "board_pdf",
    "brief",
    "counts",
    "draft_pdf",
    "figures",
    "heads",
    "home",
    "issued",
    "may_issue",
    "may_look",
    "may_read",
    "plan",
    "snapshots",
    "status",
]
