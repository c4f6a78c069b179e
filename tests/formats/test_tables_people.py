"""People, accounts and badges, in the layouts of others."""

from base64 import b64encode
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.plain import facts, notes, plain, read, refusals, survives

from garrison.formats import badge_holders, directory, directory_ldif, hr_roster
from garrison.formats.facts import AccountFact, BadgeFact, PersonFact
from garrison.formats.source import Damaged

ROSTER = (
    "Employee Number;First Name;Last Name;Email;Job Title;Status;Hire Date;Termination Date;Manager ID;"
    "Employment Type\n"
    "7;Ida;Quill;IDA@quill.example;Porter;Inactive;2020-01-02;2025-05-06;1;Full-Time\n"
    "8;Bo;;;;On leave;;0000-00-00;;Contingent worker\n"
    "9;;Solo;;;Active;;;;Board\n"
    "10;;;;;Active;;;;\n"
    "11;Eve;Late;;;Active;2025-05-06;2020-01-02;;\n"
    "12;Max;Odd;;;Sleeping;;;;\n"
    ";Nemo;None;;;Active;;;;\n"
)


def test_roster() -> None:
    readings = read(hr_roster, ROSTER)
    assert facts(readings) == [
        PersonFact(
            number="7",
            name="Ida Quill",
            email="ida@quill.example",
            title="Porter",
            status="left",
            hired=date(2020, 1, 2),
            left=date(2025, 5, 6),
            manager="1",
        ),
        PersonFact(number="8", name="Bo", status="leave", kind="contractor"),
        PersonFact(number="9", name="Solo", kind="other"),
    ]
    assert refusals(readings) == [
        (5, "Last Name"),
        (6, "Termination Date"),
        (7, "Status"),
        (8, "Employee Number"),
    ]


def test_roster_without_a_status() -> None:
    content = "worker id,full name,termination date,hire date\n1,Ana,2025-01-01,\n2,Ben,,2020-01-01\n3,,,\n"
    readings = read(hr_roster, content)
    assert [fact.status for fact in facts(readings)] == ["left", "active"]
    assert refusals(readings) == [(4, "last_name")]
    assert not hr_roster.sniff(plain("worker id,full name,mood\n1,Ana,good\n"))


GENETEC = (
    "Cardholder first name,Cardholder last name,Cardholder group,Status,Activation date,Expiration date,Email,"
    "Card number,PIN\n"
    "Ida,Quill,Staff;Vault,Active,2026-01-01,2026-12-31,Ida@quill.example,0042,1234\n"
    "Bo,Reed,,Stolen,2026-01-01 08:00:00,,,43,\n"
    "Cy,Reed,,Expired,2026-01-02,2026-01-01,,44,\n"
)


def test_badge_holders() -> None:
    readings = read(badge_holders, GENETEC)
    assert badge_holders.sniff(plain(GENETEC))
    assert facts(readings) == [
        BadgeFact(
            card="0042",
            holder="Ida Quill",
            email="ida@quill.example",
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
            levels=("Staff", "Vault"),
        ),
        BadgeFact(card="43", holder="Bo Reed", status="lost", valid_from=date(2026, 1, 1)),
    ]
    assert refusals(readings) == [(4, "Expiration date")]
    assert notes(readings) == []


def test_badge_holders_of_ours() -> None:
    content = (
        "card_number,holder_name,employee_number,email,status,valid_from,valid_until,access_levels\n"
        "7,Ida Quill,E7,,suspended,,,HQ\n"
    )
    assert facts(read(badge_holders, content)) == [
        BadgeFact(card="7", holder="Ida Quill", number="E7", status="suspended", levels=("HQ",))
    ]


ACCOUNTS = (
    "sAMAccountName,displayName,employeeID,mail,userAccountControl,lastLogonTimestamp,whenCreated,memberOf,adminCount,"
    "objectClass\n"
    "ida,Ida Quill,7,Ida@quill.example,512,133700000000000000,20210301000000.0Z,"
    '"CN=VPN,OU=G;CN=Domain Admins,CN=Users",,\n'
    "bo,,,,514,0,20210301020000+0200,,1,top;person;organizationalPerson;user\n"
    'cy,,,,0x200,,,"CN=R\\,D,OU=G;CN=Caf\\C3,OU=G",0,\n'
    "box$,,,,4096,,,,,\n"
    "grp,,,,512,,,,,top;group\n"
    "svc$,,,,4096,,,,,top;person;user;computer;msDS-GroupManagedServiceAccount\n"
    ",,,,512,,,,,\n"
    "dan,,,,odd,,,,,\n"
    "eli,,,,512,999999999999999999999999,,,,\n"
    "flo,,,,512,9999999999999999999,99999999999999Z,,,\n"
)
WANTED = [
    AccountFact(
        login="ida",
        name="Ida Quill",
        number="7",
        email="ida@quill.example",
        privileged=True,
        last_used=datetime(2024, 9, 5, 8, 53, 20, tzinfo=UTC),
        created=datetime(2021, 3, 1, tzinfo=UTC),
        groups=("Domain Admins", "VPN"),
    ),
    AccountFact(login="bo", enabled=False, privileged=True, created=datetime(2021, 3, 1, tzinfo=UTC)),
]


