"""Pure decisions of the incidents app."""

from garrison.apps.incidents.rules.clocks import (
    LAWS,
    Described,
    InvalidRules,
    calendars,
    describe,
    known_facts,
    law_rules,
    own_rules,
    running,
    uncovered_states,
)

__all__ = [
    "LAWS",
    "Described",
    "InvalidRules",
    "calendars",
    "describe",
    "known_facts",
    "law_rules",
    "own_rules",
    "running",
    "uncovered_states",
]
