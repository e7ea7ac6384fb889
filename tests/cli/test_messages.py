"""Messages and the status line: what went out, what will, and whether the clockwork runs."""

from pathlib import Path

from sqlalchemy import delete
from sqlmodel import col, select

from integrations.ledger import SYSTEM
from integrations.ledger.tables import Message
from tasks.fail_message import fail
from tests.cli.trial import Trial, call, moment


def test_messages_list_shows_what_was_planned_to_whom(trial: Trial, reference: str) -> None:
    found = trial.run("messages", "list", "--case", reference, "--party", "vt-911", "--state", "planned", "--json").json
    told = [(line["step"], line["rung"], line["party"]) for line in found["messages"]]
    assert told == [("immediate_safety_check", "NOTICE", "VT-911")]
    limited = trial.run("messages", "list", "--limit", "1", "--state", "planned")
    assert "Er zijn er meer" in limited.out


def test_the_preview_is_what_the_sweeps_then_say(trial: Trial, reference: str) -> None:
    steps = trial.run("case", "show", reference, "--by", "VT-201", "--json").json["steps"]
    kinds = {step["id"]: step["kind"] for step in steps}
    ahead = trial.run("messages", "preview", "--until", "2026-05-20T12:00", "--json").json["messages"]
    foreseen = {(kinds[line["step_id"]], line["rung"], line["party"]) for line in ahead}
    for at in sorted({line["at"] for line in ahead if line["rung"] != "NOTICE"}):
        assert trial.run("sweep", "--plan-only", "--now", at).status == 0
    said = trial.run("messages", "list", "--limit", "1000", "--json").json["messages"]
    told = {(line["step"], line["rung"], line["party"]) for line in said if line["state"] == "planned"}
    assert {rung for _, rung, _ in foreseen} >= {"NOTICE", "R", "L1", "L2", "L3", "L4", "ACUTE"}
    assert told == foreseen


def test_an_urgent_step_is_acknowledged_and_its_alarm_stops(trial: Trial) -> None:
    reference = trial.receive("2026-04-21T09:00", "M-9", possibly_acute=True)
    step = trial.step(reference, "immediate_safety_check")
    at = ("--now", "2026-04-21T09:10")
    before = trial.run("messages", "preview", "--until", "2026-04-21T10:00", *at, "--json").json["messages"]
    assert [line["party"] for line in before if line["rung"] == "ACUTE" and line["step_id"] == step].count("VT-209")
    assert trial.run("step", "acknowledge", step, "--by", "VT-911", *at).status == 0
    after = trial.run("messages", "preview", "--until", "2026-04-21T10:00", "--now", "2026-04-21T09:11", "--json").json
    assert not [line for line in after["messages"] if line["step_id"] == step and line["at"] > "2026-04-21T09:10"]


def test_status_is_unhealthy_without_a_ledger_and_without_sweeps(trial: Trial) -> None:
    absent = call("status", "--json")
    assert (absent.status, absent.json["error"]["code"]) == (1, "KR-ADMINISTRATIE")
    never = trial.run("status")
    assert (never.status, "er is nog nooit een ronde gelopen" in never.out) == (1, True)


def test_status_turns_unhealthy_half_an_hour_after_the_last_round_by_command(trial: Trial) -> None:
    trial.run("sweep", "--plan-only", "--now", "2026-04-21T04:00")
    assert trial.run("status", "--now", "2026-04-21T04:30").status == 0
    late = trial.run("status", "--now", "2026-04-21T04:31")
    assert (late.status, "laatste ronde 31 minuten geleden" in late.out) == (1, True)


def test_the_account_of_a_day_balances_and_a_forgotten_rung_is_an_error(trial: Trial, reference: str) -> None:
    found = trial.run("messages", "account", "--day", "2026-04-20", "--now", "2026-04-21T12:00", "--json")
    assert (found.status, found.json["balanced"], found.json["missing"]) == (0, True, [])
    assert found.json["expected"] == found.json["under_way"] + found.json["suppressed"] > 0
    with trial.ledger.unit_of_work(now=moment("2026-04-21T12:00"), actor=SYSTEM) as work:
        work.session.connection().execute(delete(Message).where(col(Message.rung) == "NOTICE"))
    lost = trial.run("messages", "account", "--day", "2026-04-20", "--now", "2026-04-21T12:00")
    assert lost.status == 1
    assert "VERGETEN" in lost.out
    assert reference in lost.out


def test_a_day_that_is_no_date_is_refused(trial: Trial) -> None:
    refused = trial.run("messages", "account", "--day", "gisteren")
    assert (refused.status, "KR-DATUM-ONGELDIG" in refused.err) == (1, True)


def test_a_lost_message_is_taken_up_from_the_command_line(trial: Trial, reference: str) -> None:
    with trial.ledger.unit_of_work(now=moment("2026-04-20T22:06"), actor=SYSTEM) as work:
        row = work.session.exec(select(Message).where(Message.case_reference == reference)).first()
        assert row
        fail(work, [row], "smtp-550")
        number = str(row.id)
    words = ("messages", "handle", number, "--how", "phoned", "--by", "VT-202")
    failed = trial.run("messages", "list", "--state", "failed", "--json").json["messages"]
    assert [line["id"] for line in failed] == [int(number)]
    assert trial.run(*words, "--json").json == {"handled": 1}
    assert trial.run(*words).status == 1
    [line] = trial.run("messages", "list", "--state", "failed", "--json").json["messages"]
    assert (line["handled_by"], line["handled_how"]) == ("VT-202", "phoned")


def test_a_mailbox_is_read_from_the_command_line(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "hallo.eml").write_bytes(b"Subject: hallo\n\nniets\n")
    found = trial.run("messages", "bounces", str(tmp_path), "--json")
    assert found.json == {"bounced": 0, "delayed": 0, "known": 0, "unknown": 1}
    assert trial.run("messages", "bounces", str(tmp_path / "niets")).status != 0
