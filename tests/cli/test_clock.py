"""The clock of a ledger: real or virtual for ever; and two processes at one moment."""

from pathlib import Path

from integrations.region_file import read_region
from tasks.make_ledger import make_ledger
from tests.cli.trial import KUSTLAND, Done, Trial, ended, moment, start

NOW = ("--now", "2026-04-21T09:00")


def code(done: Done) -> str:
    """The code of an error on stderr."""
    return done.err.split(":")[0]


def test_a_moment_is_refused_on_a_ledger_with_a_real_clock(tmp_path: Path) -> None:
    real = Trial(tmp_path / "real.sqlite")
    make_ledger(real.ledger, read_region(KUSTLAND), moment("2026-04-20T08:00"))
    for words in (("sweep",), ("step", "open", "K", "close_case", "--by", "VT-201"), ("region", "load", str(KUSTLAND))):
        done = real.run(*words, *NOW)
        assert (code(done), done.status) == ("KR-KLOK-ECHT", 1)
    assert real.run("case", "list", "--by", "VT-201", *NOW).status == 0
    turned = real.run("region", "load", str(KUSTLAND), "--virtual-clock")
    assert (code(turned), turned.status) == ("KR-KLOK-SOORT", 1)
    real.ledger.dispose()


def test_a_reading_is_logged_at_the_moment_it_really_was(trial: Trial, reference: str) -> None:
    trial.run("sweep", *NOW)
    trial.run("case", "show", reference, "--by", "VT-201", "--now", "2030-01-01T00:00")
    assert trial.audit("zaak-ingezien")[-1].at == moment("2026-04-21T09:00")


def test_a_virtual_clock_goes_on_and_never_back(trial: Trial) -> None:
    assert trial.run("sweep", "--now", "2026-04-22T09:00").status == 0
    assert code(trial.run("sweep", "--now", "2026-04-22T08:59")) == "KR-KLOK-TERUG"
    assert trial.run("sweep").status == 0
    assert trial.run("status", "--json").json["at"] == "2026-04-22T09:00:00+02:00"


def test_two_processes_that_record_an_outcome_at_once_have_one_winner(trial: Trial, reference: str) -> None:
    step = trial.step(reference, "immediate_safety_check")
    where = ("--by", "VT-911", *NOW, "--database", trial.url)
    outcomes = ("outcome=acute", "acute_ground=physical_danger"), ("outcome=not_acute",)
    started = [start("step", "record", step, *given, *where) for given in outcomes]
    done = [ended(process) for process in started]
    assert sorted(found.status for found in done) == [0, 1]
    loser = next(found for found in done if found.status)
    assert code(loser) == "KR-STAP-GESLOTEN"
    assert len(trial.audit("stap-afgerond")) == 2  # the intake, and this one
