"""What a message says, and above all what it never says."""

import re
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import bundle_reference
from domain.errors import PrivacyRefusal
from domain.messages import FORBIDDEN, LABELS, Count, Line, Rendered, number_text, render, render_counts
from domain.privacy import personal
from domain.process import PROCESS
from domain.references import new_reference

DUE = datetime(2026, 4, 28, 21, 59, 59, tzinfo=UTC)
LINK = "http://127.0.0.1:4200/runs/flow-run/0190f3a2-6d2e-7b3c-9d4e-5f60718293a4"
CANARIES = ("111222333", "kind@huis.example", "0612345678", "1234 AB", "06-12 34 56 78", "geboren 03-04-2015")
WORDS = ("partnergeweld", "Politie Kustland", "mishandeling", "MDA++")


def line(**changed: object) -> Line:
    given = {"label": "VB", "reference": "K7Q3-H9FM-C", "due_at": DUE, "rung": "NOTICE", "link": LINK}
    return Line(**(given | changed))  # type: ignore[arg-type]


def said(*lines: Line, title: str = "Team Noord") -> Rendered:
    return render(lines, bundle_reference="BKXF-TRQW", sent_to_title=title)


@pytest.mark.parametrize(
    ("rung", "subject"),
    [
        ("NOTICE", "Taak VB voor zaak K7Q3-H9FM-C: uiterlijk di 28-04-2026 [BKXF-TRQW]"),
        ("R", "Herinnering taak VB voor zaak K7Q3-H9FM-C: uiterlijk di 28-04-2026 [BKXF-TRQW]"),
        ("R10", "Herinnering taak VB voor zaak K7Q3-H9FM-C: uiterlijk di 28-04-2026 [BKXF-TRQW]"),
        ("L1", "Over de termijn: taak VB voor zaak K7Q3-H9FM-C, uiterlijk was di 28-04-2026 [BKXF-TRQW]"),
        ("ACUTE", "Er staat een urgente taak klaar [BKXF-TRQW]"),
    ],
)
def test_the_subject_says_what_and_by_when(rung: str, subject: str) -> None:
    assert said(line(rung=rung)).subject == subject


def test_a_term_in_hours_says_the_hour() -> None:
    evening = datetime(2026, 4, 28, 20, 5, tzinfo=UTC)
    assert "uiterlijk di 28-04-2026 22:05" in said(line(due_at=evening)).subject


def test_a_step_without_a_due_moment_says_none() -> None:
    assert said(line(due_at=None)).subject == "Taak VB voor zaak K7Q3-H9FM-C [BKXF-TRQW]"


def test_a_whole_message_of_one_step() -> None:
    assert said(line()).body == (
        "Dit bericht gaat over één stap.\n\n"
        "Taak VB voor zaak K7Q3-H9FM-C: uiterlijk di 28-04-2026\n"
        f"Open de taak: {LINK}\n\n"
        "Voor: Team Noord\nKenmerk: BKXF-TRQW\nKrijgt u dit kenmerk twee keer? Dan is het hetzelfde bericht.\n"
    )


def test_an_acute_message_says_that_and_nothing_else() -> None:
    told = said(line(rung="ACUTE"))
    assert told.body == f"Er staat een urgente taak klaar.\n{LINK}\n"


def test_an_acute_step_never_shares_a_message() -> None:
    with pytest.raises(PrivacyRefusal, match="KR-BERICHT-PRIVACY"):
        said(line(rung="ACUTE"), line())


def test_a_stalled_step_tells_reference_label_party_and_cause_and_no_link() -> None:
    told = said(line(rung="L2", label="Overdracht", waiting_for="LT-MEER", cause="waits_for_partner"))
    sentence = "Wacht: stap Overdracht van zaak K7Q3-H9FM-C. Wacht op: LT-MEER. Reden: Wacht op partner"
    assert told.subject == f"{sentence} [BKXF-TRQW]"
    assert sentence in told.body
    assert "http" not in told.body
    assert "28-04-2026" not in told.body


def test_only_a_stalled_step_tells_who_is_waited_for_and_why() -> None:
    for rung in ("NOTICE", "R", "L1", "ACUTE"):
        told = said(line(rung=rung, waiting_for="LT-MEER", cause="waits_for_partner"))
        assert "LT-MEER" not in told.subject + told.body
        assert "Wacht op partner" not in told.subject + told.body


