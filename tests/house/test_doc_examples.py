"""The examples in the documents are what one gets: messages, the story, its keys, the pictures."""

import re
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from deployments.stories import format as story
from deployments.stories.run import run_story
from domain.messages import Count, Line, Rendered, number_text, render, render_counts
from domain.terms import end_of_day
from tests.house.documents import DOCUMENTS, FENCED, blocks, text_of
from tests.house.tree import ROOT


def rendered() -> list[Rendered]:
    """What the manual shows, as the system makes it."""
    reference = "K7Q3-H9FM-C"
    link = f"https://keten.example.org/runs?type=span&seconds=-31536000&tag=zaak%3A{reference}"

    def line(label: str, year: int, month: int, day: int, rung: str, waiting_for: str = "", cause: str = "") -> Line:
        due_at = end_of_day(date(year, month, day))
        return Line(label, reference, due_at, rung, link, waiting_for=waiting_for, cause=cause)

    acute = Line("VB", reference, None, "ACUTE", "https://keten.example.org/runs?type=span&seconds=-31536000&tag=acuut")
    stalled = line("Overdracht", 2026, 6, 9, "L2", waiting_for="CJG-MEERDORP", cause="handover_stalled")
    both = [line("Overdracht", 2026, 6, 9, "R"), line("Plan", 2026, 7, 16, "NOTICE")]
    counts = [Count("Overdracht", "Meerdorp", number_text(3, 10)), Count("VB", "Havenoord", number_text(12, 10))]
    return [
        render(
            [line("VB", 2026, 4, 28, "NOTICE")], bundle_reference="VRLF-BRPQ", sent_to_title="Veilig Thuis, team Midden"
        ),
        render([line("Huisbezoek", 2026, 5, 6, "L1")], bundle_reference="GQRS-RFKM", sent_to_title="Wijkteam Meerdorp"),
        render(both, bundle_reference="TPWQ-TRFW", sent_to_title="Wijkteam Meerdorp"),
        render([stalled], bundle_reference="CFDH-QGQC", sent_to_title="Ketenregie"),
        render_counts(counts, bundle_reference="FVKF-DLJT", sent_to_title="Ambtelijk overleg en stuurgroep"),
        render([acute], bundle_reference="TJJM-MDMC", sent_to_title="Veilig Thuis, team Midden"),
    ]


def test_the_messages_in_the_manual_are_as_they_are_sent() -> None:
    assert blocks("docs/handleiding.md", "bericht") == [f"{one.subject}\n\n{one.body}" for one in rendered()]


PARTS: dict[str, type[BaseModel]] = {
    "## Het verhaal": story.Story,
    "## Een handeling": story.Act,
    "**`record`**": story.Record,
    "**`open`** en **`acknowledge`**": story.OpenByHand,
    "**`person`**": story.NewPerson,
    "## Wat u verwacht": story.Expect,
    "**Een bericht**": story.Told,
    "**Cijfers**": story.Figures,
    "**Verschijnen**": story.Publication,
}


@pytest.mark.parametrize("heading", PARTS)
def test_every_key_of_a_story_is_documented_where_it_belongs(heading: str) -> None:
    """The first table after the heading lists the keys of that part, all of them and in their order."""
    after = text_of("docs/stories.md").partition(f"\n{heading}")[2]
    table = re.search(r"^\| sleutel \|.*?\n\n", after, re.MULTILINE | re.DOTALL)
    assert table, heading
    assert re.findall(r"^\| `(\w+)` \|", table[0], re.MULTILINE) == list(PARTS[heading].model_fields)


def test_opening_and_acknowledging_have_the_same_keys() -> None:
    assert list(story.OpenByHand.model_fields) == list(story.Acknowledge.model_fields)


def test_the_story_in_the_guide_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [example] = blocks("docs/stories.md", "yaml")
    path = tmp_path / "verhaal.yaml"
    path.write_text(example, encoding="utf-8")
    assert run_story(path) == 0, capsys.readouterr().out


def test_the_picture_of_a_difference_in_the_guide_is_what_one_gets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [example] = blocks("docs/stories.md", "yaml")
    path = tmp_path / "verhaal.yaml"
    path.write_text(example.replace("{safety_assessment: structural}", "{safety_assessment: acute}"), encoding="utf-8")
    assert run_story(path) == 1
    seen = capsys.readouterr().out.splitlines()
    shown = text_of("docs/stories.md").partition("## Wat u ziet")[2]
    [picture] = [body for _, body in FENCED.findall(shown)]
    assert [line for line in picture.splitlines() if line not in seen] == []


def test_the_pictures_are_small_and_all_used() -> None:
    pictures = sorted((ROOT / "docs/images").glob("*.png"))
    told = "\n".join(text_of(path) for path in DOCUMENTS)
    assert [path.name for path in pictures if f"images/{path.name}" not in told] == []
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []
