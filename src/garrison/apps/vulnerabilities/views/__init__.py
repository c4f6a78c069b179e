"""Pages of the vulnerabilities app."""

from garrison.apps.vulnerabilities.views.pages import (
    accept,
    assign,
    close,
    finding,
    findings,
    new,
    plan,
    reopen,
    rule,
    set_due,
)

__all__ = ["accept", "assign", "close", "finding", "findings", "new", "plan", "reopen", "rule", "set_due"]
