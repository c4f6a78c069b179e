"""Commands of the assets app: what files tell of hosts, devices and software, and what people decide about them."""

from garrison.apps.assets.services.decisions import (
    Recorded,
    assign_owner,
    record_test,
    remove_test,
    restore,
    set_critical,
    set_exposed,
)
from garrison.apps.assets.services.devices import import_devices
from garrison.apps.assets.services.hosts import import_hosts
from garrison.apps.assets.services.lines import import_lines
from garrison.apps.assets.services.parts import import_services, import_software, import_subjects
from garrison.apps.assets.services.register import ensure_assets, join_units, resolve

__all__ = [
    "Recorded",
    "assign_owner",
    "ensure_assets",
    "import_devices",
    "import_hosts",
    "import_lines",
    "import_services",
    "import_software",
    "import_subjects",
    "join_units",
    "record_test",
    "remove_test",
    "resolve",
    "restore",
    "set_critical",
    "set_exposed",
]
