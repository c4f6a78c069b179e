"""The HR roster: who works here, since when, and who has left."""

import re
from collections.abc import Iterator
from datetime import date

from garrison.formats.facts import PersonFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, day, ordered, words

FORMAT = "hr-roster"
TITLE = "HR roster"
VERSION = 1

STATUS = words(
    active="employed current working onboarding probation a",
    leave="onleave leaveofabsence loa parentalleave medicalleave sabbatical furloughed l",
    left="inactive terminated former resigned retired dismissed separated deceased t i",
)
NUMBERS = (
    "employee_id",
    "employee_number",
    "employee_no",
    "emp_id",
    "worker_id",
    "person_number",
    "personnel_number",
    "staff_id",
)
CONTRACTORS = re.compile(r"contract(or|ing)|contingent|consultant|vendor|external|freelance|agency|supplier", re.I)
EMPLOYEES = re.compile(
    r"employee|full.?time|part.?time|permanent|regular|intern|apprentice|temporary|fixed|staff", re.I
)


def kind(text: str) -> str:
    """An employment type as employee, contractor or other."""
    if CONTRACTORS.search(text):
        return "contractor"
    return "employee" if EMPLOYEES.search(text) else "other"


def roster_day(text: str) -> date | None:
    """A date; some exports write ``0000-00-00`` for none."""
    return None if text == "0000-00-00" else day(text)


def _build(row: int, values: Values, _: Tally) -> PersonFact:
    """A person. Without a status a termination date says that the person has left."""
    name = values.get("name") or " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    if not name:
        raise Bad("The person has no name.", "name" if "name" in values else "last_name")
    left = values.get("termination_date")
    ordered(values, "hire_date", "termination_date")
    return PersonFact(
        row=row,
        number=values["employee_id"],
        name=name,
        email=values.get("work_email", "").lower(),
        unit=values.get("unit_code", ""),
        site=values.get("site", ""),
        department=values.get("department", ""),
        title=values.get("job_title", ""),
        kind=values.get("kind", "employee"),
        status=values.get("status") or ("active" if left is None else "left"),
        hired=values.get("hire_date"),
        left=left,
        manager=values.get("supervisor_id", ""),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("employee_id", also=NUMBERS[1:], required=True),
            Column("name", also=("full_name", "display_name", "employee_name", "worker_name", "legal_name")),
            Column("first_name", also=("given_name", "preferred_name")),
            Column("last_name", also=("surname", "family_name")),
            Column("work_email", also=("email", "e-mail", "email_address", "business_email")),
            Column("unit_code", also=("business_unit", "unit", "business_unit_code")),
            Column("site", also=("location", "office", "work_location")),
            Column("department"),
            Column("job_title", also=("title", "position", "job")),
            Column("kind", kind, also=("employment_type", "worker_type", "employee_type")),
            Column("status", STATUS, also=("employment_status", "employee_status", "worker_status")),
            Column("hire_date", roster_day, also=("hired", "start_date", "original_hire_date")),
            Column("termination_date", roster_day, also=("left", "end_date", "last_day", "leaving_date")),
            Column("supervisor_id", also=("manager_id", "manager_employee_id", "reports_to_id", "manager")),
        ),
        marks=(
            NUMBERS,
            ("name", "full_name", "display_name", "employee_name", "worker_name", "legal_name", "last_name", "surname"),
            (
                *("status", "employment_status", "employee_status", "worker_status", "hire_date", "hired"),
                *("start_date", "original_hire_date", "termination_date", "leaving_date", "last_day"),
            ),
        ),
        needs=(("name", "last_name", "first_name"),),
        never=("samaccountname", "userprincipalname", "card_number", "cardnum", "userAccountControl", "door"),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is an HR roster."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The people of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)
