"""What is refused: with a code, the right exit status, and without repeating what was typed."""

import json
from pathlib import Path

import pytest

from domain.errors import CATALOGUE
from integrations.settings import settings
from tests.cli.trial import Done, Trial, call

BSN, MAIL, PHONE, BIRTH = "111222333", "jan@voorbeeld.nl", "06-12345678", "12-03-2015"
NOW = ("--now", "2026-04-21T09:00")


def code(done: Done) -> str:
    """The code of an error on stderr; there is never a traceback."""
    assert "Traceback" not in done.all
    return done.err.split(":")[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("case", "show", "K7Q3-H9FM-C", "--by", "VT-201"), "KR-ZAAK-ONBEKEND"),
        (("case", "list", "--by", "VT-000"), "KR-CODE-ONBEKEND"),
        (("case", "list", "--by", "VT-201", "--team", "NERGENS"), "KR-KEUZE-ONGELDIG"),
        (("case", "list", "--by", "VT-201", "--municipality", "NERGENS"), "KR-KEUZE-ONGELDIG"),
        (("case", "list", "--by", "VT-201", "--state", "weg"), "KR-KEUZE-ONGELDIG"),
        (("case", "add-person", "K7Q3-H9FM-C", "--role", "child", "--by", "VT-201"), "KR-ZAAK-ONBEKEND"),
        (("step", "show", "K7Q3-H9FM-C.001", "--by", "VT-201"), "KR-STAP-ONBEKEND"),
        (("step", "record", "K7Q3-H9FM-C.001", "outcome=acute", "--by", "VT-201"), "KR-STAP-ONBEKEND"),
        (("step", "acknowledge", "K7Q3-H9FM-C.001", "--by", "VT-201"), "KR-STAP-ONBEKEND"),
        (("step", "open", "K7Q3-H9FM-C", "warm_handover", "--by", "VT-201"), "KR-ZAAK-ONBEKEND"),
        (("step", "open", "K7Q3-H9FM-C", "feest", "--by", "VT-201"), "KR-SOORT-ONBEKEND"),
        (("messages", "list", "--state", "weg"), "KR-KEUZE-ONGELDIG"),
        (("messages", "preview", "--until", "morgen"), "KR-TIJD-ONGELDIG"),
        (("report", "fortnightly", "--on", "2026-02-30"), "KR-TIJD-ONGELDIG"),
        (("report", "half-year", "--half", "2026-3"), "KR-PERIODE"),
        (("sweep", "--now", "2026-03-29T02:30"), "KR-TIJD-ONGELDIG"),
        (("sweep", "--now", "2026-10-25T02:30"), "KR-TIJD-ONGELDIG"),
        (("sweep", "--now", "gisteren"), "KR-TIJD-ONGELDIG"),
        (("sweep", "--now", "2026-01-05T07:59"), "KR-KLOK-TERUG"),
    ],
)
def test_what_does_not_exist_is_refused_with_its_code(trial: Trial, words: tuple[str, ...], expected: str) -> None:
    done = trial.run(*words)
    assert (code(done), done.status, done.out) == (expected, 1, "")


