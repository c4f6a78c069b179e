"""The one list of the product: filter, sort, search, saved views, column choice, bulk actions, CSV and XLSX.

An app declares a `ListPage`, its view calls `respond`; bulk views call `chosen`, one service, and `done`.
"""

from garrison.core.ui.lists.answer import bound, chosen, done, refused, respond
from garrison.core.ui.lists.binding import BoundList
from garrison.core.ui.lists.definition import BulkAction, Column, Empty, Filter, ListPage, Look, View

__all__ = [
    "BoundList",
    "BulkAction",
    "Column",
    "Empty",
    "Filter",
    "ListPage",
    "Look",
    "View",
    "bound",
    "chosen",
    "done",
    "refused",
    "respond",
]
