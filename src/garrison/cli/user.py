"""``garrison user``: adding users and granting roles."""

import sys
from datetime import datetime, timedelta
from typing import Any

import typer

from garrison.cli.shared import AS, JSON, actor, fail, print_json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def root() -> None:
    """Add users and grant roles."""


@app.command()
def add(
    username: str = typer.Argument(help="Sign-in name."),
    name: str = typer.Option("", help="Full name."),
    email: str = typer.Option("", help="E-mail address."),
    role: str = typer.Option("", help="A role to grant at once."),
    unit: str = typer.Option("", help="The code of the unit where the role holds; everywhere when left out."),
    password_stdin: bool = typer.Option(False, "--password-stdin", help="Read the password from standard input."),
    as_json: bool = JSON,
    acting_as: str = AS,
) -> None:
    """Add a user. Without a password a one-time sign-in link is printed."""
    from garrison.core import setup

    setup.start()
    from django.db import transaction

    from garrison.core import services
    from garrison.core.commands import Refused
    from garrison.core.links import issue_link

    who = actor(acting_as)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    path = _path(acting_as, unit)
    try:
        with transaction.atomic():  # a user without the role that was asked for is no use
            user = services.add_user(actor=who, username=username, password=password, name=name, email=email)
            if role:
                services.grant_role(actor=who, user=user.uuid, role=role, path=path)
            link = issue_link(actor=who, user=user.uuid) if password is None else ""
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    if as_json:
        print_json(
            {"username": user.username, "role": role or None, "path": path if role else None, "link": link or None}
        )
        return
    typer.echo(f"Added {username}." + (f" Role: {role}." if role else " No role yet: garrison user grant."))
    if link:
        typer.echo(f"One-time sign-in: {link}")


@app.command()
def grant(
    username: str = typer.Argument(help="Sign-in name."),
    role: str = typer.Argument(help="security head, manager, analyst or reader."),
    unit: str = typer.Option("", help="The code of the unit where the role holds; everywhere when left out."),
    until: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="The last day on which it holds."),
    as_json: bool = JSON,
    acting_as: str = AS,
) -> None:
    """Grant a role, for good or until a day is over."""
    from garrison.core import setup

    setup.start()
    from garrison.core import services

    who = actor(acting_as)
    from garrison.core import selectors
    from garrison.core.clock import zone
    from garrison.core.commands import Refused

    try:
        user = selectors.user_named(viewer=who, username=username)
        path = _path(acting_as, unit)
        end = None if until is None else (until + timedelta(days=1)).replace(tzinfo=zone())
        given = services.grant_role(actor=who, user=user.uuid, role=role.replace("_", " "), path=path, until=end)
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    if as_json:
        day = until.date().isoformat() if until else None
        print_json({"username": user.username, "role": given.role, "path": given.path, "until": day})
        return
    typer.echo(f"{username} is {role} in {path}" + (f" until the end of {until:%Y-%m-%d}." if until else "."))


@app.command()
def link(username: str = typer.Argument(help="Sign-in name."), as_json: bool = JSON, acting_as: str = AS) -> None:
    """Print a one-time sign-in link."""
    from garrison.core import setup

    setup.start()
    from garrison.core import selectors
    from garrison.core.commands import Refused
    from garrison.core.links import issue_link

    who = actor(acting_as)
    try:
        user = selectors.user_named(viewer=who, username=username)
        address = issue_link(actor=who, user=user.uuid)
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    if as_json:
        print_json({"username": user.username, "link": address})
    else:
        typer.echo(address)


@app.command("list")
def listing(as_json: bool = JSON, acting_as: str = AS) -> None:
    """List users and their roles."""
    from garrison.core import setup

    setup.start()
    from garrison.core import selectors

    users: list[dict[str, Any]] = [
        {
            "username": user.username,
            "name": user.get_full_name(),
            "active": user.is_active,
            "roles": [f"{grant.role} in {grant.path}" for grant in user.grants.all()],
        }
        for user in selectors.users(viewer=actor(acting_as))
    ]
    if as_json:
        print_json(users)
        return
    for user in users:
        typer.echo(f"{user['username']}\t{user['name']}\t{'; '.join(user['roles']) or 'no role'}")


def _path(acting_as: str, unit: str) -> str:
    """The path of the unit with this code; the whole organisation when none is named."""
    if not unit:
        return "/"
    from garrison.apps.organization import selectors as organization
    from garrison.core.commands import Missing

    try:
        return organization.unit(viewer=actor(acting_as), code=unit).path
    except Missing as missing:
        raise fail(str(missing)) from missing
