"""Who may do what with a piece of evidence, and why not. Pure; each answers "" or the reason against it."""

from dataclasses import dataclass

RELEASES = {
    "copy": "released",
    "original": "released",
    "return": "returned",
    "destroy": "destroyed",
}
"""How evidence leaves, and the kind of entry that says so."""

ENDS = ("return", "destroy")
"""What a legal hold forbids: after it the organisation could not show the thing any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides: whether it left, who holds it, who was offered it, and whether a legal hold stands."""

    code: str
    gone: bool
    holder: str
    offered_to: str
    on_hold: bool


def may_offer(item: Standing, *, giver: str, receiver: str) -> str:
    """Whether ``giver`` may offer the item to ``receiver``; people are told apart by their uuid."""
    if item.gone:
        return f"{item.code} has left; there is nothing to hand over"
    if item.offered_to:
        return f"{item.code} was offered to somebody who has not answered yet"
    if giver != item.holder:
        return f"only the person who holds {item.code} can hand it over"
    if receiver == giver:
        return "you hold it already; choose who receives it"
    return ""


def may_answer(item: Standing, *, receiver: str) -> str:
    """Whether ``receiver`` may accept or refuse what was offered: nobody signs for somebody else."""
    if not item.offered_to:
        return f"{item.code} is not offered to anybody"
    if receiver != item.offered_to:
        return "only the person to whom it was offered can sign for it"
    return ""


def may_release(item: Standing, *, how: str) -> str:
    """Whether the item may leave in this way, its approval apart."""
    if how not in RELEASES:
        return f"evidence leaves as {', '.join(RELEASES)}"
    if item.gone:
        return f"{item.code} has left already"
    if item.offered_to:
        return f"{item.code} is being handed over; let that end first"
    if item.on_hold and how in ENDS:
        return f"a legal hold stands over this case: {item.code} may be neither returned nor destroyed"
    return ""


def verdict(found: str | None, expected: str) -> str:
    """How a file on disk compares with the hash at intake: "match", "differs" or "missing"."""
    if found is None:
        return "missing"
    return "match" if found == expected else "differs"
