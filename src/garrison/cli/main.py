"""The ``garrison`` command. Subcommands are imported only when they are used, so that help is instant."""

import sys
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Command, Context

COMMANDS: dict[str, tuple[str, str]] = {
    "audit": ("garrison.cli.audit", "Check the audit log."),
    "brief": ("garrison.cli.brief", "What needs action now, what to do first, what it may cost, what changed."),
    "calc": ("garrison.cli.calc", "Calculators that need no database: loss, plan and clocks."),
    "custody": ("garrison.cli.custody", "Check a package of evidence; needs no database."),
    "demo": ("garrison.cli.demo_command", "Make up an organisation, import it, and serve it."),
    "doctor": ("garrison.cli.doctor", "Check this installation and name what is unsafe."),
    "formats": ("garrison.cli.formats_command", "What Garrison reads, and what files are."),
    "import": ("garrison.cli.import_command", "Import files and folders of exports."),
    "incident": ("garrison.cli.incident", "Take in reports of incidents that came by e-mail."),
    "migrate": ("garrison.cli.migrate", "Bring the databases up to date."),
    "oscal": ("garrison.cli.oscal", "OSCAL documents: convert and resolve."),
    "plan": ("garrison.cli.plan_command", "The best plan for the budget."),
    "report": ("garrison.cli.report", "Reports as PDF."),
    "serve": ("garrison.cli.serve", "Serve the web pages, and work on jobs."),
    "status": ("garrison.cli.status", "How much of everything is stored."),
    "user": ("garrison.cli.user", "Add users and grant roles."),
    "worker": ("garrison.cli.worker", "Work on jobs."),
}


class LazyGroup(TyperGroup):
    """A command group that knows the names and one-line help of its commands without importing them."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """The commands by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """Import one command when it is asked for; for the list of commands its help line is enough."""
        if cmd_name not in COMMANDS:
            return None
        module, help_line = COMMANDS[cmd_name]
        if _only_listing():
            return TyperCommand(cmd_name, help=help_line)
        app: typer.Typer = import_module(module).app
        command = typer.main.get_command(app)
        command.name = cmd_name
        command.help = help_line
        return command


def _only_listing() -> bool:
    """Tell whether only the list of commands is wanted."""
    return not any(argument in COMMANDS for argument in sys.argv[1:])


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Garrison: run an organisation's whole security, physical and digital, from one program.",
)


def _version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from garrison import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Run an organisation's whole security from one program."""


def _our_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line that something went wrong which is not the user's doing, and keep the details in a file."""
    import os
    import traceback
    from pathlib import Path

    if issubclass(kind, KeyboardInterrupt):
        typer.echo("\ngarrison: stopped.", err=True)
        return
    typer.echo(f"garrison: an error of ours: {kind.__name__}: {error}", err=True)
    home = Path(os.environ.get("GARRISON_HOME") or Path.home() / ".garrison").expanduser()
    try:
        with os.fdopen(os.open(home / "errors.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as log:
            log.write("".join(traceback.format_exception(kind, error, trace)) + "\n")
    except OSError:
        traceback.print_exception(kind, error, trace)
    else:
        typer.echo(f"garrison: please report it, with the end of {home / 'errors.log'}", err=True)


def run(argv: list[str] | None = None) -> Any:
    """The entry point of the ``garrison`` script."""
    sys.excepthook = _our_fault
    return typer.main.get_command(app)(args=argv, prog_name="garrison")


if __name__ == "__main__":
    run()
