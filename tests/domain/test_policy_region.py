"""What a region may and may not change in the policy."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import KetenregieError, PolicyRefusal, PrivacyRefusal
from domain.policy import Bound, Policy, Start, parse_policy
from domain.terms import Term, Unit
from integrations.policy_file import default_policy, load_policy

HEAD = 'version = "kustland-1"\n'
WD, WEEKS = Unit.WORKING_DAYS, Unit.WEEKS


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


def with_region(text: str, head: str = HEAD) -> Policy:
    return parse_policy(default_policy(), head + text)


def refused(text: str, head: str = HEAD) -> tuple[str, object]:
    """The code and the line with which a region's file is refused."""
    with pytest.raises(PolicyRefusal) as error:
        with_region(text, head)
    assert f"egel {error.value.places['line']}" in error.value.sentence
    assert error.value.places["document"] == "regiobeleid"
    return error.value.code, error.value.places["line"]


def test_a_region_changes_one_value_and_keeps_the_rest(policy: Policy) -> None:
    own = with_region("[clocks.handover_acceptance]\nworking_days = 3\nsource = 'Convenant van 12-03-2026'\n")
    clock = own.clock("handover_acceptance")
    assert (clock.term, clock.start) == (Term(3, WD), Start.HANDOVER_OFFERED)
    assert own.sources["clocks.handover_acceptance"] == clock.source == "Convenant van 12-03-2026"
    assert own.clock("safety_assessment") == policy.clock("safety_assessment")
    assert own.version == f"{policy.version}+kustland-1"


def test_a_region_may_count_an_agreed_term_in_another_unit() -> None:
    own = with_region("clocks.handover_acceptance = { weeks = 1, source = 'convenant' }")
    assert own.clock("handover_acceptance").term == Term(1, WEEKS)


def test_a_region_may_be_stricter_than_the_law() -> None:
    own = with_region("clocks.safety_assessment = { working_days = 3, source = 'convenant' }")
    assert own.clock("safety_assessment").term == Term(3, WD)
    assert own.clock("safety_assessment").statutory


def test_a_region_may_shorten_the_extension_and_keep_the_term() -> None:
    clock = with_region("clocks.inform_persons_concerned = { extension_weeks = 1, source = 'eigen' }").clock(
        "inform_persons_concerned"
    )
    assert (clock.term, clock.extension) == (Term(4, WEEKS), Term(1, WEEKS))


def test_a_region_sets_how_long_an_agreed_clock_may_stand_still(policy: Policy) -> None:
    assert policy.clock("safety_plan").suspension == Term(5, WD)
    own = with_region("clocks.safety_plan = { suspension_weeks = 2, source = 'convenant' }").clock("safety_plan")
    assert (own.suspension, own.term) == (Term(2, WEEKS), policy.clock("safety_plan").term)
    other = with_region("clocks.handover_acceptance = { suspension_days = 3, source = 'convenant' }")
    assert other.clock("handover_acceptance").suspension == Term(3, Unit.DAYS)


def test_a_region_may_take_a_suspension_away() -> None:
    own = with_region("clocks.safety_plan = { suspension_days = 0, source = 'convenant' }").clock("safety_plan")
    assert own.suspension is None


def test_no_clock_of_the_law_ever_stands_still(policy: Policy) -> None:
    statutory = [name for name, clock in policy.clocks.items() if clock.statutory]
    assert len(statutory) >= 10
    for name in statutory:
        assert policy.clock(name).suspension is None
        text = f"[clocks.{name}]\nsuspension_days = 1\nsource = 'convenant'\n"
        assert refused(text) == ("KR-BELEID-WET", 3)


def test_sight_on_safety_never_stands_still(policy: Policy) -> None:
    sight = {name for name, clock in policy.clocks.items() if clock.sight_on_safety}
    assert sight == {"waiting_safety_check", "trace_out_of_sight", "trace_decision"}
    for name in sorted(sight):
        assert (policy.clock(name).suspension, policy.clock(name).statutory) == (None, False)
        assert refused(f"[clocks.{name}]\nsuspension_days = 1\nsource = 'convenant'\n") == ("KR-BELEID-ZICHT", 3)
        assert refused(f"[clocks.{name}]\nextension_days = 1\nsource = 'convenant'\n") == ("KR-BELEID-ZICHT", 3)
        assert with_region(f"clocks.{name} = {{ suspension_days = 0, source = 'x' }}").clock(name).suspension is None


@pytest.mark.parametrize("key", ["suspension_months", "suspension_hours", "suspension_years"])
def test_a_suspension_counts_in_days_or_weeks_only(key: str) -> None:
    assert refused(f"clocks.safety_plan = {{ {key} = 1, source = 'x' }}")[0] == "KR-BELEID-EENHEID"


def test_a_clock_in_hours_never_stands_still() -> None:
    assert refused("clocks.report_intake = { suspension_days = 1, source = 'x' }")[0] == "KR-BELEID-EENHEID"


