"""What the compliance app decides, without a database."""

from garrison.apps.compliance.rules.coverage import SOURCES, STRENGTHS
from garrison.apps.compliance.rules.deciding import keep_until
from garrison.apps.compliance.rules.frameworks import KINDS, LEGAL, MEASURES, OBLIGATIONS, RELATIONS
from garrison.apps.compliance.rules.sampling import POPULATIONS, draw, most_failing
from garrison.apps.compliance.rules.versions import Change, Entry, compared

__all__ = [
    "KINDS",
    "LEGAL",
    "MEASURES",
    "OBLIGATIONS",
    "POPULATIONS",
    "RELATIONS",
    "SOURCES",
    "STRENGTHS",
    "Change",
    "Entry",
    "compared",
    "draw",
    "keep_until",
    "most_failing",
]
