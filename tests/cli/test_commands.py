"""Every command once, for real, as people and scripts use it."""

import json
from pathlib import Path

import pytest

from deployments.cli.commands import COMMANDS
from tests.cli.trial import KUSTLAND, ROOT, Trial, call, ended, start


def test_help_names_every_command_of_the_contract() -> None:
    done = call("--help")
    assert done.status == 0
    assert all(f" {name} " in done.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_its_own_help(name: str) -> None:
    done = call(name, "--help")
    assert done.status == 0
    assert "Opties" in done.out


def test_a_trial_ledger_is_made_filled_and_swept_from_the_command_line(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'new.sqlite'}"
    where, at = ("--database", database), ("--now", "2026-04-20T22:05")
    made = call("region", "load", str(KUSTLAND), "--virtual-clock", *at, "--json", *where)
    assert made.json == {"region": "Kustland", "professionals": 31, "virtual_clock": True}
    written = call("generate", str(tmp_path / "r.csv"), "--reports", "12", "--year", "2025", "--seed", "7", "--json")
    assert written.json == {"reports": 12, "year": 2025, "seed": 7}
    taken = call("import", str(tmp_path / "r.csv"), "--by", "VT-911", *at, "--json", *where)
    assert (taken.status, taken.json["reports"], taken.json["refused"]) == (0, 12, [])
    again = call("import", str(tmp_path / "r.csv"), "--by", "VT-911", *at, *where)
    assert (again.status, "Er is niets gewijzigd" in again.out) == (0, True)
    swept = call("sweep", *at, "--json", *where)
    assert (swept.status, swept.json["steps"] > 0, swept.json["failed"]) == (0, True, 0)
    healthy = call("status", *where)
    assert (healthy.status, healthy.out.startswith("gezond · laatste ronde 0 min geleden")) == (0, True)


def test_the_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        assert call("generate", str(tmp_path / name), "--reports", "20", "--year", "2025", "--seed", "5").status == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_refused_row_is_named_with_its_code_and_nothing_is_recorded(empty: Trial, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    call("generate", str(path), "--reports", "3", "--year", "2025")
    path.write_text(path.read_text(encoding="utf-8").replace("DUINWIJK", "NERGENS").replace("HAVENOORD", "NERGENS"))
    done = empty.run("import", str(path), "--by", "VT-911", "--now", "2026-04-20T22:05")
    assert (done.status, "Regel 2: KR-RIJ-ONBEKEND" in done.err) == (1, True)
    assert empty.run("case", "list", "--by", "VT-101", "--json").json["total"] == 0


def test_case_list_tells_what_is_beyond_its_limit(trial: Trial) -> None:
    trial.receive("2026-04-21T09:00", "M-2")
    done = trial.run("case", "list", "--by", "VT-201", "--limit", "1")
    assert "1 van 2 zaken getoond." in done.out
    assert "Nog 1 niet getoond" in done.out


@pytest.mark.parametrize(
    ("words", "total"),
    [
        (("--municipality", "MEERDORP"), 1),
        (("--municipality", "duinwijk"), 0),
        (("--team", "VT-MIDDEN"), 1),
        (("--team", "WT-MEERDORP"), 1),
        (("--team", "VT-NOORD"), 0),
        (("--state", "in_assessment"), 1),
        (("--state", "closed"), 0),
        (("--late", "--now", "2026-04-21T22:00"), 0),
        (("--late", "--now", "2026-04-21T22:06"), 1),
    ],
)
def test_case_list_filters(trial: Trial, words: tuple[str, ...], total: int) -> None:
    assert trial.run("case", "list", "--by", "VT-201", *words, "--json").json["total"] == total


def test_case_show_has_the_state_the_holder_the_members_and_every_step(trial: Trial, reference: str) -> None:
    sheet = trial.run("case", "show", reference, "--by", "VT-201", "--json").json
    assert (sheet["state"], sheet["sight"], sheet["own_numbers"]) == ("in_assessment", "VT-KUST", {"VT-KUST": "Z-1"})
    assert [person["title"] for person in sheet["persons"]][-1] == "Kind C (14 jaar)"
    steps = {step["kind"]: step for step in sheet["steps"]}
    assert steps["safety_assessment"]["due_at"] == "2026-04-28T23:59:59+02:00"
    assert (steps["report_intake"]["state"], steps["report_intake"]["outcome"]) == ("done", "accepted")
    shown = trial.run("case", "show", reference.lower(), "--by", "VT-201").out
    assert "Zicht op veiligheid:     VT-KUST" in shown
    assert "di 28-04-2026 23:59" in shown


def test_step_show_lists_the_questions_with_their_values_and_what_is_missing(trial: Trial, reference: str) -> None:
    step = trial.step(reference, "safety_assessment")
    sheet = trial.run("step", "show", step, "--by", "VT-201", "--json").json
    heard = next(question for question in sheet["questions"] if question["name"] == "heard_C")
    assert (heard["title"], heard["answer"], heard["values"][0]) == ("Kind C (14 jaar): zelf gehoord?", None, "alone")
    assert "Kind C (14 jaar) is niet gehoord" in sheet["missing"]
    shown = trial.run("step", "show", step, "--by", "VT-201").out
    assert "5 werkdagen vanaf ma 20-04-2026, Koningsdag overgeslagen" in shown


def test_an_answer_is_recorded_known_and_asked_no_more(trial: Trial, reference: str) -> None:
    step = trial.step(reference, "immediate_safety_check")
    at = ("--now", "2026-04-21T08:50")
    part = trial.run("step", "record", step, "suspicion=structural", "--by", "VT-911", *at, "--json")
    assert (part.status, part.json["state"]) == (0, "open")
    shown = trial.run("step", "show", step, "--by", "VT-911", "--json").json
    assert shown["answers"] == {"suspicion": "structural"}
    done = trial.run("step", "record", step, "outcome=not_acute", "--by", "VT-911", *at)
    assert (done.status, done.out) == (0, "Vastgelegd. De stap is afgerond: not_acute.\n")


def test_answers_come_from_a_file_too(trial: Trial, reference: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"earlier_reports": 3, "register": "no_match", "outcome": "repeat_multiple_known"}))
    step = trial.step(reference, "history_check")
    done = trial.run("step", "record", step, "--answers", str(path), "--by", "VT-201", "--now", "2026-04-21T10:00")
    assert (done.status, "afgerond: repeat_multiple_known" in done.out) == (0, True)


