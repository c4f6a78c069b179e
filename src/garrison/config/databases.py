"""Which databases hold what: SQLite in the home folder, or the PostgreSQL that ``DATABASE_URL`` names."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def sqlite(path: Path) -> dict[str, Any]:
    """A SQLite database in write-ahead mode whose transactions take the write lock when they begin."""
    return {
        "ENGINE": "garrison.core.sqlite",
        "NAME": str(path),
        "TEST": {"NAME": str(path.with_name(f"test-{path.name}"))},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            "PRAGMA temp_store=MEMORY;",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """A PostgreSQL database from a ``postgresql://user:password@host:port/name?option=value`` address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://; leave it unset for SQLite")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def databases(folder: Path, url: str) -> dict[str, dict[str, Any]]:
    """The records (``default``) and the short-lived work beside them (``jobs``: progress, queue, sessions).

    On SQLite the second is a file of its own, so that a long import never keeps a page or a progress bar waiting.
    """
    if url:
        return {"default": postgresql(url)}
    return {"default": sqlite(folder / "garrison.sqlite3"), "jobs": sqlite(folder / "jobs.sqlite3")}
