"""What somebody sees who came in and holds no role: that it is so, and whom to ask."""

from garrison.apps.strategy.selectors.links import VIEW
from garrison.core.models import User
from garrison.core.scopes import may

HEADS = "security head"
MOST = 3


def may_look(*, viewer: User) -> bool:
    """Whether the viewer holds any role that shows the home page."""
    return may(viewer, VIEW)


def heads(*, viewer: User) -> list[str]:
    """Who can give a role: a few security heads of the whole organisation, for an active user to ask."""
    if not viewer.is_active:
        return []
    found = User.objects.filter(is_active=True, is_system=False, grants__role=HEADS, grants__path="/")
    return [str(user) for user in found.order_by("username").distinct()[:MOST]]
