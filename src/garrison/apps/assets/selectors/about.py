"""Reads for one asset's page."""

from dataclasses import dataclass

from garrison.apps.assets import rules
from garrison.apps.assets.models import PHYSICAL, Asset, DeviceTest, Service, Software
from garrison.apps.assets.selectors.register import assets, same_address, services, software, tests
from garrison.core.models import User
from garrison.core.scopes import may

SHOWN = 25


@dataclass(frozen=True, slots=True)
class About:
    """What is known of one asset beside its own row; each list holds the first ``SHOWN``, the counts all."""

    names: list[str]
    addresses: list[str]
    services: list[Service]
    service_count: int
    software: list[Software]
    software_count: int
    tests: list[DeviceTest]
    devices: list[Asset]
    controlled: list[Asset]
    computers: list[Asset]


def about(*, viewer: User, asset: Asset) -> About:
    """What is known of an asset, in at most ten statements."""
    physical = asset.kind in PHYSICAL
    told = [each.name for each in asset.names.order_by("name")]
    running = services(viewer=viewer).filter(asset=asset).order_by("port", "protocol", "name")
    parts = software(viewer=viewer).filter(asset=asset).order_by("name", "version")
    return About(
        names=[name for name in told if not rules.is_address(name)],
        addresses=[name for name in told if rules.is_address(name)],
        services=[] if physical else list(running[:SHOWN]),
        service_count=0 if physical else running.order_by().count(),
        software=[] if physical else list(parts[:SHOWN]),
        software_count=0 if physical else parts.order_by().count(),
        tests=list(tests(viewer=viewer).filter(asset=asset)[:SHOWN]) if physical else [],
        devices=list(assets(viewer=viewer).filter(serves=asset)) if physical else [],
        controlled=list(assets(viewer=viewer).filter(controller=asset)) if asset.kind == "controller" else [],
        computers=list(same_address(viewer=viewer, asset=asset)),
    )


def may_test(*, viewer: User, asset: Asset) -> bool:
    """Whether the viewer may record a test of this asset."""
    path = asset.unit.path if asset.unit else "/"
    return asset.kind in PHYSICAL and may(viewer, "assets.record_test", path)