def test_directory() -> None:
    readings = read(directory, ACCOUNTS)
    assert directory.sniff(plain(ACCOUNTS))
    assert facts(readings) == [
        *WANTED,
        AccountFact(login="cy", groups=("CafÃ", "R,D")),
        AccountFact(login="svc$"),
    ]
    assert refusals(readings) == [
        (8, "sAMAccountName"),
        (9, "userAccountControl"),
        (10, "lastLogonTimestamp"),
        (11, "lastLogonTimestamp"),
    ]
    assert [(note.row, note.counts) for note in notes(readings)] == [(5, {"other_entries": 2})]


def test_directory_of_another_kind() -> None:
    content = (
        "Login,First Name,Last Name,Enabled,Last sign in,Groups,Privileged\n"
        "ida,Ida,Quill,no,2026-01-02 03:04:05,Admins|VPN,yes\nbo,,,yes,never,,\ncy,,,yes,2026-01-02T03:04:05Z,,\n"
    )
    readings = read(directory, content)
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert facts(readings) == [
        AccountFact(
            login="ida", name="Ida Quill", enabled=False, privileged=True, last_used=at, groups=("Admins", "VPN")
        ),
        AccountFact(login="bo"),
        AccountFact(login="cy", last_used=at),
    ]
    assert [(note.row, note.counts) for note in notes(readings)] == [(2, {})]


LDIF = f"""version: 1
# people
#  of the house
dn: CN=Ida,OU=People
objectClass: top
objectClass: person
objectClass: user
sAMAccountName: ida
sAMAccountName: other
displayName: Ida
  Quill
cn: Someone else
employeeID:: {b64encode(b"7").decode()}
mail: Ida@quill.example
userAccountControl: 512
lastLogonTimestamp: 133700000000000000
whenCreated: 20210301000000.0Z
memberOf: CN=VPN,OU=G
memberOf: CN=Domain Admins,CN=Users
thumbnailPhoto:: /9j/4AAQ
jpegPhoto:< file:///etc/passwd
title:

dn:: {b64encode("CN=Bö".encode()).decode()}
objectClass: user
sAMAccountName: bo
displayName:
userAccountControl: 514
adminCount: 1
whenCreated: 20210301000000.0Z


dn: OU=People
objectClass: organizationalUnit
ou: People
"""


def ldif(*lines: str) -> str:
    return "dn: CN=x\n" + "\n".join(lines) + "\n"


def test_ldif_says_what_the_table_says() -> None:
    for content in (LDIF, LDIF.replace("\n", "\r\n"), "\ufeff" + LDIF):
        assert directory_ldif.sniff(plain(content))
        readings = read(directory_ldif, content)
        assert facts(readings) == WANTED
        assert [note.counts for note in notes(readings)] == [{"other_entries": 1}]
    assert readings[0].row == 4
    assert directory_ldif.sniff(plain("\n# c\ndn: x\n"))
    assert not directory_ldif.sniff(plain("version: 1\n"))
    assert not directory_ldif.sniff(plain(ACCOUNTS))


@pytest.mark.parametrize(
    ("content", "row", "field"),
    [
        (ldif("changetype: modify", "replace: mail", "mail: a@b", "-"), 2, "changetype"),
        ("mail: a@b\nuid: x\n", 1, "mail"),
        (ldif("uid: x", "no colon"), 3, ""),
        (ldif("uid: x", ": y"), 3, ""),
        (ldif("uid:: ?"), 2, "uid"),
        (ldif("uid:: /w=="), 2, "uid"),
        (ldif("uid:< file:///etc/passwd"), 2, "uid"),
        (ldif("uid: x", "userAccountControl: odd"), 1, "userAccountControl"),
        (ldif("mail: a@b"), 1, "login"),
    ],
)
def test_ldif_refuses(content: str, row: int, field: str) -> None:
    readings = read(directory_ldif, content)
    assert refusals(readings) == [(row, field)]
    assert facts(readings) == []


def test_ldif_notes_and_limits() -> None:
    readings = read(directory_ldif, ldif("uid: x", "last_sign_in: 2026-01-02 03:04:05"))
    assert [note.counts for note in notes(readings)] == [{}]
    with pytest.raises(Damaged, match="version 1"):
        read(directory_ldif, "version: 2\n\ndn: x\n")
    with pytest.raises(Damaged, match="values of memberOf"):
        read(directory_ldif, ldif("uid: x", *["memberOf: CN=" + "x" * 50] * 9), line_bytes=200)
    with pytest.raises(Damaged, match="starts in line 2"):
        read(directory_ldif, ldif("uid: x", *[" " + "x" * 50] * 9), line_bytes=200)


FORMATS = (hr_roster, badge_holders, directory, directory_ldif)


@settings(deadline=None)
@given(st.sampled_from(FORMATS), st.lists(st.text(max_size=12), max_size=30))
def test_any_cells(reader: hr_roster, cells: list[str]) -> None:
    for content in (ROSTER, GENETEC, ACCOUNTS, LDIF):
        header = content.partition("\n")[0]
        survives(reader, (header + "\n" + ",".join(cells) + "\n" + "\n".join(cells)).encode("utf-8", "replace"))


@settings(deadline=None)
@given(st.lists(st.sampled_from([*LDIF.splitlines(), "", " ", "-", "dn: x", "uid: \x00", "::", "changetype: add"])))
def test_any_ldif(lines: list[str]) -> None:
    survives(directory_ldif, "\n".join(lines).encode())
