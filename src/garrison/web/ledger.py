"""The ledger as its page lists it: what an archive held stands in one row until somebody asks for more."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from garrison.core import selectors
from garrison.core.models import ImportedFile, User
from garrison.core.ui.lists.asked import Asked, understand
from garrison.core.ui.lists.source import Table
from garrison.web.tables import FILES

WHOLE = {"run", "at"}
"""The filters that an archive passes as one; any other asks about the files inside."""
SUMMED = ("rows_read", "rows_stored", "rows_updated", "rows_unchanged", "rows_refused")
FIRST_SAID = ("refused", "unknown", "needs_mapping", "imported", "unchanged")
"""Which status of its files an archive shows: the one that most asks for something."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The files in one viewer's sight as a source of list rows: archives in one row each when ``folded``."""

    viewer: User
    folded: bool

    def _shown(self, folded: bool) -> Table:
        """The table behind: each file, or each file and archive as it was offered."""
        files = selectors.offered_files if folded else selectors.imported_files
        return Table(files(viewer=self.viewer), FILES)

    def count(self, asked: Asked) -> int:
        """How many rows match."""
        return self._shown(self.folded).count(asked)

    def page(self, asked: Asked, first: int, size: int) -> list[Any]:
        """The matching rows from the ``first`` on, an archive with the sums of what it held."""
        found = self._shown(self.folded).page(asked, first, size)
        if self.folded:
            sum_up(found, selectors.offered_with(viewer=self.viewer, files=found))
        return found

    def every(self, asked: Asked) -> Iterator[Any]:
        """All matching files in order, each by itself."""
        return self._shown(folded=False).every(asked)

    def count_every(self, asked: Asked) -> int:
        """How many files match."""
        return self._shown(folded=False).count(asked)

    def counts(self, views: Mapping[str, Asked]) -> dict[str, int]:
        """How many rows each view has: archives as one where that view folds them."""
        found: dict[str, int] = {}
        for folded in (True, False):
            found |= self._shown(folded).counts({key: a for key, a in views.items() if folds(a) is folded})
        return found


def ledger_of(viewer: User, parameters: QueryDict) -> Ledger:
    """The ledger for what the address asks."""
    return Ledger(viewer, folds(understand(FILES, parameters, viewer)))


def folds(asked: Asked) -> bool:
    """Whether archives stand as one row: nothing is asked that only some of their files may answer."""
    return not asked.text and set(asked.values) <= WHOLE


def sum_up(rows: Sequence[ImportedFile], files: Sequence[ImportedFile]) -> None:
    """Give each row of an archive the sums of its ``files``; other rows stay as they are. Nothing is saved."""
    held: dict[tuple[int, str], list[ImportedFile]] = {}
    for file in files:
        held.setdefault((file.run_id, file.path), []).append(file)
    for row in rows:
        inside = held.get((row.run_id, row.path), [])
        if len(inside) < 2:
            continue
        for name in SUMMED:
            setattr(row, name, sum(getattr(file, name) for file in inside))
        counts: Counter[str] = Counter()
        for file in inside:
            counts.update(file.counts)
        statuses = Counter(file.status for file in inside)
        row.counts = dict(counts)
        row.status = next(status for status in FIRST_SAID if statuses[status])
        row.__dict__["formats"] = sorted({file.format for file in inside if file.format})
        row.__dict__["inside"], row.__dict__["alike"] = len(inside), statuses[row.status]
