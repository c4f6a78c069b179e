"""Directory accounts as a table: Active Directory and Entra ID exports, or login, enabled and last sign-in of others.

Attribute meanings are Microsoft's: userAccountControl ([MS-ADTS] 2.2.16), lastLogonTimestamp (100 ns since 1601),
adminCount (set on members of protected groups).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from garrison.formats.facts import AccountFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Remark, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, moment, whole, yes_no

FORMAT = "directory"
TITLE = "Directory accounts"
VERSION = 1

DISABLED, MACHINE = 0x2, 0x1000 | 0x2000
FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
NEVER = frozenset(("0", "9223372036854775807", "never", "-"))
GENERALIZED = re.compile(r"(\d{14})(?:[.,]\d+)?(Z|[+-]\d{4})", re.ASCII)
COMMON_NAME = re.compile(r"\s*cn=((?:\\.|[^,\\])+)", re.I | re.S)
ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.S)
PEOPLE = frozenset(
    (
        *("user", "person", "inetorgperson", "posixaccount", "account"),
        *("msds-groupmanagedserviceaccount", "msds-managedserviceaccount"),
    )
)
SERVICES = frozenset(("msds-groupmanagedserviceaccount", "msds-managedserviceaccount"))
ADMINISTRATORS = re.compile(
    r"(?:domain|enterprise|schema|enterprise key|key|hyper-v|exchange|global|dns|cloud|intune|sql|backup|server)"
    r"[ _-]?admin(?:istrator)?s?|administrators?|(?:account|backup|server|print) operators"
    r"|group policy creator owners|organization management|privileged role administrators?"
    r"|dom[äa]nen-admins|organisations-admins|schema-admins|administratoren|admins du domaine|administrateurs"
    r"|administradores|admins\. del dominio|wheel|sudo(?:ers)?",
    re.I,
)
"""Groups whose members can take over the directory or its servers, as named in full."""


def account_control(text: str) -> int:
    """The flags of userAccountControl, in decimal or with ``0x`` in hexadecimal."""
    if re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", text):
        return int(text, 16)
    return whole(text)


def when(text: str) -> datetime | None:
    """A FILETIME, an LDAP generalized time or a plain time; None for never. Naive where the text names no zone."""
    if text.casefold() in NEVER:
        return None
    found = GENERALIZED.fullmatch(text)
    try:
        if found is not None:
            stamp, zone = found.groups()
            return datetime.strptime(stamp + zone, "%Y%m%d%H%M%S%z").astimezone(UTC)
        if re.fullmatch(r"[0-9]{15,19}", text):
            return FILETIME_EPOCH + timedelta(seconds=int(text) // 10_000_000)
    except (ValueError, OverflowError):
        raise Bad(f"“{text[:60]}” is not a time of a directory. Export it again.") from None
    return moment(text)


def group_name(text: str) -> str:
    """The common name in a distinguished name (RFC 4514), or the text itself where it is none."""
    found = COMMON_NAME.match(text)
    return ESCAPED.sub(lambda one: chr(int(one[1], 16)) if one[1] else one[2], found[1] if found else text).strip()


def groups(text: str) -> tuple[str, ...]:
    """Group names, sorted, from distinguished names or names separated by semicolons, bars or line breaks."""
    return tuple(sorted({name for part in re.split(r"(?<!\\)[;|\r\n]", text) if (name := group_name(part))}))


def classes(text: str) -> frozenset[str]:
    """Object classes in lower case."""
    return frozenset(part.strip().casefold() for part in text.split(";"))


def build(row: int, values: Values, tally: Tally) -> AccountFact | None:
    """An account; None for a computer, group or container, which are counted."""
    control, kinds = values.get("useraccountcontrol"), values.get("objectclass")
    if kinds is not None:
        foreign = not kinds & PEOPLE or ("computer" in kinds and not kinds & SERVICES)
    else:
        foreign = control is not None and bool(control & MACHINE)
    if foreign:
        tally.add("other", row)
        return None
    if "login" not in values:
        raise Bad("The account has no login name.", "login")
    enabled = values.get("enabled", True) and not (control is not None and control & DISABLED)
    belongs = values.get("groups", ())
    spoken = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    return AccountFact(
        row=row,
        login=values["login"],
        name=values.get("name") or spoken,
        number=values.get("employee_number", ""),
        email=values.get("email", "").lower(),
        enabled=enabled,
        privileged=bool(
            values.get("privileged")
            or values.get("admincount")
            or any(ADMINISTRATORS.fullmatch(group) for group in belongs)
        ),
        last_used=_utc(values.get("last_sign_in"), row, tally),
        created=_utc(values.get("created"), row, tally),
        groups=belongs,
    )


def _utc(at: datetime | None, row: int, tally: Tally) -> datetime | None:
    """``at`` in UTC; one without a zone is taken as UTC and tallied."""
    if at is not None and at.tzinfo is None:
        tally.add("naive", row)
        return at.replace(tzinfo=UTC)
    return at


SCHEMA = Schema(
    title=TITLE,
    columns=(
        Column("login", also=("sAMAccountName", "username", "account_name", "account", "uid", "userPrincipalName")),
        Column("name", also=("displayName", "full_name", "cn")),
        Column("first_name", also=("givenName",)),
        Column("last_name", also=("sn", "surname")),
        Column("employee_number", also=("employeeID", "employee_no")),
        Column("email", also=("mail", "emailAddress")),
        Column("enabled", yes_no, also=("accountEnabled",)),
        Column("useraccountcontrol", account_control),
        Column(
            "last_sign_in",
            when,
            also=("lastLogonTimestamp", "lastLogonDate", "lastSignInDateTime", "lastLogon", "last_login", "last_used"),
        ),
        Column("created", when, also=("whenCreated", "createdDateTime", "created_at", "created_on")),
        Column("groups", groups, also=("memberOf", "group_names")),
        Column("privileged", yes_no, also=("is_admin", "admin")),
        Column("admincount", whole),
        Column("objectclass", classes),
    ),
    marks=(
        ("login", "sAMAccountName", "username", "account_name", "account", "uid", "userPrincipalName"),
        ("userAccountControl", "enabled", "accountEnabled"),
    ),
    needs=(("login",),),
    never=("card_number", "cardnum", "door"),
    quiet=("dn", "distinguishedName", "userPrincipalName", "lastLogon", "objectCategory", "pwdLastSet"),
    build=build,
    remarks={
        "naive": Remark("Times that name no zone were taken as UTC: {n}. Export the times in UTC if they are not."),
        "other": Remark("Entries that are computers, groups or containers, not accounts: {n}.", "other_entries"),
    },
)
SCHEMAS = (SCHEMA,)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of directory accounts."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The accounts of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)
