"""Tables of unknown columns: what they may be, and reading them as the user says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.test_tables_reader import packed
from tests.kit.plain import facts, plain, refusals

from garrison.formats import mapping
from garrison.formats.facts import PersonFact
from garrison.formats.source import Damaged

STRANGE = (
    "Staff list\n\nStaffNo\tEmployeeName\tE-Mail\tHire Dt\tShoe\n"
    "7\tIda Quill\tida@quill.example\t2020-01-02\t38\n8\tBo\t\t2020-13-02\t\n9\tCy\t\t2020-01-02\n"
) + "10\tDi\t\t2020-01-02\t\n" * 6


def test_a_strange_roster_is_proposed_as_one() -> None:
    proposal = mapping.propose(plain(STRANGE))
    assert proposal is not None
    best = proposal.tables[0]
    assert (proposal.row, best.format, best.title) == (3, "hr-roster", "HR roster")
    assert [(one.column, one.target) for one in best.columns] == [
        ("StaffNo", ""),
        ("EmployeeName", "name"),
        ("E-Mail", "work_email"),
        ("Hire Dt", "hire_date"),
        ("Shoe", ""),
    ]
    assert best.columns[1].confidence == 0.95
    assert 0 < best.columns[3].confidence < 0.95
    assert (best.columns[2].sample, best.missing) == ("ida@quill.example", ("employee_id",))
    assert len(proposal.tables) == mapping.BEST


def test_a_header_alone_is_proposed_when_columns_of_ours_are_in_it() -> None:
    proposal = mapping.propose(plain("Badge holder,employee_id,hire_date\n"))
    assert proposal is not None
    assert (proposal.tables[0].format, proposal.tables[0].columns[1].target) == ("hr-roster", "employee_id")
    assert mapping.propose(plain("Dear reader, hello there\n")) is None
    assert mapping.propose(plain("Dear reader\nmuch prose, and then: employee_id, hire_date\n")) is None


def test_reading_it_as_mapped() -> None:
    said = {"StaffNo": "employee_id", "EmployeeName": "name", "Hire Dt": "hire_date", "Shoe": ""}
    readings = list(mapping.read_mapped(plain(STRANGE), "hr-roster", said))
    assert facts(readings)[0].name == "Ida Quill"
    assert facts(readings)[0].email == ""
    assert isinstance(facts(readings)[0], PersonFact)
    assert refusals(readings) == [(5, "Hire Dt"), (6, "")]


@pytest.mark.parametrize(
    ("format_id", "said", "reason"),
    [
        ("horoscope", {}, "cannot be read as a table of the kind horoscope"),
        ("hr-roster", {"Nope": "name"}, "no column Nope"),
        ("hr-roster", {"Shoe": "shoe"}, "no field shoe"),
        ("hr-roster", {"Shoe": "name", "StaffNo": "name"}, "to one field"),
        ("hr-roster", {"Shoe": "name"}, "employee_id is missing"),
    ],
)
def test_mappings_that_do_not_fit(format_id: str, said: dict[str, str], reason: str) -> None:
    with pytest.raises(Damaged, match=reason):
        list(mapping.read_mapped(plain(STRANGE), format_id, said))


def test_workbooks_and_the_widest_sheet() -> None:
    content = packed(("A", [["x y", "z"], [1, 2]]), ("B", [["Card", "Name", "Until"], [7, "Ida", "2026-01-01"]]))
    proposal = mapping.propose(plain(content))
    assert proposal is not None
    assert (proposal.sheet, proposal.tables[0].format) == ("B", "badge-holders")
    assert mapping.propose(plain(packed(("A", [])))) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "just a line of prose\nand another\n",
        "one, two\n",
        "<a>,<b>\n1,2\n",
        '[{"a": 1, "b": 2},\n{"a": 1, "b": 2}]',
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "1,2,3\n4,5,6\n",
        "a,b\n1,2,3\n1,2,3,4\n1\n1,2\n",
    ],
)
def test_what_is_no_table(content: str) -> None:
    assert mapping.propose(plain(content)) is None


def test_bare_returns_a_mark_and_a_blank_name() -> None:
    content = "\ufeffcovered body,state,,people\rQuux,ZZ,,12\r'=Gnu,ZZ,,\r"
    proposal = mapping.propose(plain(content))
    assert proposal is not None
    assert [(one.column, one.sample) for one in proposal.tables[0].columns] == [
        ("covered body", "Quux"),
        ("state", "ZZ"),
        ("", ""),
        ("people", "12"),
    ]


def test_old_or_locked_office_files() -> None:
    with pytest.raises(Damaged, match="old or a locked Office document"):
        mapping.propose(plain(mapping.OLE + b"\0" * 600))


def test_targets() -> None:
    assert {table.format for table in mapping.TABLES} >= {"hr-roster", "badge-events", "hosts-table"}
    assert "employee_id" in mapping.TABLES[0].targets


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=4), min_size=2, max_size=5))
def test_any_table_is_proposed_or_not(rows: list[list[str]]) -> None:
    proposal = mapping.propose(plain("\n".join(",".join(row) for row in rows)))
    for table in proposal.tables if proposal else ():
        assert 0 <= table.score <= 1
        targets = [one.target for one in table.columns if one.target]
        assert len(targets) == len(set(targets))
