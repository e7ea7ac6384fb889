"""`ketenregie story`: replay a case act by act on a fresh ledger (docs/stories.md)."""

from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.options import AsJson

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Verhalen: speel een zaak na en vergelijk met wat u verwacht."
)


@app.callback()
def story() -> None:
    """Verhalen: speel een zaak na en vergelijk met wat u verwacht."""


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Een verhaal (YAML).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Speel een verhaal na op een verse administratie; eindigt met 1 bij een verschil."""
    from deployments.stories.run import run_story

    raise typer.Exit(run_story(file, as_json))
