"""Which facts the vulnerabilities app stores."""

from garrison.apps.vulnerabilities import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import FindingFact


@importer(FindingFact)
def findings(actor: User, batch: Batch) -> None:
    """Store what scanners, bills of material and surveys found."""
    services.import_findings(actor=actor, batch=batch)
