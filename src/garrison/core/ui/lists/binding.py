"""A list page bound to a request, as its template reads it: rows, chips, views, order links, the sentence below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.core import selectors
from garrison.core.scopes import may
from garrison.core.ui import figures
from garrison.core.ui.lists.asked import (
    Asked,
    choices_of,
    filtered,
    labels,
    read_query,
    understand,
)
from garrison.core.ui.lists.definition import PER_PAGE, BulkAction, Column, Filter, ListPage, Look
from garrison.core.ui.lists.rows import Row, drawn
from garrison.core.ui.lists.source import Source, Table, source_of

COUNT_INLINE = 5_000
SHOWN_VALUES = 4


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter as the filter bar shows it."""

    spec: Filter
    said: str
    active: bool
    clear: str
    options: Sequence[tuple[str, str, bool]]
    ends: tuple[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view as a tab."""

    label: str
    url: str
    current: bool
    count: int | None = None
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One column's head: its order link and how the rows are ordered by it now ("ascending", "descending" or "")."""

    column: Column
    url: str
    order: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """One bulk action, with its form and address."""

    action: BulkAction
    url: str
    form: Form | None


def resolved(page: ListPage, look: Look) -> ListPage:
    """The page with every filter's choices asked once."""
    return replace(
        page,
        filters=[replace(f, choices=choices_of(f, look.viewer)) if callable(f.choices) else f for f in page.filters],
    )


class BoundList:
    """A list page with its rows, for one viewer at one moment. Everything is computed when a template first asks."""

    def __init__(self, page: ListPage, rows: Source, look: Look, asked: Asked, path: str) -> None:
        self.page, self.source, self.look, self.asked, self.path = page, rows, look, asked, path

    def _url(self, asked: Asked, *, paging: bool = False, extra: str = "") -> str:
        """An address of this list."""
        query = "&".join(part for part in (asked.query(paging=paging), extra) if part)
        return f"{self.path}?{query}" if query else self.path

    @property
    def searchable(self) -> bool:
        """Whether there is a search; asked here because a template would call a search that is a function."""
        return bool(self.page.search)

    @cached_property
    def matched(self) -> int:
        """How many rows match."""
        return self.source.count(self.asked)

    @cached_property
    def total(self) -> int:
        """How many rows there are for this viewer."""
        return self.source.count(self.asked.cleared()) if self.asked.narrowed else self.matched

    @cached_property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.matched // self.asked.per))

    @cached_property
    def number(self) -> int:
        """The page shown: the one asked for, or the last."""
        return min(self.asked.number, self.pages)

    @cached_property
    def records(self) -> list[Any]:
        """The rows of this page."""
        if not self.matched:
            return []
        return self.source.page(self.asked, (self.number - 1) * self.asked.per, self.asked.per)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown."""
        return [column for column in self.page.columns if column.key in self.asked.columns and not column.export_only]

    @cached_property
    def rows(self) -> list[Row]:
        """The drawn rows."""
        return drawn(self.records, self.columns, self.page, self.look)

    @cached_property
    def heads(self) -> list[Head]:
        """The column heads."""
        heads = []
        by, down = self.asked.sort.removeprefix("-"), self.asked.sort.startswith("-")
        for column in self.columns:
            order = ("descending" if down else "ascending") if column.key == by and column.order else ""
            key = f"-{column.key}" if order == "ascending" else column.key
            heads.append(Head(column, self._url(self.asked.sorted_by(key)) if column.order else "", order))
        return heads

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters: those with a chip of their own, and those that are active."""
        return [self._chip(spec) for spec in self.page.filters if spec.shown or spec.key in self.asked.values]

    @cached_property
    def waiting(self) -> list[Chip]:
        """The filters that wait behind "Filter"."""
        return [self._chip(spec) for spec in self.page.filters if not spec.shown and spec.key not in self.asked.values]

    def _chip(self, spec: Filter) -> Chip:
        raw = self.asked.raw.get(spec.key, ())
        ends = (self.asked.raw.get(f"{spec.key}_from", ("",))[0], self.asked.raw.get(f"{spec.key}_to", ("",))[0])
        options: list[tuple[str, str, bool]] = []
        if spec.kind in ("choice", "multi"):
            options = [(str(k), str(label), str(k) in raw) for k, label in choices_of(spec, self.look.viewer)]
        elif spec.kind == "boolean":
            options = [("yes", _("yes"), "yes" in raw), ("no", _("no"), "no" in raw)]
        active = spec.key in self.asked.values
        return Chip(
            spec,
            self._said(spec, raw, ends),
            active,
            self._url(self.asked.without(spec.key)),
            options,
            ends,
            "".join(raw),
        )

    def _said(self, spec: Filter, raw: Sequence[str], ends: tuple[str, str]) -> str:
        """What a chip says beside its name."""
        if spec.key not in self.asked.values:
            return _("all")
        if spec.kind == "dates":
            first, last = (date.fromisoformat(end) if end else None for end in ends)
            if first and last:
                return _("%(first)s to %(last)s") % {"first": figures.day(first), "last": figures.day(last)}
            return (
                _("since %(day)s") % {"day": figures.day(first)}
                if first
                else _("until %(day)s") % {"day": figures.day(last)}
            )
        if spec.kind == "boolean":
            return _("yes") if "yes" in raw else _("no")
        if spec.kind == "text":
            return raw[0]
        names = labels(spec, raw, self.look.viewer)
        rest = len(names) - SHOWN_VALUES
        return ", ".join(names[:SHOWN_VALUES]) + (f" +{rest}" if rest > 0 else "")

    @cached_property
    def tabs(self) -> list[Tab]:
        """Built-in views, the viewer's own and shared ones; counted here while the list is small."""
        now = set(self.asked.pairs())
        counts = self.counts() if self.total <= COUNT_INLINE else {}
        tabs = []
        for view in self.page.views:
            asked = read_query(self.page, view.query, self.look.viewer)
            tabs.append(Tab(str(view.label), self._url(asked), set(asked.pairs()) == now, counts.get(view.key)))
        for own in selectors.saved_views(viewer=self.look.viewer, page=self.page.key):
            asked = read_query(self.page, own.query, self.look.viewer)
            mine = str(own.uuid) if own.owner_id == self.look.viewer.pk else ""
            tabs.append(Tab(own.name, self._url(asked), set(asked.pairs()) == now, None, mine))
        return tabs

    @property
    def counts_later(self) -> bool:
        """Whether the views' counts are fetched after the page, because counting a long list takes a moment."""
        return any(view.counted for view in self.page.views) and self.total > COUNT_INLINE

    def counts(self) -> dict[str, int]:
        """How many rows each counted built-in view has."""
        views = {
            view.key: read_query(self.page, view.query, self.look.viewer) for view in self.page.views if view.counted
        }
        return self.source.counts({key: asked for key, asked in views.items() if not asked.text})

    def counted_tabs(self) -> list[Tab]:
        """The tabs with their counts, however long the list is."""
        counts = self.counts()
        keys = [view.key for view in self.page.views]
        return [replace(tab, count=counts.get(keys[i])) if i < len(keys) else tab for i, tab in enumerate(self.tabs)]

    @cached_property
    def bulk(self) -> list[Bulk]:
        """The bulk actions this viewer may use."""
        return [
            Bulk(action, reverse(action.url_name), action.form(viewer=self.look.viewer) if action.form else None)
            for action in self.page.bulk
            if not action.permission or may(self.look.viewer, action.permission)
        ]

    @cached_property
    def choosable(self) -> list[tuple[Column, bool]]:
        """Every column that may be shown, and whether it is."""
        return [(column, column.key in self.asked.columns) for column in self.page.columns if not column.export_only]

    @property
    def kept(self) -> Iterable[tuple[str, str]]:
        """What the filter form carries along: order, page size, columns."""
        return [pair for pair in self.asked.pairs() if pair[0] in ("sort", "per", "cols")]

    @property
    def kept_filters(self) -> Iterable[tuple[str, str]]:
        """What the column form carries along: everything but the columns."""
        return [pair for pair in self.asked.pairs() if pair[0] != "cols"]

    @property
    def query(self) -> str:
        """The present filters as a query string."""
        return self.asked.query()

    @property
    def url(self) -> str:
        """The same list, page included."""
        return self._url(replace(self.asked, number=self.number), paging=True)

    @property
    def counts_url(self) -> str:
        """Where the views' counts come from."""
        return self._url(self.asked, extra="counts=1")

    @cached_property
    def leaving(self) -> int:
        """How many rows an export has."""
        return self.matched if isinstance(self.source, Table) else self.source.count_every(self.asked)

    @property
    def csv_url(self) -> str:
        """All matching rows as CSV."""
        return self._url(self.asked, extra="format=csv")

    @property
    def xlsx_url(self) -> str:
        """All matching rows as XLSX."""
        return self._url(self.asked, extra="format=xlsx")

    @property
    def clear_url(self) -> str:
        """The list without filters."""
        return self._url(self.asked.cleared())

    @property
    def previous_url(self) -> str:
        """The page before, or nothing."""
        return self._url(self.asked.at_page(self.number - 1), paging=True) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        """The page after, or nothing."""
        return self._url(self.asked.at_page(self.number + 1), paging=True) if self.number < self.pages else ""

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        """The page sizes with their addresses."""
        return [(per, self._url(self.asked.of_size(per)), per == self.asked.per) for per in PER_PAGE]

    @property
    def span(self) -> str:
        """Which rows are shown: 26 to 50 of 2,418."""
        first = (self.number - 1) * self.asked.per
        ends = {"first": first + 1, "last": first + len(self.records), "total": self.matched}
        return _("%(first)s to %(last)s of %(total)s") % {key: figures.number(value) for key, value in ends.items()}

    @property
    def sentence(self) -> SafeString:
        """What the footer says: 12 of 2,418 match 3 filters."""
        if not self.asked.narrowed:
            said = _("%(noun)s in all") % {"noun": self.page.noun} if self.total != 1 else _("in all")
            return format_html("<b>{}</b> {}", figures.number(self.total), said)
        said = ngettext("match %(n)s filter.", "match %(n)s filters.", self.asked.narrowed) % {"n": self.asked.narrowed}
        of = _("of %(total)s") % {"total": figures.number(self.total)}
        return format_html("<b>{}</b> {} {}", figures.number(self.matched), of, said)


def bind(page: ListPage, rows: QuerySet[Any] | Source, look: Look, parameters: Any, path: str) -> BoundList:
    """The list of `rows` for `look`, as the address's parameters ask."""
    page = resolved(page, look)
    return BoundList(page, source_of(rows, page), look, understand(page, parameters, look.viewer), path)


def matching_rows(page: ListPage, rows: QuerySet[Any], look: Look, query: str) -> QuerySet[Any]:
    """The rows that a stored query matches."""
    page = resolved(page, look)
    return filtered(rows, read_query(page, query, look.viewer))
