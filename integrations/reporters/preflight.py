"""What must be right before a reporter's system and ours can speak. Asks, makes nothing, never raises."""

import os

from domain.errors import WrongUse
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.reporters.config import ReporterSystem
from integrations.reporters.outcome import NOT_THERE, OutcomeDoor

NOBODYS = "ketenregie-proef"
"""A number that no report has: that it is not there is the good answer."""

ELSEWHERE = "Op dit adres antwoordt iets anders dan uitkomstmeldingen; controleer het adres in het partnerbestand."


def preflight(system: ReporterSystem) -> list[Finding]:
    """Its folder, and whether it answers where outcomes go."""
    found = []
    if system.folder is not None:
        found.append(_folder(system))
    if system.feedback is not None:
        found.append(_feedback(system))
    return found


def _folder(system: ReporterSystem) -> Finding:
    what = f"melder {system.source}: de map"
    folder = system.folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(what, False, "Maak de map, en geef ketenregie het recht erin te lezen en te verplaatsen.")
    return Finding(what, True)


def _feedback(system: ReporterSystem) -> Finding:
    """Only a 404 in the shape of the interface says that it is there; any page says 404."""
    what = f"melder {system.source}: uitkomstmeldingen"
    try:
        with OutcomeDoor(system) as door:
            door.look(NOBODYS)
    except WrongUse as error:
        return Finding(what, False, str(error))
    except Unanswered as error:
        if error.status == NOT_THERE and error.problem:
            return Finding(what, True)
        if error.status != NOT_THERE:
            return Finding(what, False, f"{error.result.reason}; controleer adres, geheim en verbinding.")
    return Finding(what, False, ELSEWHERE)
