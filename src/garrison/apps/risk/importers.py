"""Scenario and controls tables to scenarios and safeguards."""

from garrison.apps.risk import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import ControlFact, ScenarioFact


@importer(ScenarioFact)
def scenarios(actor: User, batch: Batch) -> None:
    """Store the scenarios of a table."""
    services.import_scenarios(actor=actor, batch=batch)


@importer(ControlFact)
def safeguards(actor: User, batch: Batch) -> None:
    """Store what the controls of a table cover; the controls app has stored the controls themselves."""
    services.import_safeguards(actor=actor, batch=batch)
