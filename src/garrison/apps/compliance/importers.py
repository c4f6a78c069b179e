"""What the compliance app stores of imported files."""

from garrison.apps.compliance import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import DocumentFact, FrameworkFact, RequirementFact


@importer(FrameworkFact)
def frameworks(actor: User, batch: Batch) -> None:
    """Store catalogues and profiles."""
    services.import_frameworks(actor=actor, batch=batch)


@importer(DocumentFact)
def originals(actor: User, batch: Batch) -> None:
    """Keep the documents themselves."""
    services.keep_originals(actor=actor, batch=batch)


@importer(RequirementFact)
def requirements(actor: User, batch: Batch) -> None:
    """Store requirements."""
    services.import_requirements(actor=actor, batch=batch)
