"""Pages of the assets app."""

from garrison.apps.assets.views.assets import (
    asset_detail,
    asset_list,
    assign_owner,
    record_test,
    set_critical,
    set_exposed,
)
from garrison.apps.assets.views.places import places
from garrison.apps.assets.views.software import service_list, software_list

__all__ = [
    "asset_detail",
    "asset_list",
    "assign_owner",
    "places",
    "record_test",
    "service_list",
    "set_critical",
    "set_exposed",
    "software_list",
]
