"""What an app declares about a list page: columns, filters, views, bulk actions. Nothing here touches the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q
from django.forms import Form
from django.utils.functional import Promise

from garrison.core.models import User

Text = str | Promise
Kind = Literal["choice", "multi", "boolean", "dates", "text"]
Choices = Sequence[tuple[str, Text]]
Dates = tuple[date | None, date | None]
Value = str | list[str] | bool | Dates

PER_PAGE = (25, 50, 100)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, and when: what a cell may need beside its row."""

    viewer: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `cell(row, look)` gives what is shown (text is escaped; `garrison.core.ui.cells` has the usual shapes), or
    `template` is rendered with `row` and `look`; without either the value is shown. `value` is an attribute path or a
    function of the row: what exports hold, under the header `header` (the key if empty). `order` names the ORM fields
    that sort it. `priority` 1 is always there, 2 leaves a phone, 3 also a tablet. `export_only` columns are not shown.
    """

    key: str
    label: Text
    cell: Callable[[Any, Look], object] | None = None
    template: str = ""
    value: str | Callable[[Any], object] = ""
    header: str = ""
    order: tuple[str, ...] = ()
    shown: bool = True
    priority: Literal[1, 2, 3] = 1
    numeric: bool = False
    nowrap: bool = False
    width: str = ""
    export_only: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. It is applied to the ORM `lookup` (the key if empty), or through `q(value)` when more is needed.

    Values: choice and text give a str, multi a list, boolean a bool, dates a pair of which one end may be None (days,
    whether the field holds days or moments). Values that are not among `choices` (a sequence, or a function of
    `viewer=`) are ignored. `shown` filters have a chip of their own; the others wait behind "Filter". A filter over
    many-valued relations needs `q` with Exists, so that no row comes twice.
    """

    key: str
    label: Text
    kind: Kind = "choice"
    lookup: str = ""
    choices: Choices | Callable[..., Choices] = ()
    q: Callable[[Any], Q] | None = None
    shown: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """A built-in saved view: a name for a query such as {"status": "open", "sort": "due"}."""

    key: str
    label: Text
    query: Mapping[str, str | Sequence[str]]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something to do with the chosen rows: posts `ids` (or `all` and `query`) to the named url.

    `form(viewer=)` gives the form that asks for more; its fields carry the action's key as prefix.
    """

    key: str
    label: Text
    url_name: str
    icon: str = ""
    permission: str = ""
    form: Callable[..., Form] | None = None
    submit: Text = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: what would fill it, and where to bring it."""

    title: Text
    line: Text = ""
    label: Text = ""
    url_name: str = ""
    sample_label: Text = ""
    sample_url: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page. `key` names it for saved views; `noun` ("findings") is used in sentences and file names.

    `sort` is the column key of the first order ("-due" for descending). `search` are ORM lookups (icontains), or one
    function of (queryset, text). `prepare(rows)` loads what the rows of one page still need in a fixed number of
    statements. `identity` names the uuid field; `name(row)` says what a checkbox chooses.
    """

    key: str
    title: Text
    noun: Text
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: Sequence[str] | Callable[[Any, str], Any] = ()
    sort: str = ""
    views: Sequence[View] = ()
    bulk: Sequence[BulkAction] = ()
    empty: Empty | None = None
    import_url_name: str = ""
    rule: Text = ""
    rule_url_name: str = ""
    template: str = "web/list.html"
    identity: str = "uuid"
    name: Callable[[Any], object] = str
    prepare: Callable[[list[Any]], None] | None = None
    per_page: int = PER_PAGE[0]
    crumbs: Sequence[tuple[Text, str]] = field(default_factory=tuple)

    def column(self, key: str) -> Column | None:
        """The column of that key."""
        return next((column for column in self.columns if column.key == key), None)
