"""Controls tables to controls."""

from garrison.apps.controls import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import ControlFact


@importer(ControlFact)
def controls(actor: User, batch: Batch) -> None:
    """Store the controls of a controls table."""
    services.import_controls(actor=actor, batch=batch)
