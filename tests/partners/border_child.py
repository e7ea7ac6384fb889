"""A process that does the rounds with partners and is killed at a chosen point: another one must finish its work."""

import multiprocessing
import os
from collections.abc import Mapping
from datetime import datetime

from integrations.ledger import Ledger
from tasks.partner_rounds import DAILY, FREQUENT, run_partner_rounds
from tests.faults.kill_points import Points, kill_at

SHOWN = ("KETENREGIE_PARTNERS", "KETENREGIE_SECRETS", "KETENREGIE_HOME")
KILLED = -9


def killed_at(point: int, ledger: Ledger, now: datetime) -> bool:
    """Do a whole round in a process that dies at this point; False when it ended before it got there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.partners.border_child"])
    env = {name: os.environ[name] for name in SHOWN if name in os.environ}
    child = context.Process(target=_round, args=(point, str(ledger.url), now, env))
    child.start()
    child.join(60)
    assert child.exitcode in (0, KILLED), child.exitcode
    return child.exitcode == KILLED


def points_of(ledger: Ledger, now: datetime) -> list[str]:
    """The name of every point that an undisturbed round passes."""
    names: list[str] = []
    with Points(lambda _, name: names.append(name)).watching(ledger):
        both(ledger, now)
    return names


def both(ledger: Ledger, now: datetime) -> None:
    """The frequent and the daily rounds."""
    run_partner_rounds(ledger, now, (*FREQUENT, *DAILY))


def _round(point: int, url: str, now: datetime, env: Mapping[str, str]) -> None:
    os.environ.update(env, KETENREGIE_DRILL="1")
    ledger = Ledger(url)
    with Points(kill_at(point, lambda _: None)).watching(ledger):
        both(ledger, now)