def test_what_is_missing_is_listed_and_the_rest_is_kept(trial: Trial, reference: str) -> None:
    step = trial.step(reference, "safety_assessment")
    given = ("heard_A=yes", "outcome=structural")
    done = trial.run("step", "record", step, *given, "--by", "VT-201", "--now", "2026-04-22T10:00")
    assert done.status == 1
    assert done.err.startswith("KR-ONVOLLEDIG: ")
    assert "  - Kind C (14 jaar) is niet gehoord\n" in done.err
    assert trial.run("step", "show", step, "--by", "VT-201", "--json").json["answers"] == {"heard_A": "yes"}


def test_a_step_is_opened_by_hand_once(trial: Trial, reference: str) -> None:
    words = ("step", "open", reference, "out_of_sight", "--by", "VT-201", "--now", "2026-04-21T10:00")
    made = trial.run(*words, "--json")
    assert made.json["step"].startswith(f"{reference}.")
    again = trial.run(*words)
    assert (again.status, again.err.startswith("KR-STAP-LOOPT: ")) == (1, True)


def test_a_member_of_the_household_is_added_with_the_next_key(trial: Trial, reference: str) -> None:
    words = ("case", "add-person", reference, "--role", "child", "--birth-year", "2026", "--by", "VT-201")
    done = trial.run(*words, "--now", "2026-04-30T10:00", "--json")
    assert done.json == {"key": "D", "role": "child"}


def test_a_policy_is_checked_then_loaded_and_shown_with_its_sources(trial: Trial, tmp_path: Path) -> None:
    path = tmp_path / "beleid.toml"
    path.write_text('version = "2026-12"\n[clocks.one_plan]\nweeks = 4\nsource = "Regionale afspraak"\n')
    checked = call("policy", "check", str(path), "--json")
    assert checked.json["changes"] == [
        {
            "key": "clocks.one_plan",
            "default": "6 weken, vanaf handover_accepted",
            "region": "4 weken, vanaf handover_accepted",
            "source": "Regionale afspraak",
        }
    ]
    loaded = trial.run("policy", "load", str(path), "--now", "2026-04-21T09:00")
    assert (loaded.status, "Beleid 2026-11+2026-12: 1 waarde anders" in loaded.out) == (0, True)
    assert trial.audit("beleid-geladen")[0].details == {"version": "2026-11+2026-12"}


def test_a_policy_that_loosens_the_law_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "beleid.toml"
    path.write_text('version = "1"\n[clocks.safety_assessment]\nworking_days = 6\nsource = "Wens"\n')
    done = call("policy", "check", str(path))
    assert (done.status, done.err.split(":")[0]) == (1, "KR-BELEID-WET")


def test_a_story_runs_from_the_command_line() -> None:
    done = call("story", "run", str(ROOT / "tests" / "stories" / "goede_vrijdag_streng.yaml"), "--json")
    assert (done.status, done.json["klopt"]) == (0, True)


def test_the_module_and_its_exit_status_work_as_a_real_process(trial: Trial) -> None:
    done = ended(start("status", "--database", trial.url, "--json"))
    assert (done.status, done.json["healthy"], done.err) == (1, False, "")
