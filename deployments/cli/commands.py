"""All commands in one table. Each is loaded when it is called, so that the command line starts at once."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from deployments.cli.dutch_help import speak_dutch
from deployments.cli.refusals import guarded

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("running", "Start alles op deze machine en blijf aan"),
    "demo": ("running", "Start met een verzonnen regio en verzonnen zaken"),
    "status": ("status", "Toon in één regel of het goed gaat"),
    "doctor": ("running", "Onderzoek de installatie en zeg wat eraan te doen is"),
    "sweep": ("running", "Loop nu een ronde: plan en verstuur wat aan de beurt is"),
    "watch": ("watching", "Sla alarm als niemand de termijnen bewaakt"),
    "backup": ("copies", "Maak een gecontroleerde reservekopie van de administratie"),
    "restore": ("copies", "Zet een reservekopie terug"),
    "import": ("reports_in", "Lees een bestand met meldingen in"),
    "waiting-lists": ("reports_in", "Lees een bestand met wachtlijsten van partners in"),
    "generate": ("reports_in", "Maak een bestand met verzonnen meldingen"),
    "case": ("case", "Zaken: lijst, tonen, gezinslid toevoegen, toewijzen"),
    "step": ("step", "Stappen: tonen, vastleggen, openen, spoed bevestigen"),
    "messages": ("messages", "Berichten: lijst, verantwoording, mislukte en vooruitblik"),
    "handover": ("handover", "Overdrachten naar systemen van lokale teams: lijst, opnieuw, afgehandeld"),
    "events": ("events", "Gebeurtenissen voor abonnees: lijst en opnieuw"),
    "outcomes": ("outcomes", "Uitkomstmeldingen voor systemen van melders: lijst en opnieuw"),
    "person": ("people", "Medewerkers: lijst, afwezig, terug en vertrokken"),
    "report": ("report", "Cijfers: tweewekelijks en per halfjaar"),
    "receive": ("receiving", "Ontvang wat systemen van partners melden"),
    "subscriptions": ("receiving", "Abonnementen op systemen van partners: lijst, maken, opzeggen"),
    "story": ("story", "Verhalen: speel een zaak na en vergelijk"),
    "region": ("region", "De regio laden of een proefadministratie maken"),
    "policy": ("region", "Het beleid van de regio controleren of laden"),
}
"""Command → the file in this folder that holds it, and its line of help."""


class Root(TyperGroup):
    """The group `ketenregie`: it loads what is called, and turns every error into a code and an exit status."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """For the help: the name and its line, without loading anything."""
        if cmd_name not in COMMANDS:
            return None
        return self.commands.get(cmd_name) or TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """For a call: the command itself."""
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = loaded(args[0])
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run and exit; never a traceback."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        if "--help" in words or len(words) < 2:
            speak_dutch()
        sys.exit(guarded(lambda: super(Root, self).main(args=words, **extra), as_json="--json" in words))


def loaded(name: str) -> Any:
    """The command from its own file: one of several there, or the file as a whole."""
    module = import_module(f"deployments.cli.{COMMANDS[name][0]}")
    group = get_command(module.app)
    assert isinstance(group, TyperGroup)
    return group.commands.get(name, group)
