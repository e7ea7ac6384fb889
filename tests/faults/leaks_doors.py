"""Every door, and a canary pushed at it: what it takes is kept in the ledger, what it refuses is quoted nowhere."""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

from sqlmodel import select

from domain.errors import KetenregieError
from integrations.ledger.tables import Bundle, Case, Step, StepState
from integrations.mail import AppriseSender
from integrations.settings import Settings
from tasks.deliver_messages import deliver_messages
from tasks.read_form import read_form
from tasks.record_answer import record_answer
from tests.faults.leaks_world import CODES, LeakWorld
from tests.messages.servers import smtp
from tests.reports.samples import ROW, json_row

WORDS = tuple[str, ...]


def cases(world: LeakWorld) -> tuple[str, str]:
    """A case and an open step of it."""
    with world.ledger.reading() as session:
        wanted = select(Step.id, Case.reference).where(Case.id == Step.case_id, Step.state == StepState.OPEN)
        step, reference = session.exec(wanted).first() or ("", "")
    return reference, step


def commands(world: LeakWorld, t: str) -> Iterator[WORDS]:
    """Every place of the command line where somebody may type a name."""
    case, step = cases(world)
    by = ("--by", "VT-201")
    yield from ((t,), ("case", t), ("case", "list", t), (f"--{t}",), ("case", "list", *by, f"--{t}", "x"))
    yield from (("case", "list", "--by", t), ("case", "show", t, *by), ("case", "show", case, "--by", t))
    yield from (("case", "list", *by, name, t) for name in ("--team", "--municipality", "--state", "--limit"))
    yield from (("step", "show", t, *by), ("step", "acknowledge", t, *by), ("step", "open", case, t, *by))
    yield from (("step", "record", step, *by, f"outcome={t}"), ("step", "record", step, *by, f"{t}=yes"))
    yield from (("step", "record", step, *by, t), ("step", "record", step, "--by", t, "outcome=accepted"))
    yield from (("step", "record", t, *by, "outcome=accepted"), ("step", "record", step, *by, "--answers", t))
    yield from (("case", "add-person", case, "--role", t, *by), ("case", "add-person", t, "--role", "child", *by))
    yield ("case", "add-person", case, "--role", "child", "--birth-year", t, *by)
    yield from (("messages", "list", name, t) for name in ("--case", "--party", "--state", "--limit"))
    yield from (("messages", "preview", "--until", t), ("sweep", "--now", t), ("status", "--now", t))
    yield from (("import", t, *by), ("import", str(world.given / "goed.csv"), "--by", t), ("story", "play", t))
    yield from (("policy", "check", t), ("policy", "load", t), ("region", "load", t), ("generate", f"/geen/{t}.csv"))
    yield from (("report", "half-year", "--half", t), ("report", "half-year", "--half", "2026-1", "--cut-off", t))
    yield from (("person", "absent", t), ("person", "list", "--by", t), ("restore", t), ("messages", "bounces", t))


def files(world: LeakWorld, t: str) -> Iterator[WORDS]:
    """Files of every kind with a canary in them, and the command that reads each."""
    texts = {
        "beleid.toml": f'version = "1"\n[escalation]\nl2_after_wd = {{ value = 3, source = "{t}" }}\n["{t}"]\nx = 1\n',
        "regio.toml": f'name = "{t}"\n[[organisations]]\ncode = "{t}"\nkind = "{t}"\ntitle = "{t}"\n',
        "verhaal.yaml": f"titel: {t}\nregio: {t}\nstappen:\n  - {t}: {t}\n",
        "antwoorden.json": f'{{"outcome": "{t}", "{t}": "yes"}}',
        "kapot.json": f'{{"{t}": [',
        "kapot.toml": f"{t} = = {t}",
    }
    paths = {name: world.given / name for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name])
    _, step = cases(world)
    reads = [("policy", word, name) for word in ("check", "load") for name in ("beleid.toml", "kapot.toml")]
    reads += [("region", "load", "regio.toml"), ("region", "load", "kapot.toml")]
    reads += [("story", "check", "verhaal.yaml"), ("story", "play", "verhaal.yaml")]
    yield from ((*command, str(paths[name])) for *command, name in reads)
    record = ("step", "record", step, "--by", "VT-201", "--answers")
    yield from ((*record, str(paths[name])) for name in ("antwoorden.json", "kapot.json"))


