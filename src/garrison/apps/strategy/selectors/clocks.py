"""The clocks of open incidents, for the head of the home page."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.incidents import rules
from garrison.apps.incidents import selectors as incidents
from garrison.apps.strategy.rules import Tally
from garrison.apps.strategy.selectors.links import address
from garrison.core.models import User
from garrison.core.scopes import may
from garrison.core.ui import figures


def clocks_tally(*, viewer: User, at: datetime) -> tuple[Tally, ...]:
    """One tally where a clock runs in a case in sight; none where nothing does."""
    if not may(viewer, incidents.VIEW):
        return ()
    due = incidents.clocks_due(viewer=viewer, as_of=at)
    if not due:
        return ()
    first = due[0]
    assert first.card.left is not None
    urgent = sum(one.card.urgent for one in due)
    said = _("First: %(who)s, %(left)s, %(code)s.") % {
        "who": first.card.described.clock.rule.recipient,
        "left": rules.left_words(first.card.left),
        "code": first.incident.code,
    }
    worst = ""
    if urgent:
        worst = ngettext("%(n)s within a day.", "%(n)s within a day.", urgent) % {"n": figures.number(urgent)}
    return (Tally("clocks", _("Clocks running"), "clock", len(due), said, worst, address("incidents:clocks")),)
