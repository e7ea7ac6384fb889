"""`ketenregie watch`: a silence is told once an hour by a path of its own, also when the ledger cannot be opened."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.mail_catcher import MailCatcher, read_mailbox
from domain.watch import CLOCK_EVERY, COMMAND_EVERY
from integrations.outage_note import NAME
from integrations.settings import settings
from tasks.sweep_deadlines import CLOCK, COMMAND, sweep_deadlines
from tests.cli.trial import Done, Trial, call, moment
from tests.messages.servers import http

SWEPT = moment("2026-04-21T09:00")
TO = "beheer@regio.example"
SECOND = timedelta(seconds=1)


@pytest.fixture
def alarms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path / "alarm") as relay:
        monkeypatch.setenv("KETENREGIE_MAIL_PORT", str(relay.port))
        monkeypatch.setenv("KETENREGIE_ALARM", f"mail:{TO}")
        settings.cache_clear()
        yield relay


def watch(trial: Trial, after: timedelta) -> Done:
    """The watch, so long after the last round."""
    return trial.run("watch", "--json", "--now", (SWEPT + after).isoformat())


def subjects(alarms: MailCatcher) -> list[str]:
    return [mail.subject.split(":")[-1].strip() for mail in read_mailbox(alarms.folder)]


def test_rounds_that_run_are_no_news(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    done = watch(trial, 2 * CLOCK_EVERY)
    assert (done.status, done.json["healthy"], subjects(alarms)) == (0, True, [])


@pytest.mark.parametrize(("door", "every"), [(CLOCK, CLOCK_EVERY), (COMMAND, COMMAND_EVERY)])
def test_a_silence_of_twice_the_interval_is_told(
    trial: Trial, alarms: MailCatcher, door: str, every: timedelta
) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=door)
    assert watch(trial, 2 * every).status == 0
    done = watch(trial, 2 * every + SECOND)
    assert (done.status, done.json["alarm"], len(subjects(alarms))) == (1, "alarm", 1)


def test_prefect_standing_still_is_told_though_the_command_sweeps(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    sweep_deadlines(trial.ledger, SWEPT + timedelta(minutes=14), door=COMMAND)
    done = watch(trial, timedelta(minutes=15))
    assert (done.status, done.json["error"]["code"]) == (1, "KR-WACHT-KLOK")
    status = trial.run("status", "--json", "--now", (SWEPT + timedelta(minutes=15)).isoformat())
    assert "de klok van Prefect staat 15 minuten stil" in status.json["problems"]


def test_an_outage_is_told_once_an_hour_and_once_when_it_is_over(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    for minutes in range(5, 140, 5):
        watch(trial, timedelta(minutes=minutes))
    assert subjects(alarms) == ["let op, een ronde bleef uit"] * 3
    sweep_deadlines(trial.ledger, SWEPT + timedelta(minutes=140), door=CLOCK)
    statuses = [watch(trial, timedelta(minutes=minutes)).status for minutes in (141, 145, 150)]
    assert (statuses, subjects(alarms)[3:]) == ([0, 0, 0], ["de rondes lopen weer"])


def test_a_second_outage_is_told_at_once(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    watch(trial, timedelta(minutes=11))
    sweep_deadlines(trial.ledger, SWEPT + timedelta(minutes=12), door=CLOCK)
    watch(trial, timedelta(minutes=13))
    watch(trial, timedelta(minutes=23))
    assert len(subjects(alarms)) == 3


def test_a_ledger_that_cannot_be_opened_is_told(tmp_path: Path, alarms: MailCatcher) -> None:
    broken = tmp_path / "stuk.sqlite"
    broken.write_bytes(b"geen database, ook geen lege" * 200)
    for url in (f"sqlite:///{broken}", f"sqlite:///{tmp_path / 'weg' / 'x.sqlite'}", "onzin"):
        done = call("watch", "--json", "--database", url)
        assert (done.status, done.json["error"]["code"]) == (1, "KR-WACHT-DICHT")
    assert len(subjects(alarms)) == 1


def test_an_alarm_that_nobody_took_is_tried_again_five_minutes_later(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    alarms.stop()
    assert (watch(trial, timedelta(minutes=15)).json["alarm"], subjects(alarms)) == ("", [])
    alarms.start()
    assert (watch(trial, timedelta(minutes=20)).json["alarm"], len(subjects(alarms))) == ("alarm", 1)


def test_a_note_that_cannot_be_read_silences_nothing(trial: Trial, alarms: MailCatcher) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    home = settings().home
    home.mkdir(parents=True)
    for number, text in enumerate(("", "{}", '{"since": 1, "told": null}', '{"since": "2026-04-21", "told": ""}'), 1):
        (home / NAME).write_text(text, encoding="utf-8")
        watch(trial, timedelta(minutes=15))
        assert len(subjects(alarms)) == number


def test_an_alarm_may_go_by_another_way_than_mail(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    with http(200) as (port, bodies):
        monkeypatch.setenv("KETENREGIE_ALARM", f"json://127.0.0.1:{port}/wacht")
        monkeypatch.setenv("KETENREGIE_MAIL_HOST", "relay.example")  # refused without TLS: no concern of this way
        settings.cache_clear()
        assert watch(trial, timedelta(minutes=15)).json["alarm"] == "alarm"
    assert len(bodies) == 1


def test_the_alarm_is_no_message_of_the_ledger_and_names_nothing_of_a_case(
    trial: Trial, alarms: MailCatcher, reference: str
) -> None:
    sweep_deadlines(trial.ledger, SWEPT, door=CLOCK)
    before = trial.run("messages", "list", "--limit", "1000", "--json").json
    watch(trial, timedelta(hours=2))
    [mail] = read_mailbox(alarms.folder)
    assert (mail.to, reference in mail.subject + mail.body) == (TO, False)
    assert trial.run("messages", "list", "--limit", "1000", "--json").json == before


def test_without_an_address_the_watch_still_ends_with_one(trial: Trial) -> None:
    done = trial.run("watch")
    assert (done.status, done.out.startswith("KR-WACHT-NOOIT")) == (1, True)
