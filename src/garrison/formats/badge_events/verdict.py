"""What a vendor's word says of a door: granted, denied, forced, held, exit or other."""

import re
from functools import lru_cache

PLAIN = {
    "granted": "granted",
    "accessgranted": "granted",
    "grantedaccess": "granted",
    "cardadmitted": "granted",
    "admitted": "granted",
    "unlock": "granted",
    "unlocked": "granted",
    "denied": "denied",
    "accessdenied": "denied",
    "deniedaccess": "denied",
    "cardrejected": "denied",
    "rejected": "denied",
    "forced": "forced",
    "doorforced": "forced",
    "doorforcedopen": "forced",
    "held": "held",
    "doorheld": "held",
    "doorheldopen": "held",
    "exit": "exit",
    "requesttoexit": "exit",
    "other": "other",
}
"""Words that say no more than the outcome, so that they are no reason."""

SIGNS = (
    ("other", re.compile(r"restored|cleared|cancel+ed|secured|back to normal")),
    ("forced", re.compile(r"forced")),
    ("held", re.compile(r"\bheld\b|held ?open|too long|propped|ajar|left open")),
    (
        "denied",
        re.compile(
            r"denied|reject|refus|invalid|expired|\blost\b|stolen|not authori|unauthori|no access"
            r"|unknown (?:card|badge)|fail|violation|inactive|blocked|void|timed? ?zone|no privilege|bad pin"
        ),
    ),
    ("exit", re.compile(r"request.to.exit|\brex\b|\brte\b|egress|exit button|push ?button")),
    ("granted", re.compile(r"grant|admit|unlock|allowed|accepted|valid|success|entry made")),
)
"""Signs in the order in which they decide: a forced door that was restored is news of neither kind."""


@lru_cache(maxsize=4096)
def verdict(word: str) -> tuple[str, str]:
    """The outcome that ``word`` stands for, and the word itself where it says more than that."""
    plain = PLAIN.get(re.sub(r"[\s_\-]+", "", word).casefold())
    if plain is not None:
        return plain, ""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", word).casefold()
    return next((outcome for outcome, sign in SIGNS if sign.search(text)), "other"), word


@lru_cache(maxsize=1024)
def direction(word: str) -> str:
    """``in``, ``out`` or nothing."""
    text = word.casefold()
    if text in ("in", "entry", "entrance", "enter", "inbound", "1"):
        return "in"
    return "out" if text in ("out", "exit", "leave", "outbound", "2") else ""
