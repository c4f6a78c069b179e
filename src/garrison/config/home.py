"""Where one installation keeps its records: a single folder, made on first use."""

import os
import secrets
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
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
    if not path.exists():
        # Written whole under another name first: of two processes that begin at once both read the same whole key.
        draft = folder / f"secret.key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def address(folder: Path) -> str:
    """How people reach the server: ``GARRISON_URL``, else where ``garrison serve`` last listened, else port 8000."""
    kept = folder / "address"
    given = os.environ.get("GARRISON_URL") or (kept.read_text().strip() if kept.exists() else "")
    return (given or "http://127.0.0.1:8000").rstrip("/")


def time_zone(folder: Path) -> str:
    """Where days are counted: the zone ``GARRISON_TIME_ZONE``, else the home folder's ``time-zone``, else UTC."""
    kept = folder / "time-zone"
    return os.environ.get("GARRISON_TIME_ZONE") or (kept.read_text().strip() if kept.exists() else "") or "UTC"


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """The addresses and networks of a list with commas, such as ``127.0.0.1, 10.0.0.0/8``. Raises ValueError."""
    return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]
