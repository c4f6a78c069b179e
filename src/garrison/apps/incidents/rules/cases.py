"""What kind of case it is, how grave, and whether it may go on to another phase. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

WORST, MILDEST = 1, 4
MANY_PEOPLE = 500

CATEGORIES: dict[str, str] = {
    "badge-misuse": "Badge or account of a leaver used",
    "intrusion": "Intrusion at a door",
    "diversion": "Drug diversion or theft",
    "theft": "Theft of equipment",
    "violence": "Violence or threat against staff",
    "bomb-threat": "Bomb threat",
    "ransomware": "Ransomware or malware",
    "phishing": "Phishing or false payment",
    "account": "Account taken over",
    "data-sent": "Data sent to the wrong person",
    "data-theft": "Data taken out",
    "insider": "Somebody of our own",
    "vendor": "Breach at a vendor",
    "outage": "Service down or denied",
    "safety": "Accident or failure of equipment",
    "other": "Something else",
}
"""What happened, by the name that rules and playbooks use."""

QUIET = frozenset({"insider", "violence", "diversion"})
"""Cases in which the one concerned may well be a colleague: only members see them from the start."""

QUESTIONS: dict[str, str] = {
    "life": "Somebody was hurt, or may be",
    "drugs": "Controlled substances are missing",
    "records": "Records of people were taken or seen",
    "critical": "A critical room or system is concerned",
    "stopped": "A critical service is down",
    "used": "The access was used, not only open",
    "ongoing": "It is still going on",
}
"""What severity is judged by; each is answered yes or no."""


@dataclass(frozen=True, slots=True)
class Severity:
    """How grave a case is by the rule, 1 the worst, and why in words."""

    level: int
    reason: str


def severity(told: Mapping[str, bool], people: int = 0) -> Severity:
    """How grave a case is: 1 where life is in danger or a critical service is down while it goes on or 500 people's
    records are gone; 2 where drugs, records or a used way into something critical are concerned; 3 where something
    critical or any use is; else 4.
    """
    level = MILDEST
    why: list[str] = []
    for holds, reached, words in (
        (told.get("life"), 1, "life in danger"),
        (told.get("stopped") and told.get("ongoing"), 1, "a critical service is down"),
        (told.get("records") and people >= MANY_PEOPLE, 1, "records of 500 people or more"),
        (told.get("drugs"), 2, "drugs taken"),
        (told.get("records"), 2, "records taken"),
        (told.get("critical") and told.get("used"), 2, "a critical room or system was reached"),
        (told.get("stopped"), 2, "a critical service was down"),
        (told.get("critical"), 3, "a critical room or system is concerned"),
        (told.get("used"), 3, "the access was used"),
        (told.get("ongoing"), 3, "it is still going on"),
    ):
        if holds and reached <= level:
            why = [*why, str(words)] if reached == level else [str(words)]
            level = reached
    return Severity(level, " and ".join(why[:3]) if why else "nothing grave is known")


PHASES: dict[str, str] = {
    "detected": "Detected",
    "triaged": "Triaged",
    "containing": "Containing",
    "recovering": "Recovering",
    "reviewed": "Reviewed",
    "closed": "Closed",
}
"""The phases by name. After NIST SP 800-61r3 they run side by side; only the last one ends the others."""

BEGIN: dict[str, str] = {
    "triaged": "Triage done",
    "containing": "Start containing",
    "recovering": "Start recovering",
    "reviewed": "Review held",
    "closed": "Close the case",
}
"""What the button that starts a phase says."""


@dataclass(frozen=True, slots=True)
class Work:
    """What gates look at: open work of a case, counted."""

    commander: bool = False
    open_containing: int = 0
    open_tasks: int = 0
    open_clocks: int = 0
    facts_missing: int = 0
    causes: int = 0
    lessons_without_owner: int = 0
    held_review: bool = False
    custody_open: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """What speaks against starting a phase. Advice may be passed with a reason; a block may not."""

    advice: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


def gate(phase: str, work: Work) -> Gate:
    """What a phase asks for before it starts; only closing blocks."""
    advice: list[str] = []
    blocks: list[str] = []
    if not work.commander:
        advice.append("nobody commands the case yet")
    if phase == "recovering" and work.open_containing:
        advice.append(
            _counted(work.open_containing, "a task that contains it is open", "tasks that contain it are open")
        )
    if phase == "reviewed" and not work.causes:
        advice.append("no contributing cause is written down")
    if phase == "closed":
        if work.open_clocks:
            blocks.append(_counted(work.open_clocks, "a clock is running", "clocks are running"))
        if work.facts_missing:
            advice.append(_counted(work.facts_missing, "a clock needs a fact", "clocks need a fact"))
        if work.open_tasks:
            blocks.append(_counted(work.open_tasks, "a task is open", "tasks are open"))
        if not work.held_review:
            blocks.append("the review was not held")
        if work.lessons_without_owner:
            blocks.append(_counted(work.lessons_without_owner, "a lesson has no owner", "lessons have no owner"))
        if work.custody_open:
            blocks.append(
                _counted(work.custody_open, "an item of evidence is not settled", "items of evidence are not settled")
            )
    return Gate(tuple(advice), tuple(blocks))


def _counted(number: int, one: str, many: str) -> str:
    """One thing, or a number of things."""
    return str(one) if number == 1 else f"{number} {many}"


def to_the_hour(at: datetime) -> datetime:
    """The hour in which something was said, so that nobody is found by the minute."""
    return at.replace(minute=0, second=0, microsecond=0)


def open_for(opened: datetime, closed: datetime | None, at: datetime) -> timedelta:
    """How long a case has been, or was, open."""
    return max((closed or at) - opened, timedelta(0))


FACTORS: dict[str, str] = {
    "nature": "Nature and extent of the information, and how easily people could be told from it",
    "who": "Who used it or to whom it was disclosed",
    "acquired": "Whether it was actually acquired or viewed",
    "mitigated": "How far the risk was mitigated",
}
"""The four factors of 45 CFR 164.402, in the order of the section."""


def weigh(answers: Mapping[str, Mapping[str, str]]) -> tuple[bool, tuple[str, ...]]:
    """Whether an assessment shows a low probability of compromise, and which factors speak against it.

    Each factor has words and a ``level``, low or not. The presumption is a breach: all four must be told, and none of
    them may be high; one that is medium must be outweighed by at least two that are low.
    """
    levels = {name: answers.get(name, {}).get("level", "") for name in FACTORS}
    against = tuple(name for name, level in levels.items() if level not in ("low", "medium"))
    low = sum(level == "low" for level in levels.values())
    medium = sum(level == "medium" for level in levels.values())
    if not against and medium and low < 2 * medium:
        against = tuple(name for name, level in levels.items() if level == "medium")
    return not against, against