@pytest.mark.parametrize(
    "words",
    [
        ("bestaatniet",),
        ("case", "bestaatniet"),
        ("case", "show"),
        ("case", "list"),
        ("case", "list", "--by", "VT-201", "--limit", "nul"),
        ("case", "list", "--by", "VT-201", "--limit", "0"),
        ("case", "list", "--by", "VT-201", "--vreemd"),
        ("case", "list", "--by"),
        ("case", "add-person", "K", "--role", "buurman", "--by", "VT-201"),
        ("step", "record", "K.001", "geen-gelijkteken", "--by", "VT-201"),
        ("step", "record", "K.001", "=leeg", "--by", "VT-201"),
        ("step", "record", "K.001", "a=1", "a=2", "--by", "VT-201"),
        ("report", "half-year"),
        ("report", "fortnightly", "--internal"),
        ("sweep", "te", "veel"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_two_and_says_so_in_dutch(words: tuple[str, ...]) -> None:
    done = call(*words)
    assert (code(done), done.status) == ("KR-GEBRUIK", 2)
    assert not any(word in done.err for word in words if word in {"bestaatniet", "nul", "--vreemd", "geen-gelijkteken"})


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("region", "load", "{}/weg.toml"), "KR-BESTAND"),
        (("policy", "check", "{}/weg.toml"), "KR-BESTAND"),
        (("import", "{}/weg.csv", "--by", "VT-911"), "KR-BESTAND"),
        (("generate", "{}/geen/map/r.csv", "--reports", "1"), "KR-BESTAND-SCHRIJVEN"),
        (("step", "record", "K.001", "--by", "VT-201", "--answers", "{}/weg.json"), "KR-BESTAND"),
        (("story", "run", "{}/weg.yaml"), "KR-BESTAND"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_file_that_is_not_there_is_wrong_use(
    trial: Trial, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    given = [word.format(tmp_path) for word in words]
    done = call(*given) if words[0] in {"policy", "generate", "story"} else trial.run(*given)
    assert (code(done), done.status) == (expected, 2)


@pytest.mark.parametrize("text", ["[1, 2]", '{"a": {"b": 1}}', "geen json", '{"a": null}', ""])
def test_a_file_with_answers_must_be_one_plain_object(trial: Trial, reference: str, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    step = trial.step(reference, "history_check")
    done = trial.run("step", "record", step, "--answers", str(path), "--by", "VT-201", *NOW)
    assert (code(done), done.status) == ("KR-ANTWOORDEN", 1)


@pytest.mark.parametrize(
    ("kind", "by", "given", "expected"),
    [
        ("safety_assessment", "VT-201", "heard_A=misschien", "KR-KEUZE-ONGELDIG"),
        ("safety_assessment", "VT-201", "heard_Z=yes", "KR-VRAAG-ONBEKEND"),
        ("safety_assessment", "VT-201", "followup_A=2026-04-20", "KR-DATUM-VERLEDEN"),
        ("safety_assessment", "VT-201", "followup_A=2026-02-30", "KR-DATUM-ONGELDIG"),
        ("safety_assessment", "WT-201", "heard_A=yes", "KR-ROL"),
        ("safety_assessment", "VT-201", "approval=yes", "KR-VRAAG-ONBEKEND"),
        ("history_check", "VT-201", "earlier_reports=100", "KR-GETAL-ONGELDIG"),
        ("history_check", "VT-201", "earlier_reports=-1", "KR-GETAL-ONGELDIG"),
        ("report_intake", "VT-201", "outcome=accepted", "KR-STAP-GESLOTEN"),
        ("route_decision", "VT-201", "outcome=handover", "KR-STAP-GEPLAND"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_kept(
    trial: Trial, reference: str, kind: str, by: str, given: str, expected: str
) -> None:
    before = len(trial.audit("antwoord-vastgelegd"))
    done = trial.run("step", "record", trial.step(reference, kind), given, "--by", by, *NOW)
    assert (code(done), done.status) == (expected, 1)
    assert len(trial.audit("antwoord-vastgelegd")) == before


def test_no_answer_at_all_is_refused(trial: Trial, reference: str) -> None:
    done = trial.run("step", "record", trial.step(reference, "history_check"), "--by", "VT-201", *NOW)
    assert (code(done), done.status) == ("KR-LEEG", 1)


@pytest.mark.parametrize(
    ("personal", "as_json"),
    [(BSN, False), (MAIL, True), (PHONE, False), (BIRTH, True), ("1234 AB", False)],
)
def test_personal_data_is_refused_at_every_place_and_never_repeated(
    trial: Trial, reference: str, tmp_path: Path, personal: str, as_json: bool
) -> None:
    step, path = trial.step(reference, "safety_assessment"), tmp_path / "a.json"
    path.write_text(json.dumps({"heard_A": personal}))
    more = (*NOW, *(("--json",) if as_json else ()))
    tries = [
        trial.run("step", "record", step, f"heard_A={personal}", "--by", "VT-201", *more),
        trial.run("step", "record", step, f"{personal}=yes", "--by", "VT-201", *more),
        trial.run("step", "record", step, "--answers", str(path), "--by", "VT-201", *more),
        trial.run("case", "show", personal, "--by", "VT-201", *more),
        trial.run("step", "show", personal, "--by", personal, *more),
        trial.run("case", "list", "--by", "VT-201", "--team", personal, *more),
        trial.run("case", "list", "--by", "VT-201", "--limit", personal, *more),
        trial.run("sweep", personal, *more),
    ]
    assert all(done.status in (1, 2) for done in tries)
    assert not [done for done in tries if personal in done.all]
    assert ["KR-PRIVACY" in done.all for done in tries[:3]] == [True] * 3
    with trial.ledger.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT group_concat(details || act || actor) FROM audit").scalar()
    assert personal not in str(rows)


def test_an_error_with_json_is_one_object_on_standard_output(trial: Trial) -> None:
    done = trial.run("case", "show", "K7Q3-H9FM-C", "--by", "VT-201", "--json")
    entry = CATALOGUE["KR-ZAAK-ONBEKEND"]
    assert done.json == {
        "error": {"code": "KR-ZAAK-ONBEKEND", "melding": entry.sentence, "volgende_stap": entry.next_step}
    }
    assert (done.status, done.err) == (1, "")


def test_an_unexpected_error_shows_its_class_and_nothing_of_its_text(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError(BSN)

    monkeypatch.setattr("flows.plain_round.sweep_deadlines", broken)
    done = trial.run("sweep", *NOW)
    assert (code(done), done.status, BSN in done.all) == ("KR-ONVERWACHT", 1, False)
    assert "(KeyError)" in done.err
    monkeypatch.setenv("KETENREGIE_DEBUG", "1")
    settings.cache_clear()
    assert f"KeyError: '{BSN}'" in trial.run("sweep", *NOW).err


def test_a_setting_with_a_wrong_value_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETENREGIE_MAIL_PORT", "geheim")
    settings.cache_clear()
    done = call("case", "list", "--by", "VT-201")
    assert (code(done), done.status, "geheim" in done.all) == ("KR-INSTELLING", 2, False)
    assert "KETENREGIE_MAIL_PORT" in done.err
