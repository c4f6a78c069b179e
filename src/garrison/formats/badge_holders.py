"""Badge holders: who has which card, whether it works, until when, and what it opens."""

from collections.abc import Iterator

from garrison.formats.facts import BadgeFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import day, items, ordered, words

FORMAT = "badge-holders"
TITLE = "Badge holders"
VERSION = 1

STATUS = words(
    active="enabled valid issued a",
    suspended="inactive disabled blocked onhold",
    lost="stolen missing",
    ended="expired terminated returned revoked deactivated deleted destroyed",
)
CARDS = ("card_number", "badge_number", "cardnum", "card_no", "card", "badge_id", "credential_number")
_STATUSES = ("status", "card_status", "badge_status")
_FROM = ("valid_from", "activation_date", "activate", "activation", "issue_date")
_UNTIL = ("valid_until", "expiration_date", "expiry_date", "deactivate", "valid_to", "expiration")
_FULL = ("holder_name", "cardholder_name", "cardholder", "full_name", "holder")
_LAST = ("last_name", "cardholder_last_name", "lastname", "surname")


def _build(row: int, values: Values, _: Tally) -> BadgeFact:
    """A badge, whose validity does not end before it starts."""
    ordered(values, "valid_from", "valid_until")
    spoken = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    return BadgeFact(
        row=row,
        card=values["card_number"],
        holder=values.get("holder_name") or spoken,
        number=values.get("employee_number", ""),
        email=values.get("email", "").lower(),
        status=values.get("status", "active"),
        valid_from=values.get("valid_from"),
        valid_until=values.get("valid_until"),
        levels=values.get("access_levels", ()),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("card_number", also=CARDS[1:], required=True),
            Column("holder_name", also=_FULL[1:]),
            Column("first_name", also=("cardholder_first_name",)),
            Column("last_name", also=_LAST[1:]),
            Column("employee_number", also=("employee_id", "emp_id", "empid")),
            Column("email", also=("email_address", "work_email")),
            Column("status", STATUS, also=_STATUSES[1:]),
            Column("valid_from", day, also=_FROM[1:]),
            Column("valid_until", day, also=_UNTIL[1:]),
            Column("access_levels", items, also=("access_level", "clearances", "cardholder_group", "access_groups")),
        ),
        marks=(CARDS, (*_FULL, *_LAST), (*_STATUSES, *_FROM, *_UNTIL)),
        never=("event_time_utc", "event_time", "door", "reader", "readerdesc", "samaccountname"),
        quiet=(
            *("Mobile phone number", "Can escort visitors", "Credential name", "Card format", "Facility code", "PIN"),
            *("License plate", "Partition", "Badge template", "Expires after X days of inactivity"),
            "Expires X days after first use",
        ),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of badge holders."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The badges of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)
