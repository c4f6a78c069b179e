"""The facts of a case: what each is called, of which kind it is, and how told ones become the engine's. Pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garrison.apps.incidents.rules.clocks import known_facts, state_code
from garrison.engines.clocks import Count, Facts, InvalidFact, Moment

MOMENT, COUNT, FLAG, WORD, RESIDENTS = "moment", "count", "flag", "word", "residents"
MOST_PEOPLE = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Described:
    """A fact in words: its group, what it is called, what it asks for, and the words it may take."""

    name: str
    kind: str
    group: str
    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def _moment(name: str, group: str, label: str, hint: str = "") -> Described:
    return Described(name, MOMENT, group, label, hint)


def _flag(name: str, label: str, hint: str = "", group: str = "what") -> Described:
    return Described(name, FLAG, group, label, hint)


GROUPS: dict[str, str] = {
    "when": "When we knew",
    "what": "What is concerned",
    "who": "Who is concerned",
    "told": "Whom we told",
    "hold": "What holds a notice back",
}

WORDS: tuple[Described, ...] = (
    _moment(
        "discovered_at",
        "when",
        "Discovered",
        "The first day known to any workforce member, or knowable by reasonable diligence.",
    ),
    _moment("knowable_at", "when", "Could have been known", "Where reasonable diligence would have shown it earlier."),
    _moment("agent_discovered_at", "when", "Known to an agent of ours"),
    _moment("aware_at", "when", "Aware of it", "Reasonable certainty that it happened."),
    _moment("detected_at", "when", "Detected by a facility"),
    _moment("determined_at", "when", "Determined to be a reportable incident"),
    _moment("classified_major_at", "when", "Classified as major"),
    _moment("materiality_determined_at", "when", "Determined to be material"),
    _moment("missing_information_determined_at", "when", "Missing information became known"),
    _moment("controlled_loss_discovered_at", "when", "Loss of controlled substances discovered"),
    _moment("extortion_paid_at", "when", "Extortion paid"),
    _moment("contingency_activated_at", "when", "Contingency plan activated"),
    _moment("handled_at", "when", "Handled: it no longer goes on"),
    Described("individuals", COUNT, "who", "People whose information is concerned"),
    Described("residents", RESIDENTS, "who", "Of them, by state", "One a line: NY 480, CA 12 to 40."),
    Described(
        "risk_to_persons",
        WORD,
        "who",
        "Risk to the people concerned",
        "",
        (("unlikely", "unlikely"), ("present", "present"), ("high", "high")),
    ),
    Described(
        "role",
        WORD,
        "what",
        "What we are in it",
        "",
        (
            ("covered_entity", "covered entity"),
            ("business_associate", "business associate"),
            ("controller", "controller"),
            ("processor", "processor"),
        ),
    ),
    Described(
        "entity",
        WORD,
        "what",
        "Kind of entity",
        "",
        (
            ("credit_institution", "credit institution"),
            ("central_counterparty", "central counterparty"),
            ("trading_venue", "trading venue"),
            ("other", "other"),
        ),
    ),
    Described("member_state", WORD, "what", "Member state", "Two letters, such as DE: whose holidays count."),
    _flag("unsecured", "The health information was not encrypted or destroyed"),
    _flag("unencrypted", "The data was not encrypted"),
    _flag("low_probability_of_compromise", "Low probability of compromise", "Set by the four-factor assessment."),
    _flag("material", "Material to investors"),
    _flag("physical_only", "Purely physical, no information system"),
    _flag("significant", "Significant under NIS2"),
    _flag("ongoing", "Still going on"),
    _flag("extortion_paid", "An extortion was paid"),
    _flag("covered_entity", "We are a covered entity under HIPAA"),
    _flag("new_york_hospital", "A hospital in New York is concerned"),
    _flag("california_health_facility", "A licensed health facility in California is concerned"),
    _flag("essential_or_important", "Essential or important entity under NIS2"),
    _flag("trust_service_provider", "Trust service provider"),
    _moment("individuals_notified_at", "told", "The people concerned"),
    _moment("media_notified_at", "told", "The media"),
    _moment("secretary_notified_at", "told", "Secretary of Health and Human Services"),
    _moment("covered_entity_notified_at", "told", "The covered entity"),
    _moment("dea_notified_at", "told", "DEA field division"),
    _moment("dea_form_106_at", "told", "DEA Form 106 filed"),
    _moment("california_attorney_general_notified_at", "told", "Attorney General of California"),
    _moment("california_health_notified_at", "told", "California Department of Public Health"),
    _moment("new_york_notified_at", "told", "Authorities of New York"),
    _moment("new_york_health_notified_at", "told", "New York Department of Health"),
    _moment("credit_agencies_notified_at", "told", "Consumer reporting agencies"),
    _moment("authority_notified_at", "told", "Data protection authority"),
    _moment("controller_notified_at", "told", "The controller"),
    _moment("sec_filed_at", "told", "Form 8-K filed"),
    _moment("sec_amended_at", "told", "Form 8-K amended"),
    _moment("superintendent_notified_at", "told", "Superintendent of Financial Services"),
    _moment("extortion_notified_at", "told", "Superintendent, of the payment"),
    _moment("extortion_explained_at", "told", "Superintendent, why it was paid"),
    _moment("nydfs_certified_at", "told", "Certification filed with the superintendent"),
    _moment("early_warning_at", "told", "Early warning sent"),
    _moment("incident_notified_at", "told", "Incident notification sent"),
    _moment("initial_notified_at", "told", "Initial notification sent"),
    _moment("intermediate_reported_at", "told", "Intermediate report sent"),
    _moment("intermediate_updated_at", "told", "Intermediate report updated"),
    _moment("progress_report_at", "told", "Progress report sent"),
    _moment("final_report_at", "told", "Final report sent"),
    _moment("law_enforcement_delay_until", "hold", "Law enforcement asked in writing to wait until"),
    _moment("law_enforcement_oral_at", "hold", "Law enforcement asked orally", "Holds a notice for 30 days at most."),
    _moment("attorney_general_delay_until", "hold", "Attorney General asked to wait until"),
)
"""Every fact that a shipped rule reads, in words."""


def catalogue(own: Iterable[str] = ()) -> dict[str, Described]:
    """The facts by name: those of the shipped rules, and the starts and stops of rules of one's own."""
    found = {described.name: described for described in WORDS}
    for name in sorted(known_facts() - found.keys()):
        found[name] = Described(name, MOMENT if _is_moment(name) else FLAG, "what", said(name))
    for name in own:
        if name and name not in found:
            found[name] = Described(name, MOMENT, "told" if name.endswith("_told_at") else "when", said(name))
    return found


