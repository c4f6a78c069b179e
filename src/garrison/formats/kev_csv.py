"""CISA's catalogue of known exploited vulnerabilities as comma-separated text."""

from collections.abc import Iterator

from garrison.formats import delimited, kev_entry
from garrison.formats.facts import Reading, Refusal
from garrison.formats.source import Damaged, Source

FORMAT = "kev-csv"
TITLE = "CISA known exploited vulnerabilities (CSV)"
VERSION = 1

_NEEDED = ("cveID", "dateAdded")


def sniff(source: Source) -> bool:
    """Whether the first line names the catalogue's columns."""
    return {*_NEEDED, "dueDate", "vulnerabilityName"} <= set(delimited.header(source))


def read(source: Source) -> Iterator[Reading]:
    """One VulnerabilityFact for each line, equal to the JSON catalogue's; ``row`` is the line's number.

    The file says nothing of the catalogue's version. Damaged when it is no comma-separated text or has not the
    columns. A row with another number of fields than the header, without a CVE id, or with a date that is none, is
    a Refusal.
    """
    columns: list[str] = []
    for row, fields in delimited.rows(source):
        if not columns:
            columns = [name.strip() for name in fields]
            missing = [name for name in _NEEDED if name not in columns]
            if missing:
                raise Damaged(f"Line {row}: the header has no column {missing[0]}.", row=row, field=missing[0])
        elif len(fields) != len(columns):
            reason = f"The row has {len(fields)} fields and the header {len(columns)}."
            yield Refusal(row=row, reason=reason)
        else:
            named = dict(zip(columns, fields, strict=True))
            texts = {name: named.get(name, "") for name in kev_entry.Entry.__struct_fields__ if name != "cwes"}
            yield kev_entry.fact(row, kev_entry.Entry(**texts, cwes=named.get("cwes", "").split(",")))
    if not columns:
        raise Damaged("The file holds no header.")
