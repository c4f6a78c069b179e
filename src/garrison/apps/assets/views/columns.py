"""The list of assets: its columns, filters, views and bulk actions, and how a device stands in words."""

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from garrison.apps.assets import forms, selectors
from garrison.apps.assets.models import CYBER, PHYSICAL, Asset
from garrison.apps.organization import selectors as organization
from garrison.core.ui import cells, lists

ICONS = {
    "host": "server-2", "image": "box", "application": "packages", "repository": "git-branch",
    "cluster": "topology-star-3", "website": "world-www", "door": "door", "reader": "nfc", "camera": "device-cctv",
    "lock": "lock", "controller": "cpu", "sensor": "broadcast",
}  # fmt: skip
"""The icon of each kind of asset."""

STATES = (("ok", _("In order")), ("failed", _("Failed")), ("held", _("Held open")), ("offline", _("Offline")))
NETWORKED = ("host", "website")
"""What is always on some network, so that not knowing its exposure matters."""

URGENT = {"failed": "crit", "held": "warn", "offline": "warn"}


def state(asset: Asset) -> SafeString:
    """How a door or device stands; a dash for what has no state."""
    if not asset.state:
        return cells.text("")
    words = dict(STATES).get(asset.state, asset.state)
    if asset.state not in URGENT:
        return cells.text(words, muted=True)
    symbol = {"offline": "plug-connected-x", "held": "door-enter"}.get(asset.state, "")
    return cells.state(words, URGENT[asset.state], symbol)


def standing(asset: Asset) -> SafeString:
    """What matters most of an asset in one badge: its state, else its exposure."""
    if asset.kind in PHYSICAL:
        return state(asset)
    if asset.exposed:
        return cells.state(_now("Exposed"), "warn", "world")
    if asset.exposed is None and asset.kind not in NETWORKED:
        return cells.text("")
    return cells.text(_now("not exposed") if asset.exposed is False else _now("exposure unknown"), muted=True)


def place(asset: Asset) -> SafeString:
    """Site, and below it zone, floor and building."""
    if asset.site is None:
        return cells.text("")
    return cells.two(asset.site.name, str(asset.zone) if asset.zone else "", plain=True)


def _title(asset: Asset) -> SafeString:
    """Name and link, with kind, code and critical below."""
    said = [capfirst(asset.kind)]
    if asset.name != asset.code:
        said.append(asset.code)
    if asset.critical:
        said.append(_now("critical"))
    return cells.two(asset.name, " · ".join(said), url=reverse("assets:detail", args=[asset.uuid]))


def _exposure(value: str) -> Q:
    """The condition behind the exposure filter."""
    return Q(exposed={"yes": True, "no": False}.get(value)) & Q(kind__in=NETWORKED if value == "unknown" else CYBER)


KINDS = [(kind, capfirst(kind)) for kind, _label in Asset.KINDS]

