"""Initiative tables to initiatives."""

from garrison.apps.budget import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import InitiativeFact


@importer(InitiativeFact)
def initiatives(actor: User, batch: Batch) -> None:
    """Store the initiatives of a table."""
    services.import_initiatives(actor=actor, batch=batch)
