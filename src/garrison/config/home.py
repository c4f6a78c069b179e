"""Where one installation keeps its records: a single folder, made on first use."""

import os
import secrets
from pathlib import Path


def home_folder() -> Path:
    """The folder that ``GARRISON_HOME`` names, else ``~/.garrison``; made readable by its owner only."""
    folder = Path(os.environ.get("GARRISON_HOME") or Path.home() / ".garrison").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_key(folder: Path) -> str:
    """The signing key of this installation: ``GARRISON_SECRET_KEY``, else a file made once with mode 0600."""
    if given := os.environ.get("GARRISON_SECRET_KEY"):
        return given
    path = folder / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    made = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made


def time_zone(folder: Path) -> str:
    """Where days are counted: the zone ``GARRISON_TIME_ZONE``, else the home folder's ``time-zone``, else UTC."""
    kept = folder / "time-zone"
    return os.environ.get("GARRISON_TIME_ZONE") or (kept.read_text().strip() if kept.exists() else "") or "UTC"
