"""The command that stores badge events in the lake: each event once, whichever files tell of it."""

from garrison.core import lake_files
from garrison.core.bulk import batches
from garrison.core.commands import changed, command
from garrison.core.imports import Batch
from garrison.core.models import User


@command("access.import_events")
def import_events(*, actor: User, batch: Batch) -> int:
    """Store badge events; one that is already there, from whichever file, stays as it is. Gives how many are new."""
    from garrison.apps.access.services.intake import CHUNK, Intake, note_last_uses

    intake = Intake(lake_files.lake())
    new = 0
    for chunk in batches(batch, CHUNK):
        new += intake.take(batch, chunk)
    note_last_uses(intake.last_used)
    changed(target="badge events", after={"stored": new, "unchanged": intake.seen - new})
    return new