def imports(world: LeakWorld, column: str, t: str) -> Iterator[WORDS]:
    """Files of reports: with the canary in this column, under the canary's name, and with it as a column."""
    own = world.row(1) | {column: t}
    name = "".join(sign if sign.isalnum() else "-" for sign in t)
    yield ("import", str(world.written("rij.csv", [ROW | own])), "--by", "VT-201", "--json")
    whole = json_row(**({"meldnummer": world.canaries.code("MELD")} | {column: t}))
    yield ("import", str(world.written(f"{name}.json", [whole])), "--by", "VT-201")
    yield ("import", str(world.written("kolom.csv", [{t: "x"} | ROW])), "--by", "VT-201")


def field_of(column: str) -> str:
    """What a canary in this column is called."""
    return CODES.get(column, column.upper())


def answers(world: LeakWorld, t: str) -> int:
    """The canary as the answer to every question of an open step, as a question, and as who records; how many."""
    _, step = cases(world)
    form = read_form(world.ledger, step, world.now)
    given: list[dict[str, object]] = [{question.name: t} for question in form.questions]
    given += [
        {t: "yes"},
        {"outcome": [t]},
        {"outcome": {t: t}},
    ]
    for one in given:
        with suppress(KetenregieError):
            record_answer(world.ledger, step, one, "VT-201", door="opdracht", now=world.now)
    with suppress(KetenregieError):
        record_answer(world.ledger, step, {"outcome": "accepted"}, t, door="opdracht", now=world.now)
    return len(given) + 1


def mail_servers(world: LeakWorld, t: str) -> int:
    """A mail server that says the canary at every stage, in refusals for good and for now; how many rounds."""
    stages = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "body")
    for stage in stages:
        for code in (550, 451):
            world.now += timedelta(minutes=10)
            with smtp(**{stage: f"{code} 5.1.1 <{t.encode('ascii', 'replace').decode()}> {t!a} unknown"}) as server:
                sender = AppriseSender(Settings(mail_port=server.port))
                deliver_messages(world.ledger, world.now, sender, limit=5)
    return 2 * len(stages)


def bounce(world: LeakWorld, t: str) -> Path:
    """A delivery report on a mail of ours, with the canary wherever a mail server may write something."""
    with world.ledger.reading() as session:
        reference = session.exec(select(Bundle.reference)).first() or "BCDF-BCDF"
    path = world.given / "terug.eml"
    path.write_text(
        f"From: {t}\nSubject: Undelivered {t} {reference}\nContent-Type: multipart/report; boundary=b\n\n--b\n\n{t}\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {t}\n\n"
        f"Final-Recipient: rfc822; {t}@x.example\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 {t}\n\n--b\nContent-Type: message/rfc822\n\n"
        f"X-Ketenregie-Ref: {reference}\nSubject: Taak [{reference}] {t}\n\n{t}\n--b--\n",
        encoding="utf-8",
    )
    return path


def broken_database(world: LeakWorld, t: str) -> Iterator[WORDS]:
    """A database that says the canary in its own errors, at every table that is written to."""
    _, step = cases(world)
    tables = ("report", "case_file", "answer", "message", "audit", "outbox", "sweep_run")
    for table in tables:
        with closing(connect(world.root / "ledger.sqlite")) as database:
            quoted = t.replace("'", "''")
            database.execute(f"CREATE TRIGGER stuk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{quoted}'); END")
            database.commit()
        path = world.written("stuk.csv", [world.row(1)])
        yield ("import", str(path), "--by", "VT-201")
        yield ("step", "record", step, "--by", "VT-201", "outcome=accepted", "--json")
        yield ("sweep", "--json")
        with closing(connect(world.root / "ledger.sqlite")) as database:
            database.execute("DROP TRIGGER stuk")
            world.ledger.dispose()
            database.execute("VACUUM")  # our own trigger is not to be found again
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
