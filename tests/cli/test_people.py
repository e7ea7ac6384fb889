"""People by command: who is there, who is away, who stands in, and another fixed worker for a case."""

import pytest

from tests.cli.trial import Trial

AT = ("--now", "2026-04-22T09:00")
SICK = ("person", "absent", "VT-201", "--cause", "sick", "--by", "VT-209")


def person(trial: Trial, code: str) -> dict[str, object]:
    found = trial.run("person", "list", "--json").json["people"]
    return next(line for line in found if line["code"] == code)


def test_an_absence_shows_in_the_list_and_ends_with_back(trial: Trial) -> None:
    words = ("person", "absent", "VT-201", "--cause", "sick", "--by", "VT-209", "--until", "2026-05-04")
    done = trial.run(*words, *AT)
    assert (done.status, done.out) == (0, "VT-201 is afwezig vanaf wo 22-04-2026 09:00 tot ma 04-05-2026 00:00.\n")
    found = person(trial, "VT-201")
    assert (found["away"], found["away_until"], found["stands_in"]) == (True, "2026-05-04T00:00:00+02:00", "VT-202")
    shown = trial.run("person", "list").out
    assert "afwezig tot ma 04-05-2026 00:00" in shown
    assert "sick" not in shown + str(found)
    assert trial.run("person", "back", "VT-201", "--by", "VT-201").status == 0
    assert person(trial, "VT-201")["away"] is False
    assert [act.details["code"] for act in trial.audit("persoon-afwezig")] == ["VT-201"]
    assert [act.door for act in trial.audit("persoon-terug")] == ["opdracht"]


def test_who_left_stands_in_the_list_of_open_steps_until_the_case_is_assigned(trial: Trial, reference: str) -> None:
    worker = trial.run("case", "show", reference, "--by", "VT-201", "--json").json["worker"]
    assert trial.run("person", "list", "--open-steps", "--json").json["people"] == []
    left = trial.run("person", "left", worker, "--by", "VT-209", "--json", *AT).json
    assert left["open_steps"] > 0
    [line] = trial.run("person", "list", "--open-steps", "--json").json["people"]
    assert (line["code"], line["active"], line["open_steps"]) == (worker, False, left["open_steps"])
    assert "vertrokken" in trial.run("person", "list", "--open-steps").out
    assigned = trial.run("case", "assign", reference, "VT-202", "--reason", "left", "--by", "VT-209", "--json").json
    assert (assigned["former"], assigned["worker"]) == (worker, "VT-202")
    assert assigned["steps"] >= left["open_steps"]
    assert trial.run("person", "list", "--open-steps", "--json").json["shown"] == 0


def test_a_case_is_assigned_in_words_and_the_terms_stay(trial: Trial, reference: str) -> None:
    before = trial.run("case", "show", reference, "--by", "VT-209", "--json").json["steps"]
    done = trial.run("case", "assign", reference, "vt-202", "--reason", "workload", "--by", "VT-209")
    assert done.out.startswith("VT-202 is de vaste medewerker; ")
    after = trial.run("case", "show", reference, "--by", "VT-209", "--json").json["steps"]
    assert [step["due_at"] for step in after] == [step["due_at"] for step in before]
    assert "VT-202" in {step["owner"] for step in after}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("person", "absent", "VT-201", "--cause", "leave", "--by", "VT-202"), "KR-ROL"),
        (("person", "absent", "VT-999", "--cause", "leave", "--by", "VT-209"), "KR-CODE-ONBEKEND"),
        (("person", "absent", "VT-201", "--cause", "left", "--by", "VT-209"), "KR-GEBRUIK"),
        (
            ("person", "absent", "VT-201", "--cause", "sick", "--by", "VT-209", "--until", "2026-01-01"),
            "KR-AFWEZIG-TIJD",
        ),
        (("person", "absent", "VT-201", "--cause", "sick", "--by", "VT-209", "--until", "morgen"), "KR-TIJD-ONGELDIG"),
        (("person", "back", "VT-201", "--by", "VT-209"), "KR-NIET-AFWEZIG"),
        (("person", "left", "VT-201", "--by", "VT-201"), "KR-ROL"),
        (("case", "assign", "K7Q3-H9FM-C", "VT-202", "--reason", "leave", "--by", "VT-209"), "KR-ZAAK-ONBEKEND"),
        (("case", "assign", "K7Q3-H9FM-C", "VT-202", "--by", "VT-209"), "KR-GEBRUIK"),
    ],
)
def test_what_may_not_be_is_refused_with_its_code(trial: Trial, words: tuple[str, ...], code: str) -> None:
    done = trial.run(*words)
    assert done.err.startswith(f"{code}:")
    assert done.status == (2 if code == "KR-GEBRUIK" else 1)


def test_the_preview_names_who_gets_it(trial: Trial) -> None:
    assert trial.run("person", "absent", "VT-201", "--cause", "leave", "--by", "VT-201", *AT).status == 0
    found = trial.run("messages", "preview", "--json").json["messages"]
    assert found[0]["at"] == "2026-04-22T09:00:00+02:00"
    assert {line["sent_to"] for line in found if line["party"] == "VT-201"} == {"VT-202"}
    assert "VT-202" in trial.run("messages", "preview").out
