"""The header layouts of badge events. A new vendor is one more entry of `SCHEMAS`.

Column names are those seen in vendors' documents and in public parsers of their exports. Times in columns that say
UTC, and times with a zone, are what they say; others are taken as UTC and one note tells so.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from garrison.formats.badge_events.verdict import direction, verdict
from garrison.formats.facts import AccessEventFact
from garrison.formats.tables.schema import Column, Remark, Schema, Tally, Values
from garrison.formats.tables.values import Bad, moment, us_moment, whole, yes_no

TITLE = "Badge events"

REMARKS = {
    "naive": Remark("Times that name no zone were taken as UTC: {n}. Export the times in UTC if they are not."),
    "other": Remark("Rows that are no badge events (operators, devices, restored alarms): {n}.", "not_badge_events"),
}
BRACKETED = re.compile(r"\[([^\]]+)\]\s*$")
KISI_MESSAGE = re.compile(
    r"(?P<who>.*?)\s+(?P<failed>(?:failed|tried|attempted) to )?unlock(?:ed)?\s+(?P<door>.+)", re.S
)
KISI_REFUSED = re.compile(r"\b(?:denied|rejected|refused|not allowed|unable)\b", re.I)
KISI_THINGS = frozenset(("lock", "door", "elevatorstop", "elevator", ""))
UHPPOTE_REASONS = {
    5: "PC control",
    6: "no privilege",
    7: "bad PIN",
    8: "anti-passback",
    10: "first card",
    11: "normally closed",
    15: "bad time zone",
    18: "no pass",
    20: "push button",
    28: "power on",
    29: "reset",
    30: "button disabled",
    33: "interlock",
    44: "remote open",
}

Build = Callable[[int, Values, Tally], AccessEventFact | None]


def utc(text: str) -> datetime:
    """A time that its column says is UTC."""
    at = moment(text)
    return at if at.tzinfo is UTC else at.replace(tzinfo=UTC)


def us_utc(text: str) -> datetime:
    """A time that its column says is UTC, with slashed dates the American way."""
    at = us_moment(text)
    return at if at.tzinfo is UTC else at.replace(tzinfo=UTC)


def not_null(text: str) -> str:
    """A cell of a database export. Names are not read so: NULL is a surname too."""
    return "" if text == "NULL" else text


def card(text: str) -> str:
    """A card number; 0 is none."""
    return "" if text in ("0", "NULL") else text


def _event(
    row: int, values: Values, tally: Tally, door: str, outcome: tuple[str, str], *, ours: bool = False
) -> AccessEventFact | None:
    """The event, from what every layout names alike. News of no door or of no card is counted and left out."""
    at = values.get("event_time_utc") or values.get("event_time")
    if at is None:
        raise Bad("The event has no time.", "event_time_utc")
    number_of_card = values.get("card_number", "")
    if outcome[0] == "other" and not ours and not (door and number_of_card):
        tally.add("other", row)
        return None
    if not door:
        raise Bad("The event names no door.", "door")
    if at.tzinfo is None:
        tally.add("naive", row)
        at = at.replace(tzinfo=UTC)
    holder = values.get("holder_name")
    if holder is None:
        first, last = values.get("first_name", ""), values.get("last_name", "")
        holder = f"{first} {last}" if first and last else first or last
    return AccessEventFact(
        row=row,
        at=at,
        door=door,
        outcome=outcome[0],
        card=number_of_card,
        direction=values.get("direction", ""),
        reason=values.get("reason") or outcome[1],
        person=holder,
        number=values.get("employee_number", ""),
        email=values.get("email", "").lower(),
    )


def _plain(*, ours: bool) -> Build:
    """The builder of a layout that names door and outcome in columns."""

    def build(row: int, values: Values, tally: Tally) -> AccessEventFact | None:
        said = values.get("outcome")
        if said is None:
            raise Bad("The event has no outcome.", "outcome")
        door = values.get("door") or values.get("panel", "")
        return _event(row, values, tally, door, verdict(said), ours=ours)

    return build


def _ccure(row: int, values: Values, tally: Tally) -> AccessEventFact | None:
    """A journal line of C-CURE 9000: of a card, with person and door; or of a door, with nobody."""
    message = values.get("message", "")
    said = verdict(values.get("outcome", ""))
    if said[0] == "other":
        # The type of a door's own news is general; what happened stands in the message.
        spoken = verdict(message)
        said = spoken if spoken[0] in ("forced", "held", "exit") else said
    primary, door = values.get("primary", ""), values.get("door", "")
    if said[0] in ("granted", "denied"):
        last, comma, first = primary.partition(",")
        values["holder_name"] = f"{first.strip()} {last.strip()}" if comma else primary
        bracketed = BRACKETED.search(message)
        said = (said[0], bracketed[1] if bracketed is not None else "")
    else:
        said, door = (said[0], ""), door or primary
    return _event(row, values, tally, door, said)


def _kisi(row: int, values: Values, tally: Tally) -> AccessEventFact | None:
    """An event of Kisi, whose door is named in a sentence; where the sentence is another, by its number."""
    message, thing = values.get("message", ""), values.get("object_type", "")
    said = verdict(values.get("outcome", ""))
    if re.sub(r"[\s_]", "", thing).casefold() not in KISI_THINGS or said[0] == "other":
        tally.add("other", row)
        return None
    found = KISI_MESSAGE.fullmatch(message)
    if found["failed"] if found is not None else KISI_REFUSED.search(message):
        said = ("denied", message)
    door = values.get("door") or (found["door"] if found is not None else f"{thing} {values.get('object_id', '')}")
    if found is not None:
        values.setdefault("holder_name", found["who"])
    return _event(row, values, tally, door.strip(), said)


def _uhppote(row: int, values: Values, tally: Tally) -> AccessEventFact | None:
    """An event of a UHPPOTE controller, whose doors are numbered 1 to 4 on each."""
    code = values.get("code", 0)
    if values.get("event_type", 1) == 1:
        outcome = "granted" if values.get("granted") else "denied"
    else:
        outcome = "exit" if code == 20 else "other"
    door = f"{values['controller']}/{values['door']}" if "controller" in values and "door" in values else ""
    return _event(row, values, tally, door, (outcome, UHPPOTE_REASONS.get(code, "")))


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("event_time_utc", utc),
            Column("event_time", moment, also=("timestamp", "time", "date_time", "datetime")),
            Column("door", also=("door_name", "reader", "reader_name", "location")),
            Column("card_number", card, also=("card", "badge_number", "badge_id", "badge")),
            Column("outcome", also=("result", "access_result", "event", "event_type")),
            Column("direction", direction),
            Column("holder_name", also=("cardholder", "full_name", "person", "user", "name")),
            Column("first_name", also=("given_name",)),
            Column("last_name", also=("surname",)),
            Column("employee_number", also=("employee_id", "emp_id")),
            Column("email", also=("email_address",)),
            Column("reason", also=("outcome_reason", "deny_reason")),
        ),
        marks=(("event_time_utc", "event_time"), ("door", "reader"), ("outcome", "result")),
        needs=(("event_time_utc", "event_time"), ("door",), ("outcome",)),
        build=_plain(ours=True),
        remarks=REMARKS,
    ),
    Schema(
        title="C-CURE 9000 journal",
        columns=(
            Column("event_time_utc", us_utc, also=("MessageUTC", "ServerUTC")),
            Column("event_time", us_moment, also=("MessageLocalDateTime", "ServerLocalDateTime", "MessageDateTime")),
            Column("outcome", also=("JournalLogMessageType", "MessageType")),
            Column("message", also=("MessageText",)),
            Column("primary", also=("PrimaryObjectName",)),
            Column("door", also=("SecondaryObjectName",)),
            Column("card_number", card, also=("Card", "CardNumber")),
            Column("direction", direction),
            Column("reason", also=("RejectCode",)),
        ),
        marks=(("JournalLogMessageType", "MessageType"), ("PrimaryObjectName",), ("SecondaryObjectName",)),
        needs=(("event_time_utc", "event_time"),),
        quiet=("StateCode", "OperatorName", "AdmitCode", "PrimaryPartitionName", "MessageLocalDateTime"),
        build=_ccure,
        remarks=REMARKS,
    ),
    Schema(
        title="OnGuard database export",
        columns=(
            Column("event_time_utc", utc),
            Column("event_time", moment, also=("EVENT_LOCAL_TIME", "EVENT_TIME_LOCAL")),
            Column("outcome", also=("EVDESCR",)),
            Column("card_number", card, also=("CARDNUM",)),
            Column("employee_number", not_null, also=("EMPID", "EMP_ID")),
            Column("last_name", also=("LASTNAME",)),
            Column("first_name", also=("FIRSTNAME",)),
            Column("door", not_null, also=("READERDESC", "DEVDESC")),
            Column("panel", not_null, also=("PANELNAME",)),
            Column("email", not_null),
        ),
        marks=(("EVDESCR",), ("READERDESC", "DEVDESC", "PANELNAME"), ("EVENT_TIME_UTC", "EVENT_LOCAL_TIME")),
        quiet=("USERID", "SSNO", "BADGEKEY", "DEVID", "SEGMENTNAME", "SERIALNUM", "CHANGEDATE", "EVENT_LOCAL_TIME"),
        build=_plain(ours=False),
        remarks=REMARKS,
    ),
    Schema(
        title="AMAG Symmetry export",
        columns=(
            Column("event_time", moment, also=("DateTimeOfTxn",)),
            Column("outcome", also=("TxnConditionName",)),
            Column("door", also=("WhereName",)),
            Column("holder_name", also=("FullName",)),
            Column("first_name", also=("FirstName",)),
            Column("last_name", also=("LastName",)),
            Column("card_number", card, also=("CardNumber",)),
            Column("employee_number", also=("EmployeeNumber",)),
        ),
        marks=(("DateTimeOfTxn",), ("TxnConditionName",), ("WhereName",)),
        quiet=("CardID",),
        build=_plain(ours=False),
        remarks=REMARKS,
    ),
    Schema(
        title="Kisi event export",
        columns=(
            Column("event_time", moment, also=("created_at",)),
            Column("outcome", also=("action",)),
            Column("message"),
            Column("object_type"),
            Column("object_id"),
            Column("door", also=("object_name", "lock_name")),
            Column("email", also=("actor_email",)),
            Column("holder_name", also=("actor_name",)),
        ),
        marks=(("actor_email",), ("action",), ("object_type",), ("created_at",)),
        quiet=("actor_id", "actor_type", "place_id", "place_name"),
        build=_kisi,
        remarks=REMARKS,
    ),
    Schema(
        title="UHPPOTE events",
        columns=(
            Column("event_time", moment, also=("event_timestamp",)),
            Column("controller"),
            Column("event_type", whole),
            Column("granted", yes_no, also=("event_access_granted",)),
            Column("door", also=("event_door",)),
            Column("direction", direction, also=("event_direction",)),
            Column("card_number", card, also=("event_card",)),
            Column("code", whole, also=("event_reason",)),
        ),
        marks=(("controller",), ("event_access_granted",), ("event_timestamp",)),
        quiet=("event_index",),
        build=_uhppote,
        remarks=REMARKS,
    ),
)
