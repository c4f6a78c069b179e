"""Decisions about people, without a database."""

from datetime import date, datetime


def has_left(status: str, left: date | None) -> bool:
    """Whether the roster says that somebody has left, or names a last day."""
    return status == "left" or left is not None


def left_recorded(status: str, left: date | None, known: datetime | None, at: datetime) -> datetime | None:
    """When we first read of the last day: what is known already, else now; nothing for who stays."""
    return (known or at) if has_left(status, left) else None
