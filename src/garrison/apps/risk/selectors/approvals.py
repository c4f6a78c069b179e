"""Who may approve a scenario, and what is true of the approvals behind a total."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from garrison.apps.people import selectors as people
from garrison.apps.risk.models import Scenario
from garrison.apps.risk.rules import PRIOR, role_of, same_person
from garrison.apps.risk.selectors.register import scenarios
from garrison.core.models import User
from garrison.core.scopes import may
from garrison.core.ui import figures

APPROVE, FOR_OWNER = "risk.approve", "risk.approve_for_owner"


@dataclass(frozen=True, slots=True)
class Approvals:
    """The scenarios of a total: how many, how many their own owners approved, how many rest on a sector prior."""

    count: int
    by_owners: int
    priors: int

    @property
    def words(self) -> str:
        """All of it as the beginning of a sentence, without its full stop."""
        n = {"n": figures.number(self.count)}
        if self.by_owners == self.count:
            said = ngettext(
                "%(n)s scenario approved by its owner", "%(n)s scenarios approved by their owners", self.count
            )
            return said % n + self.marked
        said = ngettext("%(n)s approved scenario", "%(n)s approved scenarios", self.count) % n
        if self.by_owners:
            said += ngettext(", %(n)s by its owner", ", %(n)s by their owners", self.by_owners) % {
                "n": figures.number(self.by_owners)
            }
        else:
            said += ngettext(", not by its owner", ", none by its owner", self.count)
        return said + self.marked

    @property
    def marked(self) -> str:
        """What of it rests on numbers that nobody here judged; "" for nothing."""
        if not self.priors:
            return ""
        return ngettext(
            ", %(n)s of them on a sector prior, not yours", ", %(n)s of them on sector priors, not yours", self.priors
        ) % {"n": figures.number(self.priors)}


def approvals(*, viewer: User, rows: Iterable[dict[str, Any]]) -> Approvals:
    """What is true of the approvals behind the scenarios of a computation."""
    codes = [row["code"] for row in rows]
    known = list(scenarios(viewer=viewer).filter(code__in=codes).values_list("owner", "approved_by", "basis"))
    return Approvals(
        len(codes),
        sum(same_person(owner, approved_by) for owner, approved_by, _basis in known),
        sum(basis == PRIOR for _owner, _approved_by, basis in known),
    )


def names_of(*, viewer: User) -> list[str]:
    """What an owner may be called to be this user: name, e-mail address, and the name on the roster with that one."""
    email = viewer.email.strip()
    names = [str(viewer), *([email] if email else [])]
    if email:
        same = list(people.people(viewer=viewer).filter(email__iexact=email).values_list("name", flat=True)[:2])
        names += same if len(same) == 1 else []
    return names


def approves_as(*, viewer: User, scenario: Scenario, names: Iterable[str] | None = None) -> str:
    """As whom the viewer may approve a scenario: ``OWNER``, ``DELEGATE``, or "" for not at all."""
    path = scenario.unit.path if scenario.unit else "/"
    if not may(viewer, APPROVE, path):
        return ""
    known = names_of(viewer=viewer) if names is None else names
    return role_of(scenario.owner, known, delegate=may(viewer, FOR_OWNER, path))
