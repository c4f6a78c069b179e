"""What every subcommand shares: who acts, JSON out, and errors in plain words."""

import json
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from garrison.core.models import User

OURS, USAGE, PARTLY = 1, 2, 3
"""Exit codes: our fault; wrong usage or nothing usable; some of it refused or unknown."""

AS = typer.Option("", "--as", metavar="USER", help="Act as this user instead of the system.")
JSON = typer.Option(False, "--json", help="Print JSON.")


def actor(name: str) -> "User":
    """The user whom ``--as`` names, else the system actor. Stops with exit code 2 when there is no such user."""
    from garrison.core import selectors
    from garrison.core.commands import Missing

    system = selectors.system_actor()
    if not name:
        return system
    try:
        return selectors.user_named(viewer=system, username=name)
    except Missing as missing:
        raise fail(str(missing)) from missing


def fail(message: str, code: int = USAGE) -> typer.Exit:
    """Print ``message`` to stderr; raise what this gives."""
    typer.echo(f"garrison: {message}", err=True)
    return typer.Exit(code)


def print_json(value: Any) -> None:
    """Print ``value`` as JSON, times as ISO 8601 with their offset, and whatever else JSON has no word for as text."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write("\n")


def _plain(value: object) -> str:
    """A day or a time as ISO 8601, anything else in its own words."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
