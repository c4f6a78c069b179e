"""Commands of the strategy app."""

from garrison.apps.strategy.services.reports import Issued, issue_report
from garrison.apps.strategy.services.snapshots import snapshot

__all__ = ["Issued", "issue_report", "snapshot"]
