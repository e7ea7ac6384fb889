"""A process that sends messages and events and is killed at a chosen point: another one must finish its work."""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from datetime import datetime

from integrations.ledger import Ledger
from tasks.deliver_messages import deliver_messages
from tasks.send_events import send_events
from tests.faults.kill_points import Points, kill_at

Work = Callable[[Ledger, datetime], object]
WORKS: dict[str, Work] = {"deliver": deliver_messages, "events": send_events}
SHOWN = ("KETENREGIE_PARTNERS", "KETENREGIE_SECRETS", "KETENREGIE_HOME")
KILLED = -9


def killed_at(point: int, work: str, ledger: Ledger, now: datetime) -> bool:
    """Do this work in a process that dies at this point; False when it ended before it got there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.partners.telling_child"])
    env = {name: os.environ[name] for name in SHOWN if name in os.environ}
    child = context.Process(target=_round, args=(point, work, str(ledger.url), now, env))
    child.start()
    child.join(60)
    assert child.exitcode in (0, KILLED), child.exitcode
    return child.exitcode == KILLED


def points_of(work: str, ledger: Ledger, now: datetime) -> list[str]:
    """The name of every point that an undisturbed round passes."""
    names: list[str] = []
    with Points(lambda _, name: names.append(name)).watching(ledger):
        WORKS[work](ledger, now)
    return names


def _round(point: int, work: str, url: str, now: datetime, env: Mapping[str, str]) -> None:
    os.environ.update(env, KETENREGIE_DRILL="1")
    ledger = Ledger(url)
    with Points(kill_at(point, lambda _: None)).watching(ledger):
        WORKS[work](ledger, now)
