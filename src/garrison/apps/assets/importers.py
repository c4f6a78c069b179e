"""What the assets app stores of imported files."""

from garrison.apps.assets import services
from garrison.core.imports import Batch, importer
from garrison.core.models import User
from garrison.formats.facts import AssetLineFact, DeviceFact, HostFact, ServiceFact, SoftwareFact, SubjectFact


@importer(DeviceFact)
def devices(actor: User, batch: Batch) -> None:
    """Store doors and devices."""
    services.import_devices(actor=actor, batch=batch)


@importer(HostFact)
def hosts(actor: User, batch: Batch) -> None:
    """Store hosts."""
    services.import_hosts(actor=actor, batch=batch)


@importer(ServiceFact)
def open_services(actor: User, batch: Batch) -> None:
    """Store network services."""
    services.import_services(actor=actor, batch=batch)


@importer(SubjectFact)
def subjects(actor: User, batch: Batch) -> None:
    """Store what reports are about."""
    services.import_subjects(actor=actor, batch=batch)


@importer(SoftwareFact)
def software(actor: User, batch: Batch) -> None:
    """Store components."""
    services.import_software(actor=actor, batch=batch)


@importer(AssetLineFact)
def lines(actor: User, batch: Batch) -> None:
    """Make the decisions of an exported list of assets that comes back."""
    services.import_lines(actor=actor, batch=batch)
