"""Importing uploaded files as long work."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from garrison.core.imports.run import run_import
from garrison.core.jobs.queue import Report, job
from garrison.core.models import User


@job("imports.run")
def run(report: Report, actor: User, *, folder: str, label: str) -> dict[str, Any]:
    """Import what lies in an upload folder, then remove it; gives the run's uuid and a count by status."""
    place = Path(settings.UPLOAD_FOLDER) / Path(folder).name
    names = {path: path.name for path in place.rglob("*") if path.is_file()}
    ran, readings = run_import(
        actor=actor, paths=[place], at=timezone.now(), label=label, progress=report.progress, names=names
    )
    shutil.rmtree(place, ignore_errors=True)
    statuses = [reading.status for reading in readings]
    return {"run": str(ran.uuid) if ran else "", "statuses": {name: statuses.count(name) for name in set(statuses)}}
