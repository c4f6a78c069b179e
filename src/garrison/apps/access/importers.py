"""Which facts the access app stores."""

from garrison.apps.access import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import AccessEventFact, AccountFact, BadgeFact


@importer(AccountFact)
def accounts(actor: User, batch: Batch) -> None:
    """Store directory accounts."""
    services.import_accounts(actor=actor, batch=batch)


@importer(BadgeFact)
def badges(actor: User, batch: Batch) -> None:
    """Store badges and their holders."""
    services.import_badges(actor=actor, batch=batch)


@importer(AccessEventFact)
def events(actor: User, batch: Batch) -> None:
    """Store badge events."""
    services.import_events(actor=actor, batch=batch)
