"""Decisions about policies, without a database: the life of a version, its text, its quiz, and exceptions."""

from garrison.apps.policies.rules.differences import Change, Piece, compare
from garrison.apps.policies.rules.exemptions import (
    DEFAULT_LIMITS,
    EXCEPTION_MOVES,
    EXCEPTION_STATES,
    authority,
    exception_after,
    why_not_decide,
    why_not_until,
    why_void,
)
from garrison.apps.policies.rules.lifecycle import (
    MOVES,
    STATES,
    Move,
    add_months,
    after,
    review_standing,
    tally,
    why_not,
    why_not_named,
)
from garrison.apps.policies.rules.quiz import Question, parse_quiz, score, write_quiz
from garrison.apps.policies.rules.templates import PLACES, Filled, Template, fill, read_template, unfilled
from garrison.apps.policies.rules.text import MOST_CHARACTERS, Block, Run, blocks, count_words, digest, normal, render

__all__ = [
    "DEFAULT_LIMITS",
    "EXCEPTION_MOVES",
    "EXCEPTION_STATES",
    "MOST_CHARACTERS",
    "MOVES",
    "PLACES",
    "STATES",
    "Block",
    "Change",
    "Filled",
    "Move",
    "Piece",
    "Question",
    "Run",
    "Template",
    "add_months",
    "after",
    "authority",
    "blocks",
    "compare",
    "count_words",
    "digest",
    "exception_after",
    "fill",
    "normal",
    "parse_quiz",
    "read_template",
    "render",
    "review_standing",
    "score",
    "tally",
    "unfilled",
    "why_not",
    "why_not_decide",
    "why_not_named",
    "why_not_until",
    "why_void",
    "write_quiz",
]
