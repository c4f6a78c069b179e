"""What every subcommand shares."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from garrison.cli.shared import print_json


def test_times_in_json_are_iso_8601_with_their_offset(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"at": datetime(2026, 3, 9, 8, 0, tzinfo=UTC), "day": date(2026, 3, 9), "amount": Decimal("1.50")})
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-03-09T08:00:00+00:00",
        "day": "2026-03-09",
        "amount": "1.50",
    }
