"""The folders in which partners' systems drop files, as the partners' file names them."""

from dataclasses import dataclass
from pathlib import Path

from integrations.corv.receipts import SUFFIXES as RECEIPTS
from integrations.partners import Partners
from integrations.report_files import FORMATS
from integrations.signals.dropped import SUFFIXES as SIGNALS

CORV = "CORV"


@dataclass(frozen=True)
class DropFolder:
    """One of them: whose, where, how its files end, how many seconds they lie still first, and under whose code they
    are read ('': nobody's)."""

    source: str
    path: Path
    suffixes: frozenset[str]
    quiet: float
    read_as: str = ""


def drop_folders(given: Partners) -> list[DropFolder]:
    """Every one, in the order of the rounds that read them."""
    reports = [
        DropFolder(system.source, system.folder, frozenset(FORMATS), system.quiet, system.imports_as or "")
        for system in given.reporters
        if system.folder is not None
    ]
    signals = [DropFolder(one.name, one.folder, frozenset(SIGNALS), one.quiet) for one in given.signal_files]
    return [*reports, *signals, *(DropFolder(CORV, one.folder, frozenset(RECEIPTS), one.quiet) for one in given.corv)]
