"""One row of an imported table as it was written, for whoever follows a link to the evidence.

The ledger keeps a file's fingerprint, not its content. A row is shown only from bytes with that very fingerprint: those
kept for a mapping, or the file where the import found it.
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from garrison.core.imports import keeping
from garrison.core.models import ImportedFile
from garrison.formats.container import digest, members
from garrison.formats.facts import Refusal
from garrison.formats.source import Damaged, Limits, Source
from garrison.formats.tables import reader

GONE, SHAPELESS, ABSENT = "gone", "shapeless", "absent"
SHAPELESS_FORMATS = ("directory-ldif",)
"""Text whose lines look like a table's and are not one; JSON and XML are told by their first character."""

FURTHEST = 2_000_000
"""The last row that is looked for."""

LARGEST = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """The cells of a row by column name; without any ``why`` says what stands against showing it."""

    cells: tuple[tuple[str, str], ...] = ()
    why: str = ""


def evidence_row(file: ImportedFile, number: int) -> EvidenceRow:
    """Row ``number`` of a file of the ledger, counted as its reader counted it."""
    if file.format in SHAPELESS_FORMATS:
        return EvidenceRow(why=SHAPELESS)
    source = keeping.kept(file.sha256, file.title) or _where_it_lay(file)
    if source is None:
        return EvidenceRow(why=GONE)
    try:
        header = max(reader.headers(source), key=lambda one: len(one.names), default=None)
        if header is None:
            return EvidenceRow(why=SHAPELESS)
        for found in islice(reader.rows(source, header), FURTHEST):
            at = found.row if isinstance(found, Refusal) else found[0]
            if at >= number:
                break
        else:
            return EvidenceRow(why=ABSENT)
    except (Damaged, OSError):
        return EvidenceRow(why=SHAPELESS)
    if at != number or isinstance(found, Refusal):
        return EvidenceRow(why=ABSENT)
    return EvidenceRow(tuple((name, cell) for name, cell in zip(header.names, found[1], strict=False) if cell))


def _where_it_lay(file: ImportedFile) -> Source | None:
    """The file where the import found it, while its bytes are those that were imported."""
    place = Path(file.path)
    try:
        if not place.is_absolute() or not place.is_file() or place.stat().st_size > LARGEST:
            return None
        for name, source in members(place, Limits()):
            if isinstance(source, Source) and (name or "") == file.member and digest(source) == file.sha256:
                return source
    except OSError:
        return None
    return None
