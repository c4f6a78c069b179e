"""Tables as they come: encodings, separators, line ends, ragged rows, hostile workbooks."""

import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.kit.plain import facts, notes, plain, read, refusals, survives

from garrison.formats import business_units, hr_roster, mapping, scenarios_table
from garrison.formats.facts import Note, Refusal, UnitFact
from garrison.formats.source import HEAD_BYTES, Damaged, Source
from garrison.formats.tables import text as texts
from garrison.formats.tables import workbook

UNITS = "unit_code,unit_name,parent_code\nHQ,Zürich,\nEU,“Europa”,HQ\n"
WANTED = [UnitFact(code="HQ", name="Zürich"), UnitFact(code="EU", name="“Europa”", parent="HQ")]


def packed(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def sheet_xml(inside: str, prefix: bytes = b"") -> bytes:
    """A workbook whose only sheet has ``inside`` as its rows, word for word."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed(("One", [["a", "b"]])))) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                start, _, rest = data.partition(b"<sheetData>")
                data = (
                    prefix
                    + start
                    + b"<sheetData>"
                    + inside.encode()
                    + b"</sheetData>"
                    + rest.partition(b"</sheetData>")[2]
                )
            new.writestr(part.filename, data)
    return held.getvalue()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_dialect_says_the_same(codec: str, end: str, separator: str) -> None:
    content = UNITS.replace(",", separator).replace("\n", end).encode(codec)
    assert business_units.sniff(plain(content))
    readings = read(business_units, content)
    assert facts(readings) == WANTED
    assert [each.row for each in readings] == [2, 3]


def test_big_endian_mark() -> None:
    assert facts(read(business_units, b"\xfe\xff" + UNITS.encode("utf-16-be"))) == WANTED


def test_an_odd_byte_after_the_head_is_windows_1252() -> None:
    filler = "".join(f"U{number},Unit,\n" for number in range(30_000))
    content = f"unit_code,unit_name,parent_code\n{filler}".encode() + b"HQ,Z\xfcrich\x81,\n"
    assert facts(read(business_units, content))[-1] == UnitFact(code="HQ", name="Zürich\x81")


def test_only_bytes_are_read_as_windows_1252() -> None:
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode("ascii", texts.FALLBACK)


def test_line_ends_across_chunks_and_rows_of_several_lines() -> None:
    row = 'U{0},"Two\r\nlines",\r\n'
    content = "unit_code,unit_name,parent_code\r\n" + "".join(row.format(number) for number in range(9_000))
    for shift in range(3):
        readings = read(business_units, content.replace("unit_code", " " * shift + "unit_code"))
        assert [each.row for each in readings] == list(range(2, 18_002, 2))
        assert {fact.name for fact in facts(readings)} == {"Two\r\nlines"}


def test_nuls_comments_titles_and_blank_lines() -> None:
    content = (
        "# made by hand, twice\n\nUnits of 2026\nsep=,\nunit_code,unit_name,\n\nH\0Q,Head,\n# end,,\n# end\n ,\t,\n,,\n"
    )
    readings = read(business_units, content)
    assert readings == [UnitFact(row=7, code="HQ", name="Head")]


def test_ragged_rows_name_both_widths() -> None:
    readings = read(business_units, "unit_code,unit_name,currency\nHQ,Head\nEU,Europe,EUR,,\nUS,America,USD,more\n")
    assert facts(readings) == [UnitFact(code="EU", name="Europe", currency="EUR")]
    assert refusals(readings) == [(2, ""), (4, "")]
    assert "2 fields where the header has 3" in readings[0].reason
    assert "4 fields where the header has 3" in readings[2].reason


def test_columns_twice_unknown_or_missing() -> None:
    readings = read(business_units, "unit_code,unit_name,Unit Name,mood\nHQ,Head,Tail,good\n")
    assert facts(readings) == [UnitFact(code="HQ", name="Head")]
    twice, unread = notes(readings)
    assert (twice.field, "first was read" in twice.reason) == ("Unit Name", True)
    assert unread.reason == "Columns not read: mood."
    with pytest.raises(Damaged, match="No row near the top is a header of Business units"):
        read(business_units, "unit_code,parent_code\nHQ,\n")


def test_a_known_header_without_a_needed_column_is_damaged() -> None:
    with pytest.raises(Damaged, match="column scenario_name is missing") as caught:
        read(scenarios_table, "scenario_code,events_per_year\nR-01,2\n")
    assert (caught.value.row, caught.value.field) == (1, "scenario_name")


def test_an_endless_line_in_flat_memory() -> None:
    header = b"unit_code,unit_name\n"

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.left, self.sent = 100_000_000, False

        def read(self, size: int = -1) -> bytes:
            if not self.sent:
                self.sent = True
                return header
            size = min(size, self.left)
            self.left -= size
            return b"a" * size

    source = Source("endless", header + b"a" * (HEAD_BYTES - len(header)), Endless)
    tracemalloc.start()
    with pytest.raises(Damaged, match="does not end within 1,048,576") as caught:
        list(business_units.read(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.row == 2
    assert peak < 16 * 1024**2


def test_open_quotation_marks_and_long_cells() -> None:
    with pytest.raises(Damaged, match="opened in line 3 is never closed"):
        read(business_units, 'unit_code,unit_name\nHQ,Head\nEU,"Europe\nUS,America\n')
    with pytest.raises(Damaged, match="starts in line 2") as caught:
        read(business_units, 'unit_code,unit_name\nHQ,"Head\n' + "EU,Europe\n" * 50, line_bytes=200)
    assert caught.value.row == 2
    long = "x" * 300_000
    readings = read(business_units, f"unit_code,unit_name,currency\nHQ,Head,\nEU,{long},\n{long}\nUS,America,\n")
    assert refusals(readings) == [(3, "unit_name"), (4, "")]
    assert [fact.code for fact in facts(readings)] == ["HQ", "US"]
    wide = f"unit_code,unit_name\nHQ,{'y' * 90}\n"
    assert refusals(read(business_units, wide, field_chars=50)) == [(2, "unit_name")]
    assert facts(read(business_units, wide, field_chars=91)) != []


def test_a_row_longer_than_a_cell_may_be_is_no_fault() -> None:
    content = f"unit_code,unit_name\n{'c' * 40},{'n' * 40}\n"
    assert refusals(read(business_units, content, field_chars=50)) == []


def test_markup_is_no_table() -> None:
    assert not business_units.sniff(plain("<unit_code>,unit_name\n"))
    assert not business_units.sniff(plain('{"unit_code": 1, "unit_name": 2}'))


def test_workbook_types_sheets_and_row_numbers() -> None:
    rows = [
        ["Roster"],
        [],
        ["employee_id", "name", "status", "hire_date", "termination_date"],
        [101, "Ana", "active", date(2020, 1, 2), None],
        [],
        ["0102", "Ben", "left", datetime(2020, 1, 2, 8, 30), "2021-02-03"],
        [103.5, True, "active", None, None],
    ]
    content = packed(("Cover", [["nothing", "here"]]), ("Empty", []), ("Staff", rows))
    assert hr_roster.sniff(plain(content))
    readings = read(hr_roster, content)
    assert [(each.row, each.number, each.name, each.hired) for each in readings] == [
        (4, "101", "Ana", date(2020, 1, 2)),
        (6, "0102", "Ben", date(2020, 1, 2)),
        (7, "103.5", "yes", None),
    ]


def test_typed_cells_as_text() -> None:
    cells = [2.0, 1e20, 0.4, False, time(8, 1), timedelta(hours=1), datetime(2026, 1, 2, 3, 4, 5), "x"]
    assert [workbook.text(cell) for cell in cells] == [
        *("2", "1e+20", "0.4", "no", "08:01:00", "1:00:00", "2026-01-02T03:04:05", "x"),
    ]


@pytest.mark.parametrize(
    "inside",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r=\"1\"><c\tr='A1'/></row><row r=\"9\"><c r = 'xfd1048576'/></row>",
        '<row r="1"><c r="A1"/></row><row r="2"><c r="A99999999"/></row>',
        '<row r="1"><c r="ZZZZ1"/></row>',
        '<row r="1">' + "<c/>" * 16_000 + "</row>" + "<row><c><v>1</v></c></row>" * 1_500,
        '<x:row r="1"><x:c/><x:c x=">"r="XFD1048576"/></x:row>',
        '<row r="1"><c r="KK1"/></row><row r="90000"><c r="A90000"/></row>',
    ],
)
def test_cells_in_far_corners_are_refused_before_they_are_read(inside: str) -> None:
    source = plain(sheet_xml(inside))
    assert not business_units.sniff(source)
    with pytest.raises(Damaged, match="spans"):
        mapping.propose(source)


def test_cells_without_references_and_wide_sheets_are_read() -> None:
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    inside = "".join(
        "<row>" + "".join(map(text.format, row)) + "</row>" for row in (["unit_code", "unit_name"], ["HQ", "Head"])
    )
    assert facts(read(business_units, sheet_xml(inside))) == [UnitFact(code="HQ", name="Head")]
    wide = [["unit_code", "unit_name", *(f"c{number}" for number in range(300))], ["HQ", "Head", *range(300)]]
    assert facts(read(business_units, packed(("One", wide)))) == [UnitFact(code="HQ", name="Head")]


def test_a_sheet_without_a_name() -> None:
    assert facts(read(business_units, repacked(GOOD, **{"xl/workbook.xml": NAMELESS}))) == [
        UnitFact(code="HQ", name="Head")
    ]


def repacked(content: bytes, **changes: bytes | None) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = changes.pop(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in changes.items():
            new.writestr(name, data or b"")
    return held.getvalue()


GOOD = packed(("One", [["unit_code", "unit_name"], ["HQ", "Head"]]))
with zipfile.ZipFile(io.BytesIO(GOOD)) as _book:
    NAMELESS = _book.read("xl/workbook.xml").replace(b'name="One"', b'name=""')


@pytest.mark.parametrize(
    ("content", "limits", "reason"),
    [
        (GOOD[:-30], {}, "damaged"),
        (repacked(GOOD, **{"xl/workbook.xml": None}), {}, "no XLSX"),
        (repacked(GOOD, **{"xl/workbook.bin": b"x"}), {}, "no XLSX"),
        (repacked(GOOD, **{"xl/workbook.xml": b"<workbook><"}), {}, "cannot be read"),
        (repacked(GOOD, **{"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c></row>"}), {}, "cannot be read"),
        (sheet_xml("<row/>", b"\xff\xfe"), {}, "not in UTF-8"),
        (repacked(GOOD, **{"xl/big.xml": b" " * 70_000_000}), {}, "times its size"),
        (GOOD, {"members": 3}, "beyond the limit"),
        (GOOD, {"json_bytes": 100}, "beyond the limit"),
    ],
)
def test_bad_workbooks_are_damaged_and_recognised_by_nobody(content: bytes, limits: dict, reason: str) -> None:
    source = plain(content, **limits)
    assert not business_units.sniff(source)
    for _ in range(2):
        with pytest.raises(Damaged, match=reason):
            mapping.propose(source)
    with pytest.raises(Damaged, match=reason):
        list(business_units.read(source))


def test_locked_workbooks() -> None:
    locked = bytearray(GOOD)
    place = locked.index(b"PK\x01\x02")
    locked[place + 8] |= 1
    with pytest.raises(Damaged, match="locked with a password"):
        list(business_units.read(plain(bytes(locked))))


def test_a_part_that_lies_about_its_size() -> None:
    lying = bytearray(repacked(GOOD, **{"xl/big.xml": b"a" * 1_000_000}))
    place = lying.rindex(b"PK\x01\x02")
    lying[place + 24 : place + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Damaged, match="damaged"):
        list(business_units.read(plain(bytes(lying))))


def test_the_same_part_twice_is_taken_once() -> None:
    held = io.BytesIO(GOOD)
    with zipfile.ZipFile(held, "a") as book, pytest.warns(UserWarning, match="Duplicate name"):
        book.writestr("xl/styles.xml", b"<x/>")
    with suppress(Damaged):
        list(business_units.read(plain(held.getvalue())))


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    survives(business_units, content)
    survives(business_units, b"unit_code,unit_name,appetite_loss_1\n" + content)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_any_spoilt_workbook(place: int, junk: bytes) -> None:
    survives(business_units, GOOD[:place] + junk + GOOD[place + len(junk) :])


@settings(deadline=None)
@given(st.text(alphabet="<>/rowc= \"'A1Z9vtsi\n", max_size=80))
def test_any_sheet(inside: str) -> None:
    survives(business_units, sheet_xml(inside))


def test_readings_are_readings() -> None:
    assert {type(each) for each in read(business_units, "unit_code,unit_name,x\nHQ,Head,1\nEU,,1\n")} == {
        Note,
        UnitFact,
        Refusal,
    }
