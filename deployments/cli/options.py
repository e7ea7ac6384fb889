"""The options that several commands share, in the same words everywhere."""

from typing import Annotated

import typer

Database = Annotated[
    str, typer.Option("--database", metavar="URL", help="Adres van de administratie; anders uit de instellingen.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Toon het resultaat als JSON.")]
By = Annotated[str, typer.Option("--by", metavar="CODE", help="Uw medewerkerscode; wat u inziet, komt in het logboek.")]
Now = Annotated[
    str,
    typer.Option(
        "--now", metavar="MOMENT", help="Het tijdstip, zoals 2026-04-20T22:05; wijzigen alleen met virtuele klok."
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Hoeveel regels hoogstens.")]
Reference = Annotated[str, typer.Argument(metavar="ZAAK", help="De zaakcode, zoals K7Q3-H9FM-C.", show_default=False)]
StepId = Annotated[str, typer.Argument(metavar="STAP", help="De stapcode, zoals K7Q3-H9FM-C.004.", show_default=False)]
