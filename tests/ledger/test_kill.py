"""A process that dies in the middle of a unit of work leaves nothing, and nobody waits for it."""

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger, audit, settings_table
from integrations.ledger.tables import Outbox, Step
from tests.ledger.rows import NOW, add_step

PROJECT = Path(__file__).parents[2]


def half_a_unit(url: str, moment: str) -> None:
    """What the child does: a unit of work that stops for ever before its end, or right after it."""
    ledger = Ledger(url)
    with ledger.unit_of_work(now=datetime.fromisoformat(moment), actor=SYSTEM) as uow:
        add_step(uow)
        uow.tell_prefect("start_run", "s-1")
        for number in range(500):
            uow.audit("half werk", nummer=number)
        uow.session.flush()
        if "--committed" not in sys.argv:
            _stop_for_ever()
    _stop_for_ever()


def _stop_for_ever() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.pause()


def kill_at(url: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "tests.ledger.test_kill", url, NOW.isoformat(), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.kill()
        assert child.wait() == -signal.SIGKILL


def intact(ledger: Ledger) -> bool:
    if ledger.url.drivername != "sqlite":
        return True
    with ledger.reader.connect() as connection:
        broken_keys = connection.execute(text("PRAGMA foreign_key_check")).all()
        return connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"] and broken_keys == []


def test_a_kill_in_the_middle_leaves_nothing_and_the_next_writer_goes_on(ledger: Ledger) -> None:
    for _ in range(2):
        kill_at(str(ledger.url))
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert [uow.session.exec(select(table)).all() for table in (Step, Outbox)] == [[], []]
        assert audit.head(uow.session) == audit.EMPTY
        settings_table.put(uow, "clock", "real")
    assert intact(ledger)


def test_a_kill_after_the_commit_loses_nothing(ledger: Ledger) -> None:
    kill_at(str(ledger.url), "--committed")
    with ledger.reading() as session:
        assert session.exec(select(Outbox.step_id)).all() == ["s-1"]
        assert (audit.head(session).seq, audit.verify(session)) == (500, None)
    assert intact(ledger)


if __name__ == "__main__":
    half_a_unit(sys.argv[1], sys.argv[2])
