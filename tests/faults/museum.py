"""What the museum's tests need: a scripted sender, a ledger of the first version, and a worker in its own process."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import make_url
from sqlmodel import col, select

from domain.effects import Open
from domain.process import PROCESS
from domain.terms import local_date
from integrations.faults import armed
from integrations.ledger import SYSTEM, Ledger, connections, upgrading
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Step, StepState
from integrations.mail import Result, Verdict
from tasks.deliver_messages import deliver_messages
from tasks.read_form import read_form
from tasks.run_facts import running_steps
from tests.chain import Chain

PROJECT = Path(__file__).parents[2]
SENT = Result(Verdict.SENT)


class Post:
    """A sender that keeps what it sent, by code: (subject, body); some addresses get another answer."""

    def __init__(self, answers: Mapping[str, Result] | None = None) -> None:
        self.answers = dict(answers or {})
        self.sent: list[tuple[str, str, str]] = []
        self._turn = threading.Lock()

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        code = channel.removeprefix("mail:").split("@")[0].upper()
        answer = self.answers.get(code, SENT)
        with self._turn:
            if answer == SENT:
                self.sent.append((code, subject, body))
        return answer

    def to(self, code: str) -> list[str]:
        """The texts one person got, in order."""
        return [f"{subject}\n{body}" for found, subject, body in self.sent if found == code]


def first_version(ledger: Ledger, path: Path) -> Ledger:
    """The same rows in a ledger as the first release made it, not upgraded yet."""
    ledger.dispose()
    engine = connections.migrator(make_url(f"sqlite:///{path}"), 10)
    with engine.begin() as connection:
        command.upgrade(upgrading.configuration(connection), upgrading.revisions()[0])
    engine.dispose()
    with sqlite3.connect(path) as database:
        database.execute("ATTACH ? AS present", [str(ledger.url.database)])
        for (table,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table != upgrading.VERSION_TABLE and not table.startswith("sqlite_"):
                _copy(database, table)
    database.close()
    return Ledger(f"sqlite:///{path}")


def _copy(database: sqlite3.Connection, table: str) -> None:
    columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({table})"))
    database.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM present.{table}")


def every_kind(chain: Chain) -> None:
    """One open step of every kind in the case."""
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        case = uow.session.exec(select(Case).where(Case.reference == chain.reference)).one()
        for kind in PROCESS:
            subject = "1-1" if kind.clock and "{n}" in kind.clock else ""
            start = None if kind.word == "mda_action" else chain.now
            due_on = local_date(chain.now) if start is None else None
            Opener.of(uow).open(case, Open(kind.word, subject, start, due_on))


def child(*words: str, mail_port: int = 0) -> "subprocess.Popen[str]":
    """This module as a process of its own: `deliver URL MOMENT POINT SIGNAL`, or `look URL MOMENT`."""
    environment = os.environ | {"KETENREGIE_DRILL": "1", "KETENREGIE_MAIL_PORT": str(mail_port or 25)}
    run = [sys.executable, "-m", "tests.faults.museum", *words]
    return subprocess.Popen(run, stdout=subprocess.PIPE, text=True, cwd=PROJECT, env=environment)


def delivering(
    ledger: Ledger, moment: datetime, point: str, number: signal.Signals, mail_port: int
) -> "subprocess.Popen[str]":
    """A worker in its own process that delivers what is due at this moment, and stops or kills itself at this point."""
    return child("deliver", str(ledger.url), moment.isoformat(), point, str(number.value), mail_port=mail_port)


def _deliver(url: str, moment: str, point: str, number: str) -> None:
    """Deliver, and at this point stop or kill this very process."""

    def fault(name: str) -> None:
        if name == point:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            os.kill(os.getpid(), int(number))

    with armed(fault):
        deliver_messages(Ledger(url), datetime.fromisoformat(moment))


def _look(url: str, moment: str) -> None:
    """What a fresh process makes of every running step, without Prefect."""
    ledger, now = Ledger(url), datetime.fromisoformat(moment)
    ledger.upgrade()
    runs = {facts.step_id: facts.tags for facts in running_steps(ledger, now)}
    with ledger.reading() as session:
        rows = session.exec(select(Step).where(Step.state == StepState.OPEN).order_by(col(Step.id))).all()
        found = {row.id: _facts(row, runs) for row in rows}
    for id_, facts in found.items():
        form = read_form(ledger, id_, now)
        facts |= {"title": form.title, "open": form.open, "asks": [question.name for question in form.questions]}
    sys.stdout.write(json.dumps({"steps": found, "prefect": "prefect" in sys.modules}))


def _facts(row: Step, runs: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("kind", "owner", "organisation")}
    return plain | {"due": bool(row.due_at), "looked_at": bool(row.next_action_at), "run": row.id in runs}


if __name__ == "__main__":
    does: dict[str, Callable[..., None]] = {"deliver": _deliver, "look": _look}
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    does[sys.argv[1]](*sys.argv[2:])
