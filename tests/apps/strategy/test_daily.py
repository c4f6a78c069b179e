"""Figures are kept after an import that moved something, and once a day."""

from datetime import datetime
from typing import Any

import pytest

from garrison.apps.strategy.models import Snapshot

pytestmark = pytest.mark.django_db(databases="__all__")


def test_after_an_import(system: Any, now: datetime) -> None:
    from garrison.core.imports.services import begin, finish

    run = begin(actor=system, at=now, label="x")
    finish(actor=system, run=run, at=now, moved=False)
    assert not Snapshot.objects.exists()
    finish(actor=system, run=run, at=now, moved=True)
    assert Snapshot.objects.get().day == now.date()


def test_daily_job(system: Any) -> None:
    from garrison.core.jobs.queue import KINDS

    told = KINDS["strategy.daily"](None, system)
    assert Snapshot.objects.get().day.isoformat() == told["day"]
