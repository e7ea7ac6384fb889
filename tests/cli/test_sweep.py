"""`ketenregie sweep`: a whole round without Prefect. What a person must look at has a code and exit status one."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlmodel import select

from deployments.mail_catcher import MailCatcher, read_mailbox
from flows.plain_round import plain_round
from integrations.ledger.tables import SweepRun
from integrations.settings import settings
from tasks.give_heartbeat import give_heartbeat
from tests.cli.trial import Trial, moment
from tests.messages.servers import closed_port, smtp

AT = ("--now", "2026-04-21T09:00")


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path / "mail") as caught:
        use_relay(monkeypatch, caught.port)
        yield caught


def use_relay(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("KETENREGIE_MAIL_PORT", str(port))
    settings.cache_clear()


def doors(trial: Trial) -> list[str]:
    with trial.ledger.reading() as session:
        return list(session.exec(select(SweepRun.door)))


def test_a_round_plans_and_sends_and_notes_its_door(trial: Trial, relay: MailCatcher, reference: str) -> None:
    done = trial.run("sweep", *AT, "--json")
    assert (done.status, done.json["problems"]) == (0, [])
    assert done.json["delivered"]["sent"] == len(read_mailbox(relay.folder)) > 0
    assert doors(trial) == ["opdracht"]


def test_the_same_round_again_sends_nothing(trial: Trial, relay: MailCatcher, reference: str) -> None:
    trial.run("sweep", *AT)
    before = len(read_mailbox(relay.folder))
    again = trial.run("sweep", *AT, "--json").json
    assert (again["planned"], again["delivered"]["sent"], len(read_mailbox(relay.folder))) == (0, 0, before)


def test_planning_alone_sends_nothing(trial: Trial, relay: MailCatcher, reference: str) -> None:
    done = trial.run("sweep", "--plan-only", "--now", "2026-05-01T09:00", "--json")
    assert (done.status, done.json["delivered"], read_mailbox(relay.folder)) == (0, None, [])
    assert done.json["planned"] > 0


def test_a_relay_that_is_away_is_no_failure(trial: Trial, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_relay(monkeypatch, closed_port())
    done = trial.run("sweep", *AT, "--json")
    assert (done.status, done.json["delivered"]["temporary"] > 0) == (0, True)


def test_what_reaches_nobody_is_a_failure_with_a_code(
    trial: Trial, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp(RCPT="550 onbekend") as server:
        use_relay(monkeypatch, server.port)
        done = trial.run("sweep", *AT)
    assert (done.status, done.err.startswith("KR-RONDE-NIEMAND: ")) == (1, True)


def test_a_clock_that_was_put_back_is_a_failure_with_a_code(trial: Trial, relay: MailCatcher) -> None:
    plain_round(trial.ledger, moment("2026-04-21T09:00"), plan_only=True)
    with trial.ledger.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE sweep_run SET at = '2026-04-22 09:00:00.000000'")
    done = trial.run("sweep", *AT, "--json")
    assert (done.status, [problem["code"] for problem in done.json["problems"]]) == (1, ["KR-RONDE-KLOK"])
    assert "de klok is in de laatste 24 uur teruggezet" in trial.run("status", "--json", *AT).json["problems"]


def test_a_step_that_cannot_be_decided_is_a_failure_with_a_code(trial: Trial, reference: str) -> None:
    with trial.ledger.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE step SET kind = 'bestaat_niet' WHERE id LIKE '%.003'")
        connection.exec_driver_sql(
            "UPDATE step SET next_action_at = '2026-04-20 00:00:00.000000' WHERE id LIKE '%.003'"
        )
    done = trial.run("sweep", "--plan-only", *AT)
    assert (done.status, "KR-RONDE-STAP: Stappen die niet te beoordelen waren: 1." in done.err) == (1, True)


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The paths that an outside watcher was asked for."""
    seen: list[str] = []

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Watcher)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("KETENREGIE_HEARTBEAT", f"http://127.0.0.1:{server.server_port}/klop")
    settings.cache_clear()
    yield seen
    server.shutdown()
    server.server_close()


def test_a_good_round_gives_a_heartbeat_and_a_trial_ledger_does_not(beats: list[str], trial: Trial) -> None:
    plain_round(trial.ledger, moment("2026-04-21T09:00"))
    assert beats == []
    with trial.ledger.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE setting SET value = 'real' WHERE name = 'clock'")
    plain_round(trial.ledger, moment("2026-04-21T09:00"))
    assert beats == ["/klop"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "geen adres", "http://[::", ""])
def test_a_heartbeat_that_nobody_hears_does_no_harm(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETENREGIE_HEARTBEAT", url)
    settings.cache_clear()
    assert not give_heartbeat()
