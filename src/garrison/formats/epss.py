"""FIRST's daily scores of the Exploit Prediction Scoring System (EPSS), as comma-separated text.

The file: a comment ``#model_version:v2025.03.14,score_date:2025-11-20T00:00:00+0000`` (older files and extracts have
none), the header ``cve,epss,percentile``, and one line for each scored CVE.
"""

import re
from collections.abc import Iterator
from datetime import date

from garrison.formats import delimited
from garrison.formats.cve import cve_id, day
from garrison.formats.facts import Note, Reading, Refusal, VulnerabilityFact
from garrison.formats.source import Damaged, Source

FORMAT = "epss"
TITLE = "FIRST EPSS scores (CSV)"
VERSION = 1

_NUMBER = re.compile(r"\s*\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*")


def sniff(source: Source) -> bool:
    """Whether the first line that is no comment names a CVE and an EPSS column."""
    columns = [name.lower() for name in delimited.header(source)]
    return "cve" in columns and "epss" in columns


def read(source: Source) -> Iterator[Reading]:
    """One VulnerabilityFact for each line, and a Note with the model's version; ``row`` is the line's number.

    ``scored_on`` is the comment's score date (UTC), else that of a ``date`` column, else None. Damaged when the file
    is no comma-separated text or has not the columns. A line whose CVE id is none, or whose score or percentile is no
    number from 0 to 1, is a Refusal.
    """
    scored: date | None = None
    rows = delimited.rows(source)
    for row, fields in rows:
        if fields[0].lstrip().startswith("#"):
            about = dict(part.strip(" #").partition(":")[::2] for part in fields)
            scored = day(about.get("score_date", "")) or scored
            if "score_date" in about and scored is None:
                yield Refusal(row=row, field="score_date", reason=f"{about['score_date'][:60]!r} is not a date.")
            if "model_version" in about:
                yield Note(row=row, field="model_version", reason=f"EPSS model {about['model_version'][:60]}.")
        elif any(field.strip() for field in fields):
            yield from _scores(rows, _places(row, fields), scored)
            return
    raise Damaged("The file holds no header.")


def _places(row: int, header: list[str]) -> tuple[int, int, int | None, int | None]:
    """Where the CVE, the score, the percentile and the date stand in a line."""
    names = [name.strip().lower() for name in header]
    for needed in ("cve", "epss"):
        if needed not in names:
            raise Damaged(f"Line {row}: the header has no column {needed}.", row=row, field=needed)

    def place(name: str) -> int | None:
        return names.index(name) if name in names else None

    return names.index("cve"), names.index("epss"), place("percentile"), place("date")


def _scores(
    rows: Iterator[tuple[int, list[str]]], places: tuple[int, int, int | None, int | None], scored: date | None
) -> Iterator[Reading]:
    at_cve, at_score, at_percentile, at_date = places
    width = 1 + max(place for place in places if place is not None)
    for row, fields in rows:
        if len(fields) < width:
            if any(field.strip() for field in fields):
                yield Refusal(row=row, reason=f"The row has {len(fields)} fields and needs {width}.")
            continue
        cve = cve_id(fields[at_cve])
        if cve is None:
            yield Refusal(row=row, field="cve", reason=f"{fields[at_cve][:60]!r} is not a CVE identifier.")
            continue
        score = _share(fields[at_score])
        if score is None:
            yield Refusal(row=row, field="epss", reason=f"{fields[at_score][:60]!r} is no number from 0 to 1.")
            continue
        percentile = None
        if at_percentile is not None:
            percentile = _share(fields[at_percentile])
            if percentile is None:
                reason = f"{fields[at_percentile][:60]!r} is no number from 0 to 1."
                yield Refusal(row=row, field="percentile", reason=reason)
                continue
        on = scored
        if on is None and at_date is not None:
            on = day(fields[at_date])
            if on is None:
                yield Refusal(row=row, field="date", reason=f"{fields[at_date][:60]!r} is not a date.")
                continue
        yield VulnerabilityFact(row=row, source="epss", cve=cve, epss=score, percentile=percentile, scored_on=on)


def _share(text: str) -> float | None:
    """A number from 0 to 1, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if value <= 1.0 else None