def _is_moment(name: str) -> bool:
    """Facts about times end so."""
    return name.endswith(("_at", "_until"))


def said(name: str) -> str:
    """A fact's name as words."""
    if name.startswith("own_") and name.endswith("_told_at"):
        name = name.removeprefix("own_").removesuffix("_told_at")
    words = name.removesuffix("_at").replace("_", " ")
    return words[:1].upper() + words[1:]


def label(name: str) -> str:
    """What a fact is called; counts by state name the state."""
    base, _dot, state = name.partition(".")
    found = catalogue().get(base)
    words = str(found.label) if found else said(base)
    return f"{words} ({state})" if state else words


def engine_facts(told: Mapping[str, Any]) -> Facts:
    """The facts as the engine takes them, from the stored value of each. Raises InvalidFact."""
    moments: dict[str, Moment] = {}
    counts: dict[str, Count] = {}
    words: dict[str, str] = {}
    flags: dict[str, bool] = {}
    residents: dict[str, Count] = {}
    for name, value in told.items():
        if value is None:
            continue
        if name == "residents":
            residents = {state: _count(count) for state, count in value.items()}
        elif isinstance(value, bool):
            flags[name] = value
        elif isinstance(value, str):
            words[name] = value
        elif "earliest" in value:
            moments[name] = Moment(datetime.fromisoformat(value["earliest"]), datetime.fromisoformat(value["latest"]))
        else:
            counts[name] = _count(value)
    return Facts(moments, counts, words, flags, residents)


def _count(value: Mapping[str, float | None]) -> Count:
    """A stored count; no upper bound is null."""
    high = value["high"]
    return Count(float(value["low"] or 0), math.inf if high is None else float(high))


def moment_value(earliest: datetime, latest: datetime | None = None) -> dict[str, str]:
    """A moment as it is stored. Raises InvalidFact for one that ends before it begins."""
    latest = latest or earliest
    if latest < earliest:
        raise InvalidFact("a moment", "ends before it begins; put the earlier time first")
    return {"earliest": earliest.isoformat(), "latest": latest.isoformat()}


def count_value(text: str) -> dict[str, int | None]:
    """A count as it is stored, from ``480``, ``40 to 60`` or ``500 or more``. Raises InvalidFact."""
    parts = text.replace(",", "").replace("–", " to ").replace("-", " to ").strip().lower()
    if parts.endswith("or more"):
        low = _whole(parts.removesuffix("or more"), text)
        return {"low": low, "high": None}
    first, word, last = parts.partition(" to ")
    low = _whole(first, text)
    high = _whole(last, text) if word else low
    if high < low:
        raise InvalidFact("a count", f"{text!r} ends below its start; give low and then high")
    return {"low": low, "high": high}


def _whole(part: str, text: str) -> int:
    """A whole number of people."""
    part = part.strip()
    if not part.isascii() or not part.isdigit() or int(part) > MOST_PEOPLE:
        raise InvalidFact("a count", f"is {text.strip()!r}; give a whole number, or two such as 40 to 60")
    return int(part)


def residents_value(text: str) -> dict[str, dict[str, int | None]]:
    """Counts by state as they are stored, from lines or a list such as ``NY 480, CA 12 to 40``. Raises InvalidFact."""
    found: dict[str, dict[str, int | None]] = {}
    for line in text.replace(";", "\n").replace(",", "\n").splitlines():
        line = line.replace(":", " ").strip()
        if not line:
            continue
        digit = next((place for place, letter in enumerate(line) if letter.isdigit()), 0)
        state = state_code(line[:digit])
        if not digit or not state:
            raise InvalidFact("residents", f"has {line!r}; write the state and then how many, such as NY 480")
        if state in found:
            raise InvalidFact("residents", f"names {state} twice; give one number")
        found[state] = count_value(line[digit:])
    if not found:
        raise InvalidFact("residents", "names no state; write one a line, such as NY 480")
    return found


def told_words(value: Any) -> str:
    """A stored value that is no moment, in words."""
    if value is None:
        return "taken back"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    if "low" in value:
        low, high = value["low"], value["high"]
        if high is None:
            return "{low} or more".format(low=f"{low:,}")
        return f"{low:,}" if low == high else f"{low:,} – {high:,}"
    return ", ".join(f"{state} {told_words(count)}" for state, count in sorted(value.items()))
