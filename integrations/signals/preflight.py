"""Whether the sources of signals can be reached; nothing is followed or read for it."""

import os

from domain.errors import KetenregieError
from integrations.handover import Finding
from integrations.http import Door, Unanswered
from integrations.http.advice import advice
from integrations.signals.brp_access import Access
from integrations.signals.brp_keys import read_keys
from integrations.signals.brp_marks import marker
from integrations.signals.config import BrpSource, SignalFile


def preflight(source: SignalFile | BrpSource) -> list[Finding]:
    """The folder can be written in, or the BRP answers and the file of keys is right."""
    return _folder(source) if isinstance(source, SignalFile) else [_keys(source), _marks(source), _answers(source)]


def _folder(source: SignalFile) -> list[Finding]:
    good = source.folder.is_dir() and os.access(source.folder, os.R_OK | os.W_OK | os.X_OK)
    return [Finding(f"signalen {source.name}, map", good, "Maak de map, en laat ketenregie erin lezen en schrijven.")]


def _keys(source: BrpSource) -> Finding:
    what = f"BRP {source.name}, sleutelbestand"
    try:
        read_keys(source.keys)
    except KetenregieError as error:
        return Finding(what, False, f"{error.sentence} {error.next_step}")
    return Finding(what, True)


def _marks(source: BrpSource) -> Finding:
    what = f"BRP {source.name}, geheim {source.mark_secret}"
    try:
        marker(source)
    except KetenregieError as error:
        return Finding(what, False, f"{error.sentence} {error.next_step}")
    return Finding(what, True)


def _answers(source: BrpSource) -> Finding:
    what = f"BRP {source.name}, volgindicaties"
    try:
        access = Access(source)
        with Door(access.known(source.update), auth=access.auth) as door:
            door.get("volgindicaties")
    except Unanswered as unanswered:
        return Finding(what, False, f"Geen bruikbaar antwoord: {unanswered.result.reason}. {advice(unanswered)}")
    except KetenregieError as error:
        return Finding(what, False, f"{error.code}: {error.next_step}")
    return Finding(what, True)
