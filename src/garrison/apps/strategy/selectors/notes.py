"""The numbered notes of a report: what each number is, where it comes from, and the page on which it opens."""

from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from garrison.apps.strategy.selectors.links import absolute
from garrison.core.models import ImportedFile
from garrison.core.ui import figures


class Notes:
    """Collects notes as they are cited; the same note cited twice keeps its number."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._known: dict[tuple[str, str], int] = {}

    def cite(self, text: str, source: str, path: str) -> dict[str, Any]:
        """The mark that stands behind a number: its note's number and the address that it opens."""
        key = (text, source)
        if key not in self._known:
            self._known[key] = len(self.rows) + 1
            self.rows.append({"n": len(self.rows) + 1, "text": text, "source": source, "url": absolute(path)})
        number = self._known[key]
        return {"n": number, "url": self.rows[number - 1]["url"]}


def row_of(source: ImportedFile | None, row: int) -> str:
    """A file and row in words: risk-scenarios.csv, row 4."""
    if source is None:
        return _("entered by hand")
    name = PurePosixPath(source.member or source.path).name
    return _("%(file)s, row %(row)s") % {"file": name, "row": figures.number(row)} if row else name


def computation(uuid: object, method: str = "") -> str:
    """A computation by the first part of its id: enough to find it, short enough to read."""
    said = _("computation %(id)s") % {"id": str(uuid)[:8]}
    return f"{said}, {method}" if method else said
