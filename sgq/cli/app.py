"""The application: its commands, and how it ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sgq.cli.arguments import INTERRUPTED
from sgq.cli.catalogue import list_problems, list_solvers
from sgq.cli.comparing import compare
from sgq.cli.leap import app as leap
from sgq.cli.reporting import report
from sgq.cli.solving import solve
from sgq.cli.sweeping import app as sweep
from sgq.cli.transition import sat_transition

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("problems")(list_problems)
app.command("solvers")(list_solvers)
app.command()(solve)
app.command()(compare)
app.command()(sat_transition)
app.add_typer(leap, name="leap")
app.add_typer(sweep, name="sweep")
app.command()(report)


def main() -> None:
    """Run the command; bad input is one line and exit code 2, never a traceback."""
    try:
        code = app(standalone_mode=False) or 0
        if code == INTERRUPTED:
            print("sgq: interrupted", file=sys.stderr)
        sys.exit(code)
    except (ValueError, ImportError, OSError) as error:
        _fail(str(error))
    except Exception as error:
        if hasattr(error, "format_message"):  # Typer's errors of usage share no public base class
            _fail(f"{error.format_message()} (sgq COMMAND --help says more)")
        _fail(f"{type(error).__name__}: {error}")


def _fail(message: str) -> None:
    print(f"sgq: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        import sgq

        print(sgq.__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A laboratory for spin glasses and computation."""
    if context.invoked_subcommand is None:
        print(context.get_help())
