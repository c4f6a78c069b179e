"""Whose a scenario is, and what may be said of who approved it. Pure."""

from collections.abc import Iterable

PRIOR = "sector prior"
"""The basis of an estimate that nobody here made."""
OWNER, DELEGATE = "owner", "delegate"
"""As whom somebody may approve: for themselves, or for the owner by their office."""


def folded(name: str) -> str:
    """A name as it is compared: without regard to case and to runs of white space."""
    return " ".join(name.split()).casefold()


def role_of(owner: str, names: Iterable[str], *, delegate: bool) -> str:
    """As whom one who bears ``names`` may approve what ``owner`` owns; "" for not at all."""
    if owner.strip() and folded(owner) in {folded(name) for name in names}:
        return OWNER
    return DELEGATE if delegate else ""


def approver(owner: str, actor: str, role: str) -> str:
    """What is recorded of an approval: the owner, or who did it for them."""
    if role == OWNER:
        return owner
    return f"{actor} for {owner}" if owner.strip() else actor


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's; nobody is nobody."""
    return bool(one.strip()) and folded(one) == folded(other)
