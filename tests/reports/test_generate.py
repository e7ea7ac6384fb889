"""A synthetic region-year has the proportions of 2023, hangs together in time, and reads back without a refusal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal, WrongUse
from domain.figures_2023 import ACUTE, EARLIER_INVOLVEMENT, NATURE, REPORTERS
from domain.generate import MEAN_REGION, SINCE_LAST, quota, region_year
from domain.reports import IncomingReport
from domain.synthetic_region import KUSTLAND
from integrations.region_file import read_region
from integrations.report_files import read_reports, write_reports
from tasks.generate_reports import generate_reports, shape_of
from tests.reports.samples import KNOWN

START = date(2025, 1, 1)
LATER = datetime(2026, 1, 2, tzinfo=UTC)
KUSTLAND_FILE = Path(__file__).parents[2] / "deployments" / "demo" / "kustland.toml"
Reports = Sequence[IncomingReport]


@pytest.fixture(scope="module", params=[1, 2023])
def reports(request: pytest.FixtureRequest) -> Reports:
    """A region of average size, for two seeds."""
    return region_year(KUSTLAND, START, MEAN_REGION, Random(request.param))


def points(reports: Reports, field: str) -> dict[object, float]:
    """The share of each value of this field, in percentage points."""
    return {value: 100 * number / len(reports) for value, number in Counter(getattr(r, field) for r in reports).items()}


@pytest.mark.parametrize(
    ("field", "published"),
    [("classification", EARLIER_INVOLVEMENT), ("reporter_class", REPORTERS), ("concern", NATURE)],
)
def test_proportions_are_within_two_points_of_2023(reports: Reports, field: str, published: dict[str, int]) -> None:
    assert len(reports) == 5100
    found = points(reports, field)
    assert set(found) == set(published)
    for name, number in published.items():
        assert found[name] == pytest.approx(100 * number / sum(published.values()), abs=2)


def test_the_figures_are_the_published_ones() -> None:
    """Checked against domain section 4.3 by hand, so that a slip in the table does not prove itself right."""
    assert sum(EARLIER_INVOLVEMENT.values()) == sum(REPORTERS.values()) == 127_340
    justice = REPORTERS["police"] + REPORTERS["justice"]
    assert justice / 127_340 == pytest.approx(0.672, abs=0.001)
    health = REPORTERS["gp"] + REPORTERS["mental_health"] + REPORTERS["other_health"]
    named = ("education", "youth_help", "other_vt_region", "citizen")
    assert (justice, health, *(REPORTERS[name] for name in named)) == (85_590, 10_395, 5_400, 2_720, 800, 10_230)
    assert sum(REPORTERS.values()) - REPORTERS["citizen"] - REPORTERS["unknown"] == 116_520
    published = [31.9, 33.8, 4.3, 13.3, 10.1, 5.1, 1.4]
    assert [round(100 * number / 127_340, 1) for number in EARLIER_INVOLVEMENT.values()] == published


def test_about_six_in_a_hundred_are_possibly_acute(reports: Reports) -> None:
    assert pytest.approx(5.8, abs=0.05) == 100 * ACUTE
    assert points(reports, "possibly_acute")[True] == pytest.approx(100 * ACUTE, abs=2)


def test_a_follow_up_joins_a_household_reported_as_long_ago_as_its_class_says(reports: Reports) -> None:
    last: dict[str, IncomingReport] = {}
    for report in reports:
        before = last.get(report.household)
        assert (report.classification in SINCE_LAST) == (before is not None)
        if before is not None:
            shortest, longest = SINCE_LAST[report.classification]
            assert shortest <= report.received_at - before.received_at <= longest
            same = ("municipality", "district", "persons", "concern", "own_number")
            assert all(getattr(report, name) == getattr(before, name) for name in same)
        last[report.household] = report


def test_reports_come_in_order_within_the_year_in_dutch_time(reports: Reports) -> None:
    days = [report.received_at.astimezone(AMSTERDAM).date() for report in reports]
    assert days == sorted(days)
    assert (days[0].year, days[-1].year) == (2025, 2025)
    assert len(set(days)) == 365


def test_the_police_report_day_and_night_and_offices_on_working_days(reports: Reports) -> None:
    def share(police: bool, hours: range, days: range) -> float:
        offices = {"citizen", "unknown"} if not police else set()
        moments = [
            report.received_at.astimezone(AMSTERDAM)
            for report in reports
            if (report.reporter_class == "police") == police and report.reporter_class not in offices
        ]
        return sum(moment.hour in hours and moment.weekday() in days for moment in moments) / len(moments)

    assert share(True, range(18, 24), range(7)) > 0.35
    assert share(True, range(24), range(5, 7)) > 2 / 7
    assert share(False, range(8, 18), range(5)) > 0.85


def test_households_fit_their_concern(reports: Reports) -> None:
    roles = {report.household: Counter(person.role for person in report.persons) for report in reports}
    of = {report.household: report.concern for report in reports}
    assert {sum(found.values()) for found in roles.values()} <= set(range(1, 7))
    assert all(roles[number]["child"] for number in of if of[number] == "child_abuse")
    elders = [roles[number] for number in of if of[number] == "elder_abuse"]
    assert all(found["elder"] for found in elders)
    assert not any(found["child"] for found in elders)


def test_every_municipality_reports_by_its_weight(reports: Reports) -> None:
    found = points(reports, "municipality")
    total = sum(place.weight for place in KUSTLAND.places)
    for place in KUSTLAND.places:
        assert found[place.code] == pytest.approx(100 * place.weight / total, abs=3)
        assert {r.district for r in reports if r.municipality == place.code} == {code for code, _ in place.districts}


def test_what_is_accepted_is_accepted_by_the_intake_of_the_region(reports: Reports) -> None:
    assert {report.accepted_by for report in reports} == set(KUSTLAND.intake)
    unjudged = region_year(replace(KUSTLAND, intake=()), START, 20, Random(1))
    assert {report.accepted_by for report in unjudged} == {""}


def test_the_shape_of_kustland_uses_codes_of_its_region_file() -> None:
    region = read_region(KUSTLAND_FILE)
    by_file = shape_of(region)
    assert (by_file.veilig_thuis, by_file.police) == (KUSTLAND.veilig_thuis, KUSTLAND.police)
    assert set(KUSTLAND.intake) <= set(by_file.intake)
    places = [{(place.code, place.local_organisation) for place in shape.places} for shape in (by_file, KUSTLAND)]
    assert places[0] == places[1]


def test_a_region_known_by_its_file_alone_has_reports_from_every_place() -> None:
    region = read_region(KUSTLAND_FILE)
    without_police = region.model_copy(
        update={"organisations": [o for o in region.organisations if o.kind != "police"]}
    )
    reports = region_year(shape_of(without_police), START, 300, Random(1))
    assert {report.municipality for report in reports} == {"DUINWIJK", "MEERDORP", "HAVENOORD"}
    assert "POL-KUST" not in {report.source for report in reports}


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_written_file_reads_back_as_the_same_reports(reports: Reports, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"jaar{suffix}"
    write_reports(path, reports)
    found = read_reports(path, now=LATER, known=KNOWN)
    assert not found.refused
    assert [report for _, report in found.reports] == list(reports)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate([7, 7, 8]):
        path = tmp_path / f"{number}.csv"
        assert generate_reports(path, KUSTLAND, START, count=200, seed=seed) == 200
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_two_years_with_other_seeds_share_no_report_and_no_household() -> None:
    one, other = (region_year(KUSTLAND, START, 1000, Random(seed)) for seed in (1, 2))
    for name in ("number", "household"):
        assert not {getattr(report, name) for report in one} & {getattr(report, name) for report in other}


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 80), seed=st.integers(0, 2**32), start=st.dates(date(2000, 1, 1), date(2190, 1, 1)))
def test_any_size_and_any_start_give_that_many_different_reports(count: int, seed: int, start: date) -> None:
    reports = region_year(KUSTLAND, start, count, Random(seed))
    assert len({report.number for report in reports}) == count
    households: set[str] = set()
    for report in reports:
        assert (report.household in households) == (report.classification in SINCE_LAST)
        households.add(report.household)
    assert reports[-1].received_at - reports[0].received_at <= timedelta(days=366)


@given(count=st.integers(0, 500), weights=st.dictionaries(st.text(max_size=3), st.integers(1, 99), min_size=1))
def test_a_quota_gives_each_name_its_share_to_within_one(count: int, weights: dict[str, int]) -> None:
    found = Counter(quota(weights, count, Random(1)))
    assert found.total() == count
    total = sum(weights.values())
    assert all(abs(found[name] - count * weight / total) < 1 for name, weight in weights.items())


@pytest.mark.parametrize(("count", "year"), [(0, 2025), (25_001, 2025), (10, 1999), (10, 2199)])
def test_a_size_or_year_outside_the_bounds_is_refused(tmp_path: Path, count: int, year: int) -> None:
    with pytest.raises(InputRefusal, match="KR-GETAL-ONGELDIG"):
        generate_reports(tmp_path / "x.csv", KUSTLAND, date(year, 1, 1), count=count)


def test_a_file_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="KR-BESTAND-SCHRIJVEN"):
        generate_reports(tmp_path / "afwezig" / "x.csv", KUSTLAND, START, count=10)
    with pytest.raises(InputRefusal, match="KR-BESTAND-SOORT"):
        generate_reports(tmp_path / "x.xlsx", KUSTLAND, START, count=10)