def test_a_region_may_keep_files_longer_than_the_law_asks() -> None:
    own = with_region("clocks.retention = { years = 25, source = 'besluit' }")
    assert own.clock("retention").term == Term(25, Unit.YEARS, rolls=False)


def test_a_region_may_let_the_ten_weeks_count_from_the_report() -> None:
    clock = with_region('clocks.investigation = { start = "report_received", source = "eigen" }').clock("investigation")
    assert (clock.start, clock.also_from) == (Start.REPORT_RECEIVED, Start.SERVICE_START)
    assert (clock.counts_from_report, clock.term) == (True, Term(10, WEEKS))


def test_a_region_may_choose_the_lenient_count_of_equated_days() -> None:
    own = with_region("calendar.equated_days_count_as_working = { value = false, source = 'eigen' }")
    assert not own.calendar().counts(date(2026, 5, 15))


def test_a_region_may_add_the_decree_of_a_further_year() -> None:
    own = with_region("calendar.decrees.2029 = { value = [2029-05-11], source = 'Besluit 2029' }")
    assert own.calendar().equated(date(2029, 5, 11)) == "dag na Hemelvaartsdag"
    assert own.calendar().loaded_years == set(range(2023, 2030))


LOOSER = [
    "clocks.safety_assessment = { working_days = 6, source = 'x' }",
    "clocks.route_decision = { working_days = 10, source = 'x' }",
    "clocks.inform_persons_concerned = { weeks = 5, source = 'x' }",
    "clocks.inform_persons_concerned = { extension_weeks = 3, source = 'x' }",
    "clocks.investigation = { weeks = 11, source = 'x' }",
    "clocks.investigation = { extension_weeks = 1, source = 'x' }",
    "clocks.conditions_and_follow_up = { weeks = 12, source = 'x' }",
    "clocks.immediate_safety_check = { hours = 25, source = 'x' }",
    "clocks.acute_action = { hours = 48, source = 'x' }",
    "clocks.home_ban_advice = { days = 9, source = 'x' }",
    "clocks.retention = { years = 19, source = 'x' }",
    "clocks.safety_assessment = { bound = 'agreed', source = 'x' }",
    "clocks.safety_assessment = { start = 'service_start', source = 'x' }",
    "clocks.investigation = { start = 'service_ended', source = 'x' }",
    "clocks.one_plan = { start = 'service_ended', source = 'x' }",
    "clocks.home_ban_advice = { rolls = true, source = 'x' }",
    "clocks.investigation = { also_from = 'service_ended', source = 'x' }",
    "clocks.waiting_safety_check = { sight_on_safety = false, suspension_days = 1, source = 'x' }",
    "clocks.handover_acceptance = { sight_on_safety = true, source = 'x' }",
    "calendar.decrees.2026 = { value = [2026-04-28], source = 'x' }",
]
WRONG_UNIT = [
    "clocks.safety_assessment = { days = 5, source = 'x' }",
    "clocks.safety_assessment = { werkdagen = 5, source = 'x' }",
    "clocks.immediate_safety_check = { working_days = 1, source = 'x' }",
    "clocks.inform_persons_concerned = { extension_months = 1, source = 'x' }",
    "clocks.handover_acceptance = { hours = 48, source = 'x' }",
    "clocks.handover_acceptance = { weeks = 1, days = 7, source = 'x' }",
]
UNKNOWN = [
    "clocks.koffiepauze = { hours = 1, source = 'x' }",
    "clocks.one_plan = { weken = 'zes', source = 'x' }",
    "escalation.l5_after_wd = { value = 20, source = 'x' }",
    "escalation.ladder_hour = { value = 9, source = 'x', reden = 'y' }",
    "koffie.kopjes = { value = 2, source = 'x' }",
    "calendar.decrees.2029.dagen = { value = [2029-05-11], source = 'x' }",
]
NO_SOURCE = [
    "clocks.handover_acceptance = { working_days = 3 }",
    "clocks.handover_acceptance = { working_days = 3, source = ' ' }",
    "clocks.handover_acceptance = { working_days = 3, source = 3 }",
    "escalation.ladder_hour = { value = 9 }",
    "escalation.ladder_hour = 9",
    "norms = {}",
    "zomaar = 1",
]
WRONG_VALUE = [
    "clocks.handover_acceptance = { working_days = 'drie', source = 'x' }",
    "clocks.handover_acceptance = { working_days = 0, source = 'x' }",
    "clocks.handover_acceptance = { working_days = -1, source = 'x' }",
    "clocks.handover_acceptance = { working_days = true, source = 'x' }",
    "clocks.handover_acceptance = { working_days = 2.5, source = 'x' }",
    "clocks.one_plan = { start = 'gisteren', source = 'x' }",
    "clocks.one_plan = { repeats = 'ja', source = 'x' }",
    "clocks.one_plan = { sight_on_safety = 'ja', source = 'x' }",
    "escalation.ladder_hour = { value = 25, source = 'x' }",
    "escalation.ladder_hour = { value = '8', source = 'x' }",
    "escalation.ladder_hour = { source = 'x' }",
    "escalation.l2_after_wd = { value = 7, source = 'x' }",  # not before L3 any more
    "escalation.monitoring = { value = [5, 10], source = 'x' }",
    "escalation.monitoring = { value = [10], source = 'x' }",
    "monitoring.months = { value = [], source = 'x' }",
    "monitoring.months = { value = [12, 3], source = 'x' }",
    "norms.investigation_on_time = { value = [80], source = 'x' }",
    "privacy.suppress_below = { value = 1, source = 'x' }",
    "calendar.decrees.2029 = { value = [2030-05-11], source = 'x' }",
    "calendar.decrees.2029 = { value = [2029-05-11T10:00:00], source = 'x' }",
    "calendar.decrees.29 = { value = [], source = 'x' }",
    "calendar.decrees.volgend = { value = [], source = 'x' }",
    "information.fortnightly_anchor = { value = '2026-01-05', source = 'x' }",
]
REFUSED = [
    *((text, "KR-BELEID-WET") for text in LOOSER),
    *((text, "KR-BELEID-EENHEID") for text in WRONG_UNIT),
    *((text, "KR-BELEID-SLEUTEL") for text in UNKNOWN),
    *((text, "KR-BELEID-BRON") for text in NO_SOURCE),
    *((text, "KR-BELEID-WAARDE") for text in WRONG_VALUE),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_a_region_may_not_write_is_refused_with_its_line(text: str, code: str) -> None:
    around = (
        "# een eigen waarde\n\nescalation.l4_after_wd = {{ value = 12, source = 'eigen' }}\n{}\n# en verder niets\n"
    )
    assert refused(around.format(text)) == (code, 5)


def test_the_line_is_that_of_the_wrong_key_inside_a_table() -> None:
    text = "[clocks.one_plan]\nsource = 'eigen'\nweeks = 5\n\n"
    text += "[clocks.safety_assessment]\nsource = '''\nlang\n'''\nworking_days = 6\n"
    assert refused(text) == ("KR-BELEID-WET", 10)


def test_a_value_over_several_lines_is_found_at_its_first_line() -> None:
    text = "[monitoring.months]\nsource = 'eigen'\nvalue = [\n  12, # omgekeerd\n  3,\n]\n"
    assert refused(text) == ("KR-BELEID-WAARDE", 2)
    assert refused("[clocks.one_plan]\nsource = 'x'\nweeks = [\n1,\n]\n") == ("KR-BELEID-WAARDE", 4)


def test_lines_are_counted_the_same_with_windows_line_ends() -> None:
    text = "[clocks.one_plan]\r\nsource = 'eigen'\r\nweeks = 'zes'\r\n"
    assert refused(text) == ("KR-BELEID-WAARDE", 4)


@pytest.mark.parametrize(
    ("text", "line"), [("clocks = [", 2), ("[clocks.one_plan]\nweeks = = 3\n", 3), ("a = 1\na = 2\n", 3)]
)
def test_text_that_is_no_toml_is_refused_with_its_line(text: str, line: int) -> None:
    assert refused(text) == ("KR-BELEID-TOML", line)


@pytest.mark.parametrize(
    "head", ["", "version = 3\n", 'version = ""\n', 'version = "a b"\n', 'version = "06-12345678"\n']
)
def test_a_region_file_needs_a_version_of_its_own(head: str) -> None:
    assert refused("clocks.one_plan = { weeks = 5, source = 'eigen' }\n", head) == ("KR-BELEID-VERSIE", 1)


def test_a_source_that_looks_personal_is_refused() -> None:
    with pytest.raises(PrivacyRefusal) as error:
        with_region("clocks.one_plan = { weeks = 5, source = 'bel 06-12345678' }")
    assert "12345678" not in str(error.value)


@pytest.mark.parametrize("secret", ["geheim", "Dorpsstraat"])
@pytest.mark.parametrize(
    "form", ["{0} = 1", "clocks.{0} = {{ days = 1 }}", "privacy.round_to = {{ value = '{0}' }}", "= {0}"]
)
def test_no_error_repeats_what_was_written(form: str, secret: str) -> None:
    with pytest.raises(KetenregieError) as error:
        with_region(form.format(secret))
    assert secret not in str(error.value)


@given(st.sampled_from([name for name, clock in load_policy().clocks.items() if clock.statutory]), st.integers(1, 1000))
def test_no_region_can_loosen_a_statutory_term_by_any_amount(name: str, amount: int) -> None:
    default = load_policy().clock(name)
    looser: Callable[[int, int], bool] = int.__lt__ if default.bound is Bound.AT_LEAST else int.__gt__
    text = f"clocks.{name} = {{ {default.term.unit} = {amount}, source = 'x' }}"
    if looser(amount, default.term.amount):
        assert refused(text) == ("KR-BELEID-WET", 2)
    else:
        assert with_region(text).clock(name).term.amount == amount
