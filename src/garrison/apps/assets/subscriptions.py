"""What the assets app does when others have changed something."""

from typing import Any

from garrison.apps.assets import selectors, services
from garrison.core.commands import on
from garrison.core.models import User


@on("organization.import_units")
def units_came(*, actor: User, **_: Any) -> None:
    """Let assets that waited for their unit find it."""
    if selectors.without_unit(viewer=actor).exists():
        services.join_units(actor=actor)
