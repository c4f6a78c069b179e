"""Pages of the access app."""

from garrison.apps.access.views.leavers import ask_to_close, ask_to_close_all, leaver, leavers, work_order
from garrison.apps.access.views.listing import events
from garrison.apps.access.views.registers import accounts, badges, movements

__all__ = [
    "accounts",
    "ask_to_close",
    "ask_to_close_all",
    "badges",
    "events",
    "leaver",
    "leavers",
    "movements",
    "work_order",
]
