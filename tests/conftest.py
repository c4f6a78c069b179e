"""A home folder of its own for each test process, and people with roles."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A fixed Monday morning."""
    return MONDAY


@pytest.fixture(autouse=True)
def _own_folders(settings: object, tmp_path: Path) -> None:
    """Each test has its own lake, uploads and staging."""
    settings.LAKE_FOLDER = tmp_path / "lake"  # type: ignore[attr-defined]
    settings.UPLOAD_FOLDER = tmp_path / "uploads"  # type: ignore[attr-defined]
    settings.STAGING_FOLDER = tmp_path / "staging"  # type: ignore[attr-defined]
    settings.EVIDENCE_FOLDER = tmp_path / "evidence"  # type: ignore[attr-defined]
    settings.SIGNING_KEY = tmp_path / "signing.key"  # type: ignore[attr-defined]
    from django.core.cache import cache

    cache.clear()  # what the frame remembers of another test's user is nobody's here


@pytest.fixture
def system(db: None) -> object:
    """The built-in actor."""
    from garrison.core import selectors

    return selectors.system_actor()


@pytest.fixture
def make_user(db: None) -> Callable[..., object]:
    """Make a user with a role: ``make_user("ann", "reader", "/LHG/LG/")``."""
    from garrison.core import selectors, services

    def make(username: str, role: str = "security head", path: str = "/") -> object:
        actor = selectors.system_actor()
        user = services.add_user(actor=actor, username=username, name=username.title())
        if role:
            services.grant_role(actor=actor, user=user.uuid, role=role, path=path)
        return user

    return make


@pytest.fixture
def chief(make_user: Callable[..., object]) -> object:
    """A security head of the whole organisation."""
    return make_user("chief")


@pytest.fixture
def corpus() -> Path:
    """The folder of real files; the test is skipped where it does not exist, and then only."""
    folder = Path(os.environ.get("GARRISON_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus")
    if not folder.is_dir():
        pytest.skip("the corpus of real files is not here; set GARRISON_CORPUS")
    return folder
