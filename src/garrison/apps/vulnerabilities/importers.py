"""Which facts the vulnerabilities app stores."""

from garrison.apps.vulnerabilities import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import FindingFact, FindingLineFact


@importer(FindingFact)
def findings(actor: User, batch: Batch) -> None:
    """Store what scanners, bills of material and surveys found."""
    services.import_findings(actor=actor, batch=batch)


@importer(FindingLineFact)
def lines(actor: User, batch: Batch) -> None:
    """Make the decisions of an exported list of findings that comes back."""
    services.import_lines(actor=actor, batch=batch)
