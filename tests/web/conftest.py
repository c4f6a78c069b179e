from datetime import UTC, datetime, timedelta

import pytest

from garrison.core.models import User
from tests.web import things


@pytest.fixture(autouse=True)
def _frame_alone(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("garrison.core.registries.NAV", [])
    settings.ROOT_URLCONF = "tests.web.urls"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def many(db):
    """Sixty users: every seventh closed, every third without mail, names Ada, Bo, Cy in turn."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    User.objects.bulk_create(
        User(
            username=f"thing{i:03d}",
            first_name=("Ada", "Bo", "Cy")[i % 3],
            email=f"m{i}@larkmere.test" if i % 3 else "",
            is_active=i % 7 != 0,
            is_staff=i % 2 == 0,
            date_joined=start + timedelta(days=i),
            last_login=start if i % 5 == 0 else None,
            password="!",
        )
        for i in range(60)
    )
    things.PREPARED.clear()


@pytest.fixture
def signed_in(client, chief):
    client.force_login(chief, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
