"""Where the records that a file told of can be seen."""

from dataclasses import dataclass

from django.urls import reverse

from garrison.core.models import ImportedFile

PAGES: dict[str, str] = {
    "access events": "access:events",
    "accounts": "access:accounts",
    "badges": "access:badges",
    "controls": "controls:list",
    "devices": "assets:list",
    "findings": "vulnerabilities:findings",
    "groups": "threats:threats",
    "hosts": "assets:list",
    "initiatives": "budget:initiatives",
    "people": "people:list",
    "requirements": "compliance:list",
    "scenarios": "risk:scenarios",
    "services": "assets:services",
    "software": "assets:software",
    "subtechniques": "threats:threats",
    "tactics": "threats:threats",
    "techniques": "threats:threats",
    "vulnerabilities": "threats:list",
}
"""The list page that shows what a count of a file counts."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many of what a file holds, and where they are shown; no address where no list shows them."""

    count: int
    name: str
    url: str


def stored_links(file: ImportedFile) -> list[Stored]:
    """What a file holds, by kind."""
    return [
        Stored(count, words, reverse(PAGES[words]) if words in PAGES else "")
        for name, count in file.counts.items()
        if count and (words := name.replace("_", " "))
    ]
