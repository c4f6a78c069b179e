"""Where the strategy app stands in the navigation."""

from garrison.core.registries import NAV, NavEntry

NAV.append(NavEntry("", "Home", "strategy:home", "home", "strategy.view"))
NAV.append(NavEntry("Where we are going", "Reports", "strategy:reports", "report", "strategy.view", order=20))
