"""Commands of the access app."""

from garrison.apps.access.services.closing import ask_to_close, look_at_events, look_at_movements, withdraw_closing
from garrison.apps.access.services.events import import_events
from garrison.apps.access.services.holders import import_accounts, import_badges, match_holders
from garrison.apps.access.services.reconciling import reconcile_leavers

__all__ = [
    "ask_to_close",
    "import_accounts",
    "import_badges",
    "import_events",
    "look_at_events",
    "look_at_movements",
    "match_holders",
    "reconcile_leavers",
    "withdraw_closing",
]
