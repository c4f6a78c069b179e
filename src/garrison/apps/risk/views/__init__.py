"""Pages of the risk app."""

from garrison.apps.risk.views.deciding import approve, draft, withdraw
from garrison.apps.risk.views.portfolio import portfolio, result
from garrison.apps.risk.views.register import SCENARIOS, scenario_list
from garrison.apps.risk.views.workshop import scenario

__all__ = ["SCENARIOS", "approve", "draft", "portfolio", "result", "scenario", "scenario_list", "withdraw"]
