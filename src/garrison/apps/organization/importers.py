"""What the organization app stores of imported files."""

from garrison.apps.organization import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import UnitFact


@importer(UnitFact)
def units(actor: User, batch: Batch) -> None:
    """Store units."""
    services.import_units(actor=actor, batch=batch)