def test_a_digest_lists_every_step_and_what_is_late_comes_first() -> None:
    told = said(line(), line(reference="M4CD-K3FH-9", rung="L1"), line(reference="R8TX-G7VW-4", rung="R"))
    assert told.subject == "3 taken voor u [BKXF-TRQW]"
    found = re.findall(r"zaak (\S{4}-\S{4}-\S)", told.body)
    assert found == ["M4CD-K3FH-9", "R8TX-G7VW-4", "K7Q3-H9FM-C"]


def test_a_repeated_message_says_that_it_is_one() -> None:
    assert "(2e keer)" in said(line(ordinal=2)).subject


def test_numbers_are_told_without_a_case_and_small_ones_without_the_number() -> None:
    counts = [Count("Overdracht", "Meerdorp", number_text(12, 10)), Count("Huisbezoek", "Duinstad", number_text(3, 10))]
    told = render_counts(counts, bundle_reference="BKXF-TRQW", sent_to_title="Contractmanagement")
    assert told.subject == "Overzicht: stappen die te lang wachten [BKXF-TRQW]"
    assert "- Overdracht, gemeente Meerdorp: 12\n- Huisbezoek, gemeente Duinstad: minder dan 10\n" in told.body
    assert "http" not in told.body
    assert "zaak" not in told.body


def test_the_smallest_number_that_is_told_is_the_policys() -> None:
    assert [number_text(n, 10) for n in (0, 9, 10)] == ["minder dan 10", "minder dan 10", "10"]
    assert number_text(10, 15) == "minder dan 15"


@pytest.mark.parametrize("label", ["MDA++", "Partnergeweld", "vb", "", "VB "])
def test_a_label_that_is_not_on_the_list_is_refused(label: str) -> None:
    with pytest.raises(PrivacyRefusal, match="KR-BERICHT-PRIVACY"):
        said(line(label=label))
    with pytest.raises(PrivacyRefusal, match="KR-BERICHT-PRIVACY"):
        render_counts([Count(label, "Meerdorp", "12")], bundle_reference="BKXF-TRQW", sent_to_title="")


@pytest.mark.parametrize("canary", [*CANARIES, *WORDS])
def test_a_title_or_a_party_that_tells_too_much_is_left_out_and_the_message_still_goes(canary: str) -> None:
    told = said(line(rung="L2", waiting_for=canary), title=canary)
    assert canary not in told.body
    assert "Wacht op: een partner" in told.body


@pytest.mark.parametrize("canary", [*CANARIES, *WORDS])
def test_whatever_else_looks_personal_stops_the_message_and_is_not_repeated(canary: str) -> None:
    with pytest.raises(PrivacyRefusal) as refused:
        said(line(rung="L2", cause=canary))
    assert canary not in str(refused.value)
    with pytest.raises(PrivacyRefusal):
        render_counts([Count("VB", canary, "12")], bundle_reference="BKXF-TRQW", sent_to_title="")


def test_every_label_of_the_process_may_be_told() -> None:
    assert {step.label for step in PROCESS} <= LABELS


references = st.integers(0, 2**32).map(lambda seed: new_reference(Random(seed)))
lines = st.builds(
    Line,
    label=st.sampled_from(sorted(LABELS)),
    reference=references,
    due_at=st.none() | st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    rung=st.sampled_from(["NOTICE", "R", "R10", "R5", "L1", "L2"]),
    link=st.uuids().map(lambda run: f"http://127.0.0.1:4200/runs/flow-run/{run}"),
    ordinal=st.integers(1, 20),
    waiting_for=st.sampled_from(["", "LT-MEER", "VT"]),
    cause=st.sampled_from(["", "vt_capacity", "handover_stalled"]),
)


@given(told=st.lists(lines, min_size=1, max_size=6), number=st.integers(1, 10**9))
def test_no_message_of_coded_values_is_ever_refused_and_each_names_every_case(told: list[Line], number: int) -> None:
    reference = bundle_reference(number)
    text = render(told, bundle_reference=reference, sent_to_title="Lokaal team Meerdorp")
    assert all(item.reference in text.body for item in told)
    assert text.subject.endswith(f" [{reference}]")
    assert "\n" not in text.subject
    assert not FORBIDDEN.search(text.subject + text.body)


@given(told=lines, number=st.integers(1, 10**9))
def test_an_acute_message_names_no_case_label_or_date(told: Line, number: int) -> None:
    acute = Line(told.label, told.reference, told.due_at, "ACUTE", told.link)
    text = render([acute], bundle_reference=bundle_reference(number), sent_to_title="Lokaal team Meerdorp")
    assert told.reference not in text.subject + text.body
    assert not personal(text.subject)
    assert text.body == f"Er staat een urgente taak klaar.\n{told.link}\n"
