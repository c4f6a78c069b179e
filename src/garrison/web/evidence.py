"""A row of an imported file as a page shows it: its cells, or in words why they are not shown."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from garrison.apps.access import selectors as access
from garrison.apps.access import services
from garrison.core.imports.evidence_row import ABSENT, GONE, SHAPELESS, evidence_row
from garrison.core.models import ImportedFile, User
from garrison.core.scopes import may

EVENTS = "badge-events"
"""The format whose rows say who was where: they are shown to those alone who may look at movements, on record."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """The cells by column name, or ``words`` for why there are none."""

    cells: tuple[tuple[str, str], ...] = ()
    words: str = ""


def shown_row(*, viewer: User, file: ImportedFile, row: int) -> ShownRow:
    """One row of a file of the ledger, for this viewer."""
    if file.format == EVENTS and not may(viewer, access.LOOK, "/"):
        return ShownRow(words=_("A row of the badge log says who was where; your role may not look at movements."))
    found = evidence_row(file, row)
    if found.cells:
        if file.format == EVENTS:
            services.look_at_events(actor=viewer, asked=f"{file.title}, row {row}", exported=False)
        return ShownRow(found.cells)
    words = {
        GONE: _("The source file is not kept here, only its fingerprint: open your own copy at this row."),
        SHAPELESS: _("This kind of file has no rows of cells; open your own copy at this place."),
        ABSENT: _("The file has no such row of cells."),
    }
    return ShownRow(words=words.get(found.why, words[ABSENT]))
