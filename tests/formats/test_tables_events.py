"""Badge events: the layouts of vendors and ours, what their words mean, and their clocks."""

import sys
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.plain import facts, notes, plain, read, refusals, survives

from garrison.formats import badge_events
from garrison.formats.badge_events.verdict import direction, verdict
from garrison.formats.facts import AccessEventFact

AT = datetime(2031, 2, 3, 7, 8, 9, tzinfo=UTC)
OURS = "event_time_utc,door,card_number,outcome,direction,holder_name,employee_number,reason\n"
CCURE = (
    "MessageUTC,MessageLocalDateTime,JournalLogMessageType,MessageText,PrimaryObjectName,SecondaryObjectName,"
    "StateCode,Card,Direction,OperatorName\n"
)
ONGUARD = "EVENT_TIME_UTC,EVDESCR,USERID,CARDNUM,EMPID,SSNO,LASTNAME,FIRSTNAME,PANELNAME,READERDESC\n"
AMAG = "DateTimeOfTxn,TxnConditionName,WhereName,FullName,FirstName,LastName,CardID,CardNumber,EmployeeNumber\n"
KISI = "actor_id,actor_email,action,object_type,object_id,message,created_at\n"
UHPPOTE = (
    "controller,event_index,event_type,event_access_granted,event_door,event_direction,event_card,event_timestamp,"
    "event_reason\n"
)


def event(**said: object) -> AccessEventFact:
    return AccessEventFact(**{"at": AT, "door": "Gate", "outcome": "granted", **said})


def test_ours() -> None:
    content = OURS + (
        "2031-02-03T07:08:09Z,Gate,7,granted,in,Ida Quill,E7,\n"
        "2031-02-03 07:08:09,Gate,7,denied,out,,,lost card\n"
        "2031-02-03 07:08:09,Gate,,whatever,,,,\n"
        "2031-02-03 07:08:09,,7,granted,,,,\n"
        "2031-02-03 07:08:09,Gate,7,,,,,\n"
        ",Gate,7,granted,,,,\n"
        "soon,Gate,7,granted,,,,\n"
    )
    readings = read(badge_events, content)
    assert facts(readings) == [
        event(card="7", direction="in", person="Ida Quill", number="E7"),
        event(card="7", direction="out", outcome="denied", reason="lost card"),
        event(outcome="other", reason="whatever"),
    ]
    assert refusals(readings) == [(5, "door"), (6, "outcome"), (7, "event_time_utc"), (8, "event_time_utc")]
    assert notes(readings) == []


def test_ccure() -> None:
    content = CCURE + (
        "2031-02-03T07:08:09.000Z,,CardAdmitted,\"Admitted 'Quill, Ida' at 'Gate'\",\"Quill, Ida\",Gate,1,7,In,x\n"
        ",02/03/2031 07:08:09 AM,CardRejected,\"Rejected 'Ida' at 'Gate' [Lost]\",Ida,Gate,1,7,Out,x\n"
        "2/3/2031 7:08:09 AM,,ObjectChangedState,Door 'Gate' was forced open,Gate,,1,,,x\n"
        "2031-02-03T07:08:09Z,,OperatorLogin,Operator Lost logged in,x,,1,,,x\n"
        "2031-02-03T07:08:09Z,,CardNoted,,x,Gate,1,7,,x\n"
    )
    readings = read(badge_events, content)
    assert facts(readings) == [
        event(card="7", direction="in", person="Ida Quill"),
        event(card="7", direction="out", outcome="denied", reason="Lost", person="Ida"),
        event(outcome="forced"),
        event(outcome="other", card="7"),
    ]
    assert [(note.row, note.counts) for note in notes(readings)] == [(3, {}), (5, {"not_badge_events": 1})]


def test_onguard_and_the_name_null() -> None:
    content = ONGUARD + (
        "2031-02-03 07:08:09,Access Granted,1,7,E7,NULL,Null,Ida,P,Gate\n"
        "2031-02-03 07:08:09,Access Denied: Unknown Badge,1,NULL,NULL,NULL,NULL,,Gate,NULL\n"
        "2031-02-03 07:08:09,Door Forced Open Restored,,,,,,,P,Gate\n"
        "2031-02-03T09:08:09+02:00,Door Held Open,,,,,,,P,Gate\n"
    )
    readings = read(badge_events, content)
    assert facts(readings) == [
        event(card="7", person="Ida Null", number="E7"),
        event(outcome="denied", reason="Access Denied: Unknown Badge", person="NULL"),
        event(outcome="held"),
    ]
    assert [note.counts for note in notes(readings)] == [{"not_badge_events": 1}]


