"""What the people app stores of imported files."""

from garrison.apps.people import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import PersonFact


@importer(PersonFact)
def people(actor: User, batch: Batch) -> None:
    """Store the HR roster."""
    services.import_people(actor=actor, batch=batch)
