"""Reads of the assets app."""

from garrison.apps.assets.selectors.about import About, about, may_test
from garrison.apps.assets.selectors.places import DOORS, DoorLine, SiteLine, doors, sites, totals
from garrison.apps.assets.selectors.register import (
    VIEW,
    asset,
    assets,
    condition_of_test,
    counts,
    device,
    found,
    kinds,
    same_address,
    services,
    software,
    tests,
    unheard_of,
    with_last_test,
    without_unit,
)

__all__ = [
    "DOORS",
    "VIEW",
    "About",
    "DoorLine",
    "SiteLine",
    "about",
    "asset",
    "assets",
    "condition_of_test",
    "counts",
    "device",
    "doors",
    "found",
    "kinds",
    "may_test",
    "same_address",
    "services",
    "sites",
    "software",
    "tests",
    "totals",
    "unheard_of",
    "with_last_test",
    "without_unit",
]
