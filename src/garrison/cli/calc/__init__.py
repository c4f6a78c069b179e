"""Stand-alone calculators: ``garrison calc loss``, ``plan`` and ``clocks``. They need no database and keep nothing.

They read JSON, from a file or ``-`` for standard input. What is wrong with it is told with its place in the file, and
the exit code is 2. The engines load only when a calculator runs.
"""

import typer

from garrison.cli.calc.clocks import clocks
from garrison.cli.calc.loss import loss
from garrison.cli.calc.plan import plan

app = typer.Typer(
    name="calc", help="Calculate without a database.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.callback()
def calc() -> None:
    """Calculate without a database."""


for calculator in (loss, plan, clocks):
    app.command()(calculator)
