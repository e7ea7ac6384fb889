"""`saw("lease-takeover")`: the full programme must at some time have met each of these, else it proves too little."""

import os
from pathlib import Path
from tempfile import gettempdir

MUST_HAVE_MET = frozenset(
    {"indefinite-send", "lease-takeover", "skipped-rung", "dead-letter", "lock-timeout", "fold-hour", "clock-back"}
)


def folder() -> Path:
    """One folder a test run, shared by its workers and by the processes they start."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "alone")
    return Path(gettempdir()) / f"ketenregie-sometimes-{run}"


def saw(what: str) -> None:
    """Note that this happened in some scenario of this run."""
    assert what in MUST_HAVE_MET
    folder().mkdir(exist_ok=True)
    (folder() / what).touch()


def never_met(notes: Path) -> frozenset[str]:
    """What did not happen, by the notes in this folder."""
    return MUST_HAVE_MET - frozenset(note.name for note in notes.glob("*"))
