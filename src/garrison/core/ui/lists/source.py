"""Where the rows of a list come from: a table, or whatever else can count, page and stream what was asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from django.db.models import Count, F, Q, QuerySet

from garrison.core.ui.lists.asked import Asked, condition, matching
from garrison.core.ui.lists.definition import ListPage
from garrison.core.ui.lists.rows import in_batches, rows_of


@runtime_checkable
class Source(Protocol):
    """Rows in a viewer's sight. It narrows, filters, orders and pages where the rows are kept, never in memory."""

    def count(self, asked: Asked) -> int:
        """How many rows match."""
        ...

    def page(self, asked: Asked, first: int, size: int) -> list[Any]:
        """The matching rows from the ``first`` on, in order."""
        ...

    def every(self, asked: Asked) -> Iterator[Any]:
        """All matching rows in order, however many they are."""
        ...

    def count_every(self, asked: Asked) -> int:
        """How many rows ``every`` gives: more than match where one row stands for several."""
        ...

    def counts(self, views: Mapping[str, Asked]) -> dict[str, int]:
        """How many rows each view has, by its key."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a queryset."""

    rows: QuerySet[Any]
    of: ListPage

    def count(self, asked: Asked) -> int:
        """How many rows match."""
        return matching(self.rows, asked).order_by().count()

    def page(self, asked: Asked, first: int, size: int) -> list[Any]:
        """The matching rows from the ``first`` on: keys in order, then the rows by key."""
        found = matching(self.rows, asked)
        return rows_of(found, list(found.values_list("pk", flat=True)[first : first + size]), self.of)

    def every(self, asked: Asked) -> Iterator[Any]:
        """All matching rows in order."""
        return in_batches(matching(self.rows, asked), self.of)

    def count_every(self, asked: Asked) -> int:
        """How many rows match: each stands for itself."""
        return self.count(asked)

    def counts(self, views: Mapping[str, Asked]) -> dict[str, int]:
        """How many rows each view has: one statement for all."""
        asked_for = {}
        for key, asked in views.items():
            found = Q(pk__isnull=False)
            for spec in self.of.filters:
                if spec.key in asked.values:
                    found &= condition(spec, asked.values[spec.key], self.rows.model)
            asked_for[key] = Count(F("pk"), filter=found)
        return self.rows.order_by().aggregate(**asked_for) if asked_for else {}


def source_of(rows: "QuerySet[Any] | Source", page: ListPage) -> Source:
    """``rows`` as a source."""
    return Table(rows, page) if isinstance(rows, QuerySet) else rows
