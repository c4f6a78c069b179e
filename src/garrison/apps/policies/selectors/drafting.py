"""Templates of our own, and what the organisation knows to fill them with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from garrison.apps.organization import selectors as organization
from garrison.apps.policies.rules import PLACES, Template, fill, read_template
from garrison.apps.policies.selectors.register import policies
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.ui import figures

FOLDER = Path(__file__).parents[1] / "data" / "templates"


@dataclass(frozen=True, slots=True)
class Offer:
    """A template, and the policies in sight that began from it."""

    template: Template
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a template: its name, what it is called, what is known and what was typed."""

    name: str
    label: str
    value: str
    known: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template with its places, filled as it would be created."""

    template: Template
    places: tuple[Place, ...]
    text: str
    unknown: tuple[str, ...]


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Our templates by code, in order of code."""
    found = [read_template(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md"))]
    return {template.code: template for template in sorted(found, key=lambda one: one.code)}


def offers(*, viewer: User) -> list[Offer]:
    """Every template, with the policies in sight that began from it."""
    used: dict[str, list[str]] = {}
    for template, code in policies(viewer=viewer).exclude(template="").values_list("template", "code"):
        used.setdefault(template, []).append(code)
    return [Offer(template, tuple(used.get(code, ()))) for code, template in templates().items()]


def known_facts(*, viewer: User, as_of: date) -> dict[str, str]:
    """What the records say about the places of templates; what they do not say is left out."""
    sites = [site.name for site in organization.sites(viewer=viewer)[:12]]
    facts = {
        "organisation": organization.name(viewer=viewer),
        "sites": str(figures.listed(sites)) if sites else "",
        "security_head": _holder("security head"),
        "privacy_officer": _holder("privacy"),
        "effective_date": f"{as_of.day} {as_of:%B %Y}",
    }
    return {place: said for place, said in facts.items() if said}


def prepared(*, viewer: User, code: str, said: Mapping[str, str], as_of: date) -> Prepared:
    """A template filled from the records and from what somebody typed. Raises ``Missing`` for an unknown code."""
    template = templates().get(code)
    if template is None:
        raise Missing("no such template")
    known = known_facts(viewer=viewer, as_of=as_of) | {"review_months": str(template.review_months)}
    facts = known | {place: words for place, words in said.items() if words.strip()}
    places = tuple(
        Place(place, PLACES[place], facts.get(place, ""), place in known)
        for place in PLACES
        if place in template.places
    )
    filled = fill(template.body, facts)
    return Prepared(template, places, filled.text, filled.unknown)


def _holder(role: str) -> str:
    """The name of the one who holds a role in the whole organisation; "" where nobody or several do."""
    rows = User.objects.filter(is_active=True, is_system=False, grants__role=role, grants__path="/").distinct()[:2]
    found = list(rows)
    return str(found[0]) if len(found) == 1 else ""
