"""Where a claim comes from: the address of a file of the ledger at one of its rows.

Every claim about a person, a device or a number links to the row that said so. An app writes

    cells.evidence(evidence_words(record), evidence_url(record.source, record.source_row))

and gets "badge log, row 18,204", which opens the file's page (``web:file``) with that row on top.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from garrison.core.models import ImportedFile
from garrison.core.ui import figures


def evidence_url(source: ImportedFile | UUID | None, row: int = 0) -> str:
    """The address of the file's page, at ``row`` when one is named; "" when nothing is known of the file."""
    if source is None:
        return ""
    uuid = source.uuid if isinstance(source, ImportedFile) else source
    address = reverse("web:file", args=[uuid])
    return f"{address}?{urlencode({'row': row})}" if row else address


def evidence_words(title: str, row: int = 0) -> str:
    """How a link to evidence is called: the source's title and the row."""
    return _("%(title)s, row %(row)s") % {"title": title, "row": figures.number(row)} if row else title
