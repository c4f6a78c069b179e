"""What the threats app stores of imported files."""

from garrison.apps.threats import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import ThreatFact, ThreatLinkFact, VulnerabilityFact


@importer(VulnerabilityFact)
def vulnerabilities(actor: User, batch: Batch) -> None:
    """Store KEV, EPSS and CVE records."""
    services.import_vulnerabilities(actor=actor, batch=batch)


@importer(ThreatFact)
def threats(actor: User, batch: Batch) -> None:
    """Store threat objects."""
    services.import_threats(actor=actor, batch=batch)


@importer(ThreatLinkFact)
def links(actor: User, batch: Batch) -> None:
    """Store relationships between threat objects."""
    services.import_links(actor=actor, batch=batch)
