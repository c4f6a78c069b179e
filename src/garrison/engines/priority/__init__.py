"""The priority engine: how soon to fix a finding, and why, in words."""

from garrison.engines.priority.deadlines import (
    BOD_26_04,
    DEADLINES,
    OTHER_FINDINGS,
    SEVERITIES,
    Deadline,
    Severity,
    deadline,
    other_deadline,
    other_reason,
    reason,
)

__all__ = [
    "BOD_26_04",
    "DEADLINES",
    "OTHER_FINDINGS",
    "SEVERITIES",
    "Deadline",
    "Severity",
    "deadline",
    "other_deadline",
    "other_reason",
    "reason",
]
