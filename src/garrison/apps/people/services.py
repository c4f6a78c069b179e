"""Commands of the people app: what the HR roster says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from garrison.apps.organization import selectors as organization
from garrison.apps.organization.rules import Place, slug
from garrison.apps.organization.services import places_of
from garrison.apps.people import rules, selectors
from garrison.apps.people.models import Person
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches, key_of, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import ImportedFile, User
from garrison.core.ui import figures
from garrison.formats.facts import PersonFact

CHUNK = 5_000
NUMBER = 60
FIELDS = (
    "number", "name", "email", "unit_id", "unit_code", "site_id", "department", "title", "kind", "status", "hired",
    "left", "left_recorded", "manager",
)  # fmt: skip


@command("people.import_people")
def import_people(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the people that rosters tell of; gives how many of each verdict.

    The roster is the authority: what it leaves empty is emptied here. Only the moment at which a last day was first
    read stays. Somebody whose unit is not known is kept without one and noted.
    """
    units, sites = _places(actor, batch)
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    first: dict[tuple[int, str], int] = {}
    homeless: dict[int, tuple[ImportedFile, Counter[str]]] = {}
    for chunk in batches(batch, CHUNK):
        taken = [staged for staged in chunk if not _refused(batch, staged) and not _repeated(batch, staged, first)]
        recorded = _recorded(taken)
        rows = [_row(staged, units, sites, recorded, batch) for staged in taken]
        verdicts, _ = reconcile(Person, rows, compare=FIELDS)
        batch.settle(taken, verdicts)
        totals.update(verdicts)
        for staged, row in zip(taken, rows, strict=True):
            if row["unit_code"] and row["unit_id"] is None:
                homeless.setdefault(staged.file.pk, (staged.file, Counter()))[1][row["unit_code"]] += 1
    for file, codes in homeless.values():
        batch.note(file, _unknown_units(codes), name="unit_code")
    changed(target="people", after=dict(totals))
    return dict(totals)


def _fact(staged: Staged) -> PersonFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, PersonFact)
    return staged.fact


def _places(actor: User, batch: Batch) -> tuple[dict[str, int], dict[str, int]]:
    """The units (ids by slug) and sites (ids by name) that the rows name; sites are made where they are new."""
    votes: dict[Place, Counter[str]] = {}
    codes: set[str] = set()
    for staged in batch:
        fact = _fact(staged)
        codes.add(fact.unit)
        if fact.site:
            votes.setdefault(Place(fact.site), Counter())[slug(fact.unit)] += 1
    units = organization.unit_ids(viewer=actor, codes=codes)
    places = {
        place: {units[code]: count for code, count in named.items() if code in units} for place, named in votes.items()
    }
    found = places_of(actor=actor, places=places) if places else {}
    return units, {place.site: site for place, (site, _) in found.items()}


def _refused(batch: Batch, staged: Staged) -> bool:
    """Refuse a row that contradicts itself."""
    fact = _fact(staged)
    if fact.hired and fact.left and fact.left < fact.hired:
        reason = f"{fact.name} would have left on {fact.left}, before being hired on {fact.hired}."
        batch.refuse(staged, "termination_date", reason)
        return True
    if len(fact.number) > NUMBER:
        batch.refuse(staged, "employee_id", f"The number is longer than {NUMBER} characters.")
        return True
    return False


def _repeated(batch: Batch, staged: Staged, first: dict[tuple[int, str], int]) -> bool:
    """Refuse a second row of one number in one file: which of them holds is for HR to say, not for their order."""
    fact = _fact(staged)
    row = first.setdefault((staged.file.pk, key_of(fact.number)), fact.row)
    if row == fact.row:
        return False
    batch.refuse(staged, "employee_id", f"The number {fact.number} stands in row {row} already; correct the roster.")
    return True


def _recorded(taken: Sequence[Staged]) -> dict[str, Any]:
    """When the last day of those among ``taken`` who have left was first read, by key."""
    found: dict[str, Any] = {}
    leaving = [key_of(f.number) for f in map(_fact, taken) if rules.has_left(f.status, f.left)]
    for chunk in batches(leaving):
        known = Person.objects.filter(key__in=chunk).exclude(left_recorded=None)
        found.update(known.values_list("key", "left_recorded"))
    return found


def _row(
    staged: Staged, units: Mapping[str, int], sites: Mapping[str, int], recorded: Mapping[str, Any], batch: Batch
) -> dict[str, Any]:
    """One person as the table has it."""
    fact = _fact(staged)
    key = key_of(fact.number)
    return {
        "key": key,
        "number": fact.number,
        "name": fact.name,
        "email": fact.email.casefold(),
        "unit_id": units.get(slug(fact.unit)),
        "unit_code": fact.unit,
        "site_id": sites.get(fact.site),
        "department": fact.department,
        "title": fact.title,
        "kind": fact.kind,
        "status": fact.status,
        "hired": fact.hired,
        "left": fact.left,
        "left_recorded": rules.left_recorded(fact.status, fact.left, recorded.get(key), batch.at),
        "manager": fact.manager,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


def _unknown_units(codes: Counter[str]) -> str:
    """What to say of people whose units nobody has told of."""
    named = ", ".join(code for code, _ in codes.most_common(8)) + (" and others" if len(codes) > 8 else "")
    return (
        f"{figures.counted(codes.total(), 'people')} with a unit that is not known ({named}): kept without a unit "
        "until a table of business units tells of it."
    )


@command("people.join_units")
def join_units(*, actor: User) -> int:
    """Give people without a unit the one that their roster named, once it is known; gives how many."""
    waiting = selectors.without_unit(viewer=actor)
    codes = list(waiting.order_by().values_list("unit_code", flat=True).distinct())
    units = organization.unit_ids(viewer=actor, codes=codes)
    joined = sum(waiting.filter(unit_code=code).update(unit=units[slug(code)]) for code in codes if slug(code) in units)
    changed(target="people", after={"joined": joined})
    return joined
