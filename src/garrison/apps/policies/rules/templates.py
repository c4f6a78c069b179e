"""Templates of policies: how a file is read, and how its places are filled from what is known. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from garrison.apps.policies.rules.quiz import parse_quiz
from garrison.apps.policies.rules.text import normal

PLACES = {
    "organisation": "Organisation",
    "sites": "Sites",
    "security_head": "Head of security",
    "privacy_officer": "Privacy officer",
    "it_head": "Head of IT",
    "security_phone": "Telephone of the security desk",
    "report_address": "Address for reports",
    "counsel": "General counsel",
    "effective_date": "In force from",
    "review_months": "Months between reviews",
}
"""The places that a template may leave open, and how each is called."""

KINDS = ("policy", "standard", "procedure", "guideline")
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_OPEN = re.compile(r"\*\*\[fill in: ([^\]]+)\]\*\*")


@dataclass(frozen=True, slots=True)
class Template:
    """A text of ours to begin from; ``controls`` and ``requirements`` are suggestions, ids only."""

    code: str
    title: str
    kind: str
    audience: str
    audience_words: tuple[str, ...]
    review_months: int
    about: str
    quiz: str
    controls: tuple[str, ...]
    requirements: tuple[str, ...]
    body: str

    @property
    def places(self) -> list[str]:
        """The places that its text leaves open, in order of first use."""
        return list(dict.fromkeys(_PLACE.findall(self.body)))


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's text with its places filled, and the places about which nothing is known."""

    text: str
    unknown: tuple[str, ...]


def read_template(text: str) -> Template:
    """Read a template: TOML between two lines ``+++``, then Markdown. Raises ValueError with what is wrong."""
    parts = re.split(r"^\+\+\+\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise ValueError("a template begins with its facts between two lines +++")
    facts = tomllib.loads(parts[1])
    quiz = str(facts.get("quiz", "")).strip()
    body = normal(parts[2].strip())
    if wrong := parse_quiz(quiz)[1]:
        raise ValueError(wrong)
    if facts["kind"] not in KINDS:
        raise ValueError(f"{facts['kind']} is no kind of document")
    if unknown := [place for place in _PLACE.findall(body) if place not in PLACES]:
        raise ValueError(f"there is no place called {unknown[0]}")
    return Template(
        facts["code"],
        facts["title"],
        facts["kind"],
        facts.get("audience", "everyone"),
        tuple(facts.get("audience_words", ())),
        int(facts["review_months"]),
        facts["about"],
        quiz,
        tuple(facts.get("controls", ())),
        tuple(facts.get("requirements", ())),
        body,
    )


def fill(text: str, facts: Mapping[str, str]) -> Filled:
    """Put what is known into a text; what is not known is marked so that nobody overlooks it.

    A fact goes in as plain words: what would be Markdown in it is escaped.
    """
    unknown: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        place = match[1]
        known = " ".join(facts.get(place, "").split())
        if known:
            return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", known)
        unknown[place] = None
        return f"**[fill in: {PLACES.get(place, place)}]**"

    return Filled(_PLACE.sub(put, text), tuple(unknown))


def unfilled(text: str) -> list[str]:
    """What a text still asks to be filled in, each once."""
    return list(dict.fromkeys((*_OPEN.findall(text), *(PLACES.get(p, p) for p in _PLACE.findall(text)))))
