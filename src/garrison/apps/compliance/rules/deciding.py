"""How long what was decided must be kept. Pure."""

from datetime import date


def keep_until(made: date, ended: date | None, years: int) -> date | None:
    """The last day of keeping: ``years`` from the day it was made or last in effect, whichever is later.

    None where the law names no years. For one that is still in effect the day is the earliest possible
    (45 CFR 164.316(b)(2)(i): six years). The 29 February becomes the 28th where there is none.
    """
    if not years:
        return None
    last = max(made, ended or made)
    try:
        return last.replace(year=last.year + years)
    except ValueError:
        return last.replace(year=last.year + years, day=28)