ASSETS = lists.ListPage(
    key="assets.assets",
    title=_("Assets"),
    noun=_("assets"),
    columns=[
        lists.Column(
            "asset", _("Asset"), header="asset_name", order=("name",), value="name", cell=lambda a, look: _title(a)
        ),
        lists.Column(
            "stands",
            _("Stands"),
            header="state",
            order=("state", "exposed"),
            value="state",
            cell=lambda a, look: standing(a),
        ),
        lists.Column(
            "site",
            _("Place"),
            order=("site__name", "zone__name"),
            value="site.name",
            priority=2,
            cell=lambda a, look: place(a),
        ),
        lists.Column(
            "unit",
            _("Unit"),
            header="unit_code",
            order=("unit__name",),
            value="unit.code",
            priority=3,
            cell=lambda a, look: a.unit.name if a.unit else cells.text(""),
        ),
        lists.Column("owner", _("Owner"), order=("owner",), priority=3),
        lists.Column("address", _("Address"), order=("address",), nowrap=True, priority=3),
        lists.Column(
            "seen",
            _("Last seen"),
            header="last_seen",
            order=("last_seen",),
            nowrap=True,
            shown=False,
            value="last_seen",
            cell=lambda a, look: cells.when(a.last_seen, look.at),
        ),
        lists.Column(
            "system",
            _("System or model"),
            header="os",
            order=("os", "model"),
            shown=False,
            value=lambda a: a.os or a.model,
        ),
        lists.Column("code", _("Code"), header="asset_code", order=("code",), shown=False),
        lists.Column("kind", _("Kind"), order=("kind",), shown=False),
        lists.Column("zone", _("Zone"), value=lambda a: a.zone.name if a.zone else "", export_only=True),
        lists.Column("floor", _("Floor"), value=lambda a: a.zone.floor if a.zone else "", export_only=True),
        lists.Column("building", _("Building"), value=lambda a: a.zone.building if a.zone else "", export_only=True),
        lists.Column("critical", _("Critical"), value=lambda a: "yes" if a.critical else "no", export_only=True),
        lists.Column(
            "exposed", _("Exposed"), value=lambda a: {True: "yes", False: "no"}.get(a.exposed, ""), export_only=True
        ),
        lists.Column("serves", _("Serves"), value="serves_named", export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("kind", _("Kind"), "multi", choices=KINDS),
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("site", _("Site"), "multi", lookup="site__uuid", choices=organization.site_choices),
        lists.Filter("state", _("State"), "multi", choices=STATES),
        lists.Filter(
            "exposed",
            _("Exposed"),
            "choice",
            q=_exposure,
            choices=(("yes", _("yes")), ("no", _("no")), ("unknown", _("unknown"))),
            shown=False,
        ),
        lists.Filter(
            "tested",
            _("Latest test"),
            "choice",
            q=selectors.condition_of_test,
            choices=(("failed", _("failed")), ("passed", _("passed")), ("never", _("never tested"))),
            shown=False,
        ),
        lists.Filter("critical", _("Critical"), "boolean", shown=False),
        lists.Filter("zone", _("Zone"), "text", lookup="zone__name", shown=False),
        lists.Filter("owner", _("Owner"), "text", shown=False),
    ],
    search=("code", "name", "address", "owner"),
    sort="asset",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("hosts", _("Hosts"), {"kind": "host"}),
        lists.View("doors", _("Doors"), {"kind": "door"}),
        lists.View("cameras", _("Cameras"), {"kind": "camera"}),
        lists.View("all_critical", _("Critical"), {"critical": "yes"}),
        lists.View("all_exposed", _("Exposed"), {"exposed": "yes"}),
        lists.View("unknown", _("Exposure unknown"), {"exposed": "unknown"}),
        lists.View("amiss", _("Not in order now"), {"state": ["failed", "held", "offline"]}),
        lists.View("failed", _("Failed their test"), {"tested": "failed"}),
    ],
    bulk=[
        lists.BulkAction(
            "owner", _("Give to"), "assets:assign_owner", "user", "assets.assign_owner", forms.OwnerForm.for_viewer
        ),
        lists.BulkAction(
            "critical",
            _("Critical"),
            "assets:set_critical",
            "star",
            "assets.set_critical",
            forms.CriticalForm.for_viewer,
        ),
        lists.BulkAction(
            "exposed", _("Exposure"), "assets:set_exposed", "world", "assets.set_exposed", forms.ExposureForm.for_viewer
        ),
    ],
    empty=lists.Empty(
        _("No assets yet"),
        _("Drop the device list, the host list, a port scan, a scanner report or a bill of materials here."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    rule=_("One row for each thing, whichever tools speak of it: a host is known by its names, then by its addresses."),
    name=lambda asset: asset.name,
)

SOFTWARE = lists.ListPage(
    key="assets.software",
    title=_("Software"),
    noun=_("components"),
    columns=[
        lists.Column(
            "name",
            _("Component"),
            order=("name", "version"),
            value="name",
            cell=lambda s, look: cells.two(s.name, s.purl, plain=True),
        ),
        lists.Column("version", _("Version"), order=("version",), nowrap=True),
        lists.Column(
            "asset",
            _("In"),
            header="asset_code",
            order=("asset__name",),
            value="asset.code",
            cell=lambda s, look: cells.link(s.asset.name, reverse("assets:detail", args=[s.asset.uuid])),
        ),
        lists.Column("kind", _("Kind"), order=("kind",), priority=2),
        lists.Column("licences", _("Licences"), value=lambda s: "; ".join(s.licences), priority=2),
        lists.Column("supplier", _("Supplier"), order=("supplier",), priority=3),
        lists.Column("purl", _("Package address"), export_only=True),
    ],
    filters=[
        lists.Filter("asset", _("In"), "text", q=lambda code: Q(asset__code__iexact=code)),
        lists.Filter("kind", _("Kind"), "text", shown=False),
    ],
    search=("name", "purl"),
    sort="name",
    empty=lists.Empty(
        _("No software yet"),
        _("Drop a CycloneDX bill of materials (JSON or XML) or a Trivy report here."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    crumbs=((_("Assets"), "/assets/"),),
)

SERVICES = lists.ListPage(
    key="assets.services",
    title=_("Network services"),
    noun=_("services"),
    columns=[
        lists.Column(
            "port",
            _("Port"),
            order=("port", "protocol"),
            nowrap=True,
            value=lambda s: f"{s.port}/{s.protocol}" if s.port else "",
        ),
        lists.Column(
            "name",
            _("Service"),
            order=("name",),
            value="name",
            cell=lambda s, look: cells.two(s.name or "–", " ".join(filter(None, (s.product, s.version))), plain=True),
        ),
        lists.Column(
            "asset",
            _("On"),
            header="host_name",
            order=("asset__name",),
            value="asset.code",
            cell=lambda s, look: cells.link(s.asset.name, reverse("assets:detail", args=[s.asset.uuid])),
        ),
        lists.Column("tunnel", _("Tunnel"), order=("tunnel",), priority=2),
        lists.Column("product", _("Product"), export_only=True),
        lists.Column("version", _("Version"), export_only=True),
    ],
    filters=[
        lists.Filter("asset", _("On"), "text", q=lambda code: Q(asset__code__iexact=code)),
        lists.Filter("exposed", _("On an exposed host"), "boolean", lookup="asset__exposed"),
    ],
    search=("name", "product", "asset__code"),
    sort="port",
    empty=lists.Empty(_("No services yet"), _("Drop a port scan here: nmap's XML (-oX)."), _("Import"), "web:imports"),
    import_url_name="web:imports",
    crumbs=((_("Assets"), "/assets/"),),
)

__all__ = ["ASSETS", "ICONS", "SERVICES", "SOFTWARE", "place", "standing", "state"]
