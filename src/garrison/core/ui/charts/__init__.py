"""Charts as SVG: pure functions of plain numbers, for pages (CSS variables) and for print (`printed=True`, hex)."""

from garrison.core.ui.charts.bars import Bar, Block, Column, Swing, budget_bar, columns, horizontal, tornado
from garrison.core.ui.charts.both import both
from garrison.core.ui.charts.frontier import Frontier, Mark, efficient_frontier
from garrison.core.ui.charts.loss import LossCurves, breach_range, loss_exceedance
from garrison.core.ui.charts.strip import Stop, Use, strip

__all__ = [
    "Bar",
    "Block",
    "Column",
    "Frontier",
    "LossCurves",
    "Mark",
    "Stop",
    "Swing",
    "Use",
    "both",
    "breach_range",
    "budget_bar",
    "columns",
    "efficient_frontier",
    "horizontal",
    "loss_exceedance",
    "strip",
    "tornado",
]
