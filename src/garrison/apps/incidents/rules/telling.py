"""Drafts of statements, in our own words, filled from the facts of a case. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from garrison.apps.incidents.rules.facts import told_words


@dataclass(frozen=True, slots=True)
class Words:
    """A subject, a text, and whether they are meant for outside."""

    subject: str
    text: str
    outside: bool


TEMPLATES: dict[str, str] = {
    "holding": ("Holding statement"),
    "staff": ("Message to staff"),
    "individuals": ("Notice to the people concerned"),
    "authority": ("Notice to an authority"),
    "executives": ("Message to executives"),
}
"""The templates by name."""

INSIDE = frozenset({"staff", "executives"})


def draft_words(
    template: str,
    *,
    code: str,
    title: str,
    organisation: str,
    site: str,
    detected: datetime,
    facts: Mapping[str, Any],
    to: str,
    phases: Sequence[str],
    zone: tzinfo,
) -> Words | None:
    """A draft by a template; None for one that there is not. What is not known is named in brackets."""
    if template not in TEMPLATES:
        return None
    number = told_words(facts["individuals"]) if "individuals" in facts else "[how many people: not known yet]"
    discovered = facts.get("discovered_at")
    day = _day(datetime.fromisoformat(discovered["earliest"]) if discovered else detected, zone)
    held = "We have begun to contain it." if "containing" in phases else "We are finding out what happened."
    told = {
        "organisation": organisation or "[organisation]", "site": site or "[site]", "day": day, "number": number,
        "code": code, "title": title, "held": held, "to": to or "[recipient]",
    }  # fmt: skip
    subject, text = _TEXTS[template]
    return Words(subject % told, text % told, template not in INSIDE)


def _day(at: datetime, zone: tzinfo) -> str:
    """A day as a letter writes it."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y}"


_TEXTS: dict[str, tuple[str, str]] = {
    "holding": (
        ("%(organisation)s: first statement"),
        (
            "On %(day)s we learned of a security incident at %(site)s. %(held)s The safety of patients and staff comes "
            "first, and care goes on.\n\nWe do not yet know everything, and will not guess. We will say more when we "
            "know it, and will tell those concerned themselves first.\n\nContact: [name, telephone, e-mail]"
        ),
    ),
    "staff": (
        ("What happened at %(site)s, and what to do"),
        (
            "On %(day)s we learned of an incident: %(title)s. %(held)s\n\nPlease: keep doors closed behind you, do not "
            "discuss it outside, and send questions from the press to communications. Who saw something: report it "
            "under Incidents, also without a name."
        ),
    ),
    "individuals": (
        ("Notice about your information"),
        (
            "What happened: on %(day)s we learned that information about you may have been taken or seen at %(site)s. "
            "[The date on which it happened, if known.]\n\nWhat information: [kinds of information].\n\nWhat you can "
            "do: [steps to protect yourself].\n\nWhat we do: %(held)s [What we do to lessen the harm and to prevent "
            "another.]\n\nHow to ask us: [toll-free number, e-mail, web site or address].\n\n%(organisation)s"
        ),
    ),
    "authority": (
        ("%(code)s: notice of an incident"),
        (
            "To %(to)s.\n\n%(organisation)s gives notice of an incident at %(site)s, discovered on %(day)s: %(title)s."
            "\n\nPeople concerned: %(number)s.\nState of work: %(held)s\nWhat was taken or seen: [to be told].\n"
            "What we did and will do: [to be told].\n\nContact: [name, telephone, e-mail]. Our reference: %(code)s."
        ),
    ),
    "executives": (
        ("%(code)s: where we stand"),
        (
            "%(title)s, at %(site)s, discovered on %(day)s. %(held)s\n\nPeople concerned: %(number)s.\n"
            "What we need from you: [decision, money, time].\nNext word: [when]."
        ),
    ),
}
