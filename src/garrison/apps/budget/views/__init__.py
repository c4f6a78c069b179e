"""Pages of the budget app."""

from garrison.apps.budget.views.plan import best, budget, compare, move, plan
from garrison.apps.budget.views.register import INITIATIVES, initiative, initiative_list

__all__ = ["INITIATIVES", "best", "budget", "compare", "initiative", "initiative_list", "move", "plan"]
