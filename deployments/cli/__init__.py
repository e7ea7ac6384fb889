"""The command line: `ketenregie`, one file a group of commands. A contract: scripts depend on it (docs/commands.md)."""

import typer

from deployments.cli.commands import Root

app = typer.Typer(
    cls=Root,
    help="Ketenregie houdt de zaken van een regio Veilig Thuis in beweging.",
    add_completion=False,
    no_args_is_help=True,
    subcommand_metavar="COMMANDO",
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Every command stands in `deployments/cli/commands.py`."""


def main() -> None:
    """Run the command line and end the process with its exit status: 0 done, 1 refused or failed, 2 wrong use."""
    app(prog_name="ketenregie")


__all__ = ["app", "main"]