def test_amag_names_no_zone_and_one_note_says_so() -> None:
    content = AMAG + "2031-02-03 07:08:09,Granted Access,Gate,Ida Quill,Ida,Quill,7,42,E7\n" * 3
    readings = read(badge_events, content)
    assert facts(readings) == [event(card="42", person="Ida Quill", number="E7")] * 3
    (note,) = notes(readings)
    assert (note.row, note.counts, "taken as UTC: 3" in note.reason) == (2, {}, True)


def test_kisi() -> None:
    content = KISI + (
        "1,Ida@quill.example,unlock,lock,9,Ida unlocked Lost and Found,2031-02-03T07:08:09Z\n"
        "1,ida@quill.example,unlock,lock,9,Ida failed to unlock Gate,2031-02-03T07:08:09Z\n"
        "1,ida@quill.example,unlock,Lock,9,Access denied,2031-02-03T07:08:09Z\n"
        "1,ida@quill.example,unlock,lock,9,Something,2031-02-03T07:08:09Z\n"
        "1,ida@quill.example,create,user,9,Ida made a user,2031-02-03T07:08:09Z\n"
    )
    readings = read(badge_events, content)
    mail = "ida@quill.example"
    assert facts(readings) == [
        event(door="Lost and Found", person="Ida", email=mail),
        event(outcome="denied", reason="Ida failed to unlock Gate", person="Ida", email=mail),
        event(door="Lock 9", outcome="denied", reason="Access denied", email=mail),
        event(door="lock 9", email=mail),
    ]
    assert [note.counts for note in notes(readings)] == [{"not_badge_events": 1}]


def test_uhppote() -> None:
    content = UHPPOTE + (
        "405,1,1,True,1,1,7,2031-02-03 07:08:09,1\n"
        "405,2,1,False,2,2,7,2031-02-03 07:08:09,6\n"
        "405,3,2,True,1,1,0,2031-02-03 07:08:09,20\n"
        "405,4,3,True,,1,0,2031-02-03 07:08:09,28\n"
        '"# codes: 1, 6",,,,,,,,\n'
    )
    readings = read(badge_events, content)
    assert facts(readings) == [
        event(door="405/1", card="7", direction="in"),
        event(door="405/2", card="7", direction="out", outcome="denied", reason="no privilege"),
        event(door="405/1", direction="in", outcome="exit", reason="push button"),
    ]
    assert [note.counts for note in notes(readings)] == [{}, {"not_badge_events": 1}]


@pytest.mark.parametrize(
    ("word", "outcome", "reason"),
    [
        ("Access_Granted", "granted", ""),
        ("CardAdmitted", "granted", ""),
        ("Granted No Entry", "granted", "Granted No Entry"),
        ("Invalid Card", "denied", "Invalid Card"),
        ("AntiPassbackViolation", "denied", "AntiPassbackViolation"),
        ("Door Forced", "forced", ""),
        ("Door open too long", "held", "Door open too long"),
        ("REX activated", "exit", "REX activated"),
        ("Door Held Open Cancelled", "other", "Door Held Open Cancelled"),
        ("Weather", "other", "Weather"),
    ],
)
def test_verdicts(word: str, outcome: str, reason: str) -> None:
    assert verdict(word) == (outcome, reason)


def test_directions() -> None:
    assert [direction(word) for word in ("Entry", "2", "up")] == ["in", "out", ""]


def test_sixty_thousand_rows_are_quick() -> None:
    rows = "".join(
        f"2031-02-03 07:{n // 60 % 60:02}:{n % 60:02},Access Granted,1,{n},E7,NULL,Q,Ida,P,Gate\n"
        for n in range(60_000)
    )
    source = plain(ONGUARD + rows)
    best = 9.0
    for _ in range(3):
        start = process_time()
        count = sum(isinstance(each, AccessEventFact) for each in badge_events.read(source))
        best = min(best, process_time() - start)
        assert count == 60_000
        if best < 0.8:
            break
    # A tracer (coverage, a debugger) costs three times the work itself.
    assert best < 0.8 or sys.gettrace() is not None


@settings(deadline=None)
@given(st.sampled_from((OURS, CCURE, ONGUARD, AMAG, KISI, UHPPOTE)), st.lists(st.text(max_size=20), max_size=10))
def test_any_cells(header: str, cells: list[str]) -> None:
    width = header.count(",") + 1
    row = ",".join(cell.replace(",", "") for cell in (cells * width)[:width])
    survives(badge_events, (header + row + "\n2031-02-03T07:08:09Z," + row + "\n").encode())
