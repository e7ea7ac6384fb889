"""`ketenregie backup` and `ketenregie restore`: a whole copy of the ledger, and back."""

from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, say
from deployments.cli.refusals import wrong_use
from domain.dutch import amount
from integrations.settings import settings
from tasks.backup_ledger import backup_ledger
from tasks.restore_ledger import Restored, mark_restored, restore_ledger

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="De map voor de kopie; anders 'copies' in de home.")
    ] = None,
    keep: Annotated[
        int, typer.Option("--keep", min=0, metavar="N", help="Bewaar de nieuwste N kopieën; 0: verwijder niets.")
    ] = 0,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Maak een gecontroleerde reservekopie; anderen kunnen intussen doorwerken."""
    with opened(database) as here:
        made = backup_ledger(here.ledger, to or settings().home / "copies", clock(), keep)
    if as_json:
        print_json(vars(made) | {"path": str(made.path)})
        return
    say(str(made.path))
    removed = f" {made.removed} oudere verwijderd." if made.removed else ""
    say(f"{made.size} bytes, gecontroleerd; logboek {made.audit_seq}:{made.audit_hash}.{removed}")


@app.command()
def restore(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="De reservekopie.", show_default=False)] = None,
    only_mark: Annotated[
        bool, typer.Option("--only-mark", help="De administratie is al teruggezet, buiten ketenregie om: merk haar.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Vraag niets.")] = False,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Zet een reservekopie terug; wat daarna misschien al is verstuurd, wordt gemerkt. Stop eerst ketenregie."""
    if (file is None) != only_mark:
        raise wrong_use("noem een kopie, of --only-mark")
    if as_json and not yes:
        raise wrong_use("--json vraagt om --yes")
    if not yes:
        typer.confirm("Wat na de kopie is vastgelegd, gaat verloren. Doorgaan?", abort=True)
    with opened(database, now) as here:
        if file is None:
            done = mark_restored(here.ledger, clock(), here.given)
        else:
            done = restore_ledger(here.ledger, file, clock(), here.given)
    _told(done, as_json)


def _told(done: Restored, as_json: bool) -> None:
    if as_json:
        print_json(vars(done) | {"set_aside": str(done.set_aside) if done.set_aside else None})
        return
    say(f"Teruggezet en gecontroleerd; logboek {done.audit_seq}:{done.audit_hash}.")
    waiting = amount(done.waiting, "wachtende bezorging kan", "wachtende bezorgingen kunnen")
    say(f"{waiting} een herhaling zijn; de berichten zeggen dat erbij.")
    if done.set_aside:
        say(f"Wat er stond, is bewaard: {done.set_aside}")
