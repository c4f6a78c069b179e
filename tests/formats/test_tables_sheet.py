"""Tables out and in again: nothing lost, nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.plain import facts, plain, read

from garrison.formats import initiatives_table, sheet
from garrison.formats.facts import InitiativeFact
from garrison.formats.tables import reader

FORMULAS = [
    "=1+1",
    "+49 170",
    "-x",
    "@sum",
    "\tx",
    "\rx",
    "'=1",
    "''-1",
    "'x",
    "#N/A",
    "_x0041_",
    "-12.5",
    "+3e4",
    "x;=1",
]


def rows_of(content: bytes) -> list[list[str]]:
    source = plain(content)
    header = next(iter(reader.headers(source)))
    return [cells for _, cells in reader.rows(source, header)]


def written(rows: list[list[sheet.Cell]]) -> tuple[bytes, bytes]:
    header = ["first", "second"]
    return b"".join(sheet.write_csv(header, rows)), sheet.write_xlsx(header, rows)


def test_formulas_are_guarded_and_come_back() -> None:
    rows: list[list[sheet.Cell]] = [[cell, "end"] for cell in FORMULAS]
    for content in written(rows):
        assert rows_of(content) == rows
    cells = [row[0] for row in csv.reader(io.StringIO(written(rows)[0].decode("utf-8-sig"), newline=""))][1:]
    for cell in cells:
        assert cell[:1] not in "=+-@\t\r" or sheet.NUMBER.fullmatch(cell)


def test_values() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    said = [
        *(None, True, 7, -2.5, Decimal("1e3"), Decimal("0.1234567890123456789"), date(2026, 1, 2), date(1800, 1, 2)),
        *(at, at.replace(tzinfo=None), ["a", "b"], {"R-1": 0.4}, 10**20, -3),
    ]
    wanted = [
        *("", "yes", "7", "-2.5", "1000", "0.1234567890123456789", "2026-01-02", "1800-01-02"),
        *("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "a; b", "R-1:0.4", "1" + "0" * 20, "-3"),
    ]
    for content in written([[value, "end"] for value in said]):
        assert [row[0] for row in rows_of(content)] == wanted


def test_csv_comes_in_pieces_with_or_without_a_mark() -> None:
    pieces = list(sheet.write_csv(["a", "b"], ([str(number), "x" * 50] for number in range(5_000)), bom=False))
    assert pieces[0][:3] == b"a,b"
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 2 * sheet.CHUNK_CHARS
    assert next(sheet.write_csv(["a", "b"], [])) == sheet.BOM


def test_what_a_sheet_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="32,767"):
        sheet.write_xlsx(["a"], [["x" * 40_000]])
    monkeypatch.setattr(sheet, "SHEET_ROWS", 2)
    with pytest.raises(ValueError, match="at most 2 rows"):
        sheet.write_xlsx(["a"], [["x"], ["y"]])


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(texts | st.sampled_from(FORMULAS), texts), max_size=4))
def test_any_text_comes_back(pairs: list[tuple[str, str]]) -> None:
    rows: list[list[sheet.Cell]] = [["end", *pair] for pair in pairs]
    content = b"".join(sheet.write_csv(["first", "second", "third"], rows))
    assert rows_of(content) == rows
    # A cell of nothing but white space may be read as empty from a spreadsheet; our tables strip their texts anyway.
    kept = [[cell if str(cell).strip() else "" for cell in row] for row in rows]
    found = rows_of(sheet.write_xlsx(["first", "second", "third"], rows))
    assert [[cell if str(cell).strip() else "" for cell in row] for row in found] == kept


words = texts.map(str.strip).filter(lambda word: word and not word.startswith("#"))
codes = st.from_regex(r"[A-Z]-[0-9]{1,3}", fullmatch=True)
sums = st.decimals(0, 10**9, places=2)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            InitiativeFact,
            code=codes,
            name=words,
            cost=sums,
            owner=words | st.just(""),
            effectiveness=st.dictionaries(codes, st.floats(0, 1), max_size=3),
            days=st.none() | st.integers(0, 900),
            must=st.booleans(),
        ),
        max_size=4,
    )
)
def test_facts_come_back(said: list[InitiativeFact]) -> None:
    header = ["initiative_code", "initiative_name", "cost", "owner", "effectiveness", "days", "must"]
    rows = [[one.code, one.name, one.cost, one.owner, one.effectiveness, one.days, one.must] for one in said]
    assert facts(read(initiatives_table, b"".join(sheet.write_csv(header, rows)))) == said
    assert facts(read(initiatives_table, sheet.write_xlsx(header, rows))) == said
