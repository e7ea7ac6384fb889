"""Every story in this folder holds, straight and restarted; and a story that expects the wrong thing fails."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from deployments.stories.format import read_story
from deployments.stories.run import Between, play, run_story
from deployments.stories.stage import Stage
from domain.errors import InputRefusal, WrongUse
from integrations.ledger import Ledger
from tests.faults.tier import FULL
from tests.stories.truth import truth

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.yaml"))


def forget(here: Stage, _: datetime) -> None:
    """Everything in memory is gone."""
    here.restart()


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("between", [None, forget], ids=["straight", "reopened"])
def test_the_story_holds(path: Path, between: Between | None) -> None:
    lines = list(play(read_story(path), path, between))
    assert [(line.at, difference) for line in lines for difference in line.differences] == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", STORIES if FULL else [HERE / "donderdag_streng.yaml"], ids=lambda path: path.stem)
def test_the_story_is_the_same_when_each_act_has_a_process_of_its_own(path: Path, tmp_path: Path) -> None:
    """With the home wiped between any two acts: all that goes on is the ledger."""
    story, home = read_story(path), tmp_path / "home"
    whole: list[list[str]] = []
    list(play(story, path, lambda here, _: whole.append(truth(here.ledger))))
    (folder := tmp_path / "apart").mkdir()
    for number in range(len(story.acts)):
        shutil.rmtree(home, ignore_errors=True)
        words = [sys.executable, "-m", "tests.stories.one_act", str(path), str(folder), str(number)]
        env = os.environ | {"KETENREGIE_HOME": str(home), "PREFECT_HOME": str(home / "prefect")}
        done = subprocess.run(words, cwd=HERE.parents[1], env=env, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)[1:] == []
    apart = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    assert truth(apart) == whole[-1]
    apart.dispose()


def test_the_cases_of_the_catalogue_are_here() -> None:
    sources = {read_story(path).source.split(",")[0] for path in STORIES}
    assert sources >= {f"process catalogue {number}" for number in ("7.1", "7.2", "7.4", "7.5")}


WRONG = {
    "due": "due: {safety_assessment: 2026-04-10}",
    "refused": "refused: KR-ONVOLLEDIG",
    "closed": "closed: {safety_assessment: structural}",
    "opened": "opened: [warm_handover]",
    "not_open": "not_open: [safety_assessment]",
    "holder": "holder: CJG-MEERDORP",
    "state": "state: closed",
    "classification": "classification: unclassified",
    "messages": "messages: [{step: warm_handover, rung: L1}]",
    "only_messages": "only_messages: []",
    "no_messages": "no_messages: [{step: safety_assessment, rung: NOTICE}]",
    "heard": "heard: 1/1",
    "open_risks": "open_risks: 3",
    "mails": "mails: 99",
    "published": "published: [{until: 2026-04-27, day: 2026-04-27}]",
    "figures": "figures: [{municipality: MEERDORP, half: 2026-1, values: {reports: 7}}]",
    "worker": "worker: {safety_assessment: VT-101}",
    "retention": "retention: 2047-12-06",
}


@pytest.mark.parametrize("expected", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_expectation_makes_the_story_fail(
    expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = tmp_path / "verhaal.yaml"
    report = "{accepted_by: VT-911, persons: [{key: A, role: adult}, {key: B, role: child}]}"
    story.write_text(f"title: t\nacts:\n  - at: 2026-04-20 10:00\n    report: {report}\n    expect: {{{expected}}}\n")
    assert run_story(story) == 1
    assert "VERSCHIL" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "title: t",
        "title: t\nacts: []",
        "title: t\nacts: [{at: 2026-04-20 10:00, dansen: ja}]",
        "title: t\nacts: [{at: 2026-04-21 10:00}, {at: 2026-04-20 10:00}]",
        "title: t\nacts: [{at: 2026-04-20 10:00, mail: down, person: {role: child, by: VT-101}}]",
        "title: [",
    ],
)
def test_a_story_of_the_wrong_shape_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "verhaal.yaml"
    path.write_text(text)
    with pytest.raises(InputRefusal, match="KR-VERHAAL"):
        read_story(path)


def test_a_story_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="KR-BESTAND"):
        read_story(tmp_path / "weg.yaml")


def test_mail_that_is_down_is_made_up_for(tmp_path: Path) -> None:
    path = tmp_path / "verhaal.yaml"
    path.write_text(
        """
title: de mailserver valt uit
acts:
  - at: 2026-04-20 09:00
    mail: down
  - at: 2026-04-20 10:00
    report: {accepted_by: VT-911, persons: [{key: A, role: adult}, {key: B, role: child}]}
    expect: {mails: 0, messages: [{step: safety_assessment, rung: NOTICE, to: VT-201}]}
  - at: 2026-04-20 12:00
    mail: up
  - at: 2026-04-20 14:00
    note: de eerstvolgende poging bezorgt alles
    expect: {mails: 2}
""",
        encoding="utf-8",
    )
    assert run_story(path) == 0
