"""Commands of the vulnerabilities app."""

from garrison.apps.vulnerabilities.services.decisions import (
    Decided,
    accept,
    add,
    assign,
    close,
    plan,
    reopen,
    restore,
    set_due,
)
from garrison.apps.vulnerabilities.services.devices import watch_devices
from garrison.apps.vulnerabilities.services.findings import import_findings
from garrison.apps.vulnerabilities.services.lines import import_lines
from garrison.apps.vulnerabilities.services.prioritising import end_acceptances, prioritise

__all__ = [
    "Decided",
    "accept",
    "add",
    "assign",
    "close",
    "end_acceptances",
    "import_findings",
    "import_lines",
    "plan",
    "prioritise",
    "reopen",
    "restore",
    "set_due",
    "watch_devices",
]
