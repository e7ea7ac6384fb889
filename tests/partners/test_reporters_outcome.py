"""`uitkomstmeldingen`: each status once and in order, by POST and then PUT; what does not arrive a person hears of."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.delivery import LADDER
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Audit, DeliveryState, Message
from integrations.reporters.preflight import NOBODYS, preflight
from tasks.failed_messages import failed_messages
from tasks.partner_rest import MISSES
from tasks.return_status import return_statuses
from tasks.return_status_claim import OVERTAKEN, WITHHELD
from tasks.return_status_plan import CURSOR
from tests.chain import Chain
from tests.faults import tier
from tests.partners.conftest import Configure
from tests.partners.reporter_standin import KEY, STATUSES, ReporterStandin
from tests.stages import assessed, decided, handed_over
from tests.steps.test_close_case import closable

STANDIN = ReporterStandin
FILE = """
[[reporters]]
source = "POL-KUST"
feedback = {{ url = "{url}", timeout = 3, bound = 60 }}
feedback_secret = "aan-politie"
"""


@pytest.fixture
def chain(region: Ledger, configured: Configure, standin: ReporterStandin, played: tuple[object, str]) -> Chain:
    configured(FILE.format(url=played[1]), {"aan-politie": KEY})
    return Chain(region)


def listening(chain: Chain) -> Chain:
    """As if the reporter had been listening from the first day of this ledger."""
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        put(work, f"{CURSOR}POL-KUST", "0")
    return chain


def told(chain: Chain, later: timedelta = timedelta()) -> str:
    return return_statuses(chain.ledger, chain.now + later)


def rows(chain: Chain) -> list[tuple[int, str, str, str]]:
    with chain.ledger.reading() as session:
        found = session.exec(select(StatusReturn).order_by(col(StatusReturn.report_id), col(StatusReturn.ordinal)))
        return [(row.ordinal, row.status, row.state, row.reason) for row in found]


ROUTES = {
    "conditions_and_follow_up": "VT-01-01",
    "investigation": "VT-01-01",
    "protection_request": "VT-01-01",
    "handover": "VT-01-02",
    "no_follow_up": "VT-01-03",
    "regional_custom": "VT-01-04",
}


@pytest.mark.parametrize("route", ROUTES)
def test_each_decision_reaches_the_reporter_once(chain: Chain, standin: ReporterStandin, route: str) -> None:
    listening(decided(chain, route))
    assert told(chain) == "uitkomstmeldingen: 1 verstuurd, 0 later opnieuw, 0 niet te bezorgen"
    assert told(chain) == told(chain, timedelta(days=3)) == ""
    assert standin.history == [("POST", "P-1", ROUTES[route])]


@pytest.mark.parametrize(("outcome", "status"), [("not_admissible", "VT-00"), ("wrong_address", "VT-99")])
def test_a_report_that_is_refused_at_intake_hears_so(
    chain: Chain, standin: ReporterStandin, outcome: str, status: str
) -> None:
    chain.report(accepted_by="")
    listening(chain).record("report_intake", "VT-911", "2026-04-21T08:00", outcome=outcome)
    told(chain)
    assert standin.history == [("POST", "P-1", status)]


def test_of_two_reports_on_one_case_each_hears_its_own(chain: Chain, standin: ReporterStandin) -> None:
    chain.report()
    chain.report("2026-04-21T09:00", accepted_by="")
    chain.record("report_intake", "VT-911", outcome="not_admissible")
    chain.report("2026-04-21T10:00", accepted_by="", feedback_wanted=False)
    chain.report("2026-04-21T11:00", source="VT-KUST")
    listening(decided_now(chain))
    told(chain)
    assert standin.history == [("POST", "P-2", "VT-00"), ("POST", "P-1", "VT-01-03")]


def test_a_report_that_was_joined_to_another_case_hears_what_was_decided_there(
    chain: Chain, standin: ReporterStandin
) -> None:
    ours = chain.report(source="VT-KUST", household="H-9").case_reference
    chain.report("2026-04-21T09:00", accepted_by="")
    chain.record("report_intake", "VT-911", belongs_to=ours, outcome="accepted")
    chain.reference = ours
    listening(decided_now(chain))
    told(chain)
    assert standin.history == [("POST", "P-2", "VT-01-03")]


def decided_now(chain: Chain) -> Chain:
    """No follow-up, of a case that is here already."""
    given = {"outcome": "not_acute", "suspicion": "none"}
    for step in chain.steps("immediate_safety_check"):
        chain.record(f"immediate_safety_check/{step.subject}", "VT-911", "2026-04-21T12:00", **given)
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    heard = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "heard_D": "alone"}
    chain.record("safety_assessment", "VT-201", **heard)
    chain.record("safety_assessment", "VT-201", outcome="no_unsafety")
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    chain.record("route_decision", "VT-209", approval="yes")
    return chain


def test_a_case_goes_its_way_and_the_reporter_hears_it_in_order(chain: Chain, standin: ReporterStandin) -> None:
    listening(handed_over(chain))
    told(chain)
    assert standin.history == [("POST", "P-1", "VT-01-01"), ("PUT", "P-1", "VT-02")]
    assert [row[:3] for row in rows(chain)] == [(1, "VT-01-01", "sent"), (2, "VT-02", "sent")]


def test_a_closed_case_without_hand_over_ends_with_its_own_status(chain: Chain, standin: ReporterStandin) -> None:
    listening(closable(chain))
    told(chain)
    given = {"risk_R1": "resolved", "no_monitoring_reason": "no_unsafety", "rights_told": "yes"}
    chain.record("close_case", "VT-201", **given, outcome="closed")
    chain.record("close_case", "VT-209", approval="yes")
    told(chain)
    assert standin.history == [("POST", "P-1", "VT-01-03"), ("PUT", "P-1", "VT-03")]


def many(chain: Chain, statuses: list[str]) -> None:
    """These statuses, one after the other, waiting for one report."""
    owed(chain, chain.report().report_id, statuses)


def owed(chain: Chain, report: int, statuses: list[str], after: int = 0) -> None:
    """These wait, as if they had been planned."""
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        for ordinal, status in enumerate(statuses, after + 1):
            row = StatusReturn(
                report_id=report, ordinal=ordinal, status=status, written_at=chain.now, state=DeliveryState.PLANNED
            )
            work.session.add(row)


def test_every_status_of_the_catalogue_is_told_in_order(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, [*STATUSES, "VT-01-01"])
    told(chain)
    assert [status for _, _, status in standin.history] == [*STATUSES, "VT-01-01"]
    assert [method for method, _, _ in standin.history] == ["POST"] + ["PUT"] * 8


def decided_on(chain: Chain, report: int, outcome: str = "no_follow_up") -> Chain:
    """A further report, assessed by itself: another decision on the same case."""
    chain.record(f"immediate_safety_check/{report}", "VT-911", outcome="not_acute", suspicion="structural")
    chain.record(f"history_check/{report}", "VT-201", register="no_match", outcome="first")
    heard = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "heard_D": "alone"}
    chain.record(f"safety_assessment/{report}", "VT-201", **heard, outcome="no_unsafety")
    chain.record(f"route_decision/{report}", "VT-201", outcome=outcome, local_professional="WT-201")
    chain.record(f"route_decision/{report}", "VT-209", approval="yes")
    return chain


def test_a_later_report_changes_nothing_for_the_one_before_it(chain: Chain, standin: ReporterStandin) -> None:
    listening(handed_over(chain))
    second = chain.report("2026-06-08T09:00")
    assert not second.new_case
    told(chain)
    decided_on(chain, second.report_id)
    told(chain)
    assert standin.outcomes == {"P-1": "VT-02", "P-2": "VT-01-03"}
    assert [row[:2] for row in standin.history] == [("POST", "P-1"), ("PUT", "P-1"), ("POST", "P-2")]


def test_a_report_hears_the_decision_that_was_made_on_it_and_no_other(chain: Chain, standin: ReporterStandin) -> None:
    """The second was accepted between the assessment of the first and the decision on it."""
    assessed(chain)
    second = chain.report("2026-04-28T16:00")
    listening(chain)
    chain.record("route_decision/1", "VT-201", outcome="handover", local_professional="WT-201")
    chain.record("route_decision/1", "VT-209", approval="yes")
    told(chain)
    assert standin.outcomes == {"P-1": "VT-01-02"}
    decided_on(chain, second.report_id, "conditions_and_follow_up")
    told(chain)
    assert standin.outcomes == {"P-1": "VT-01-02", "P-2": "VT-01-01"}


def test_two_reports_of_one_assessment_hear_its_decision(chain: Chain, standin: ReporterStandin) -> None:
    chain.report()
    chain.report("2026-04-21T10:00")
    listening(decided_now(chain))
    told(chain)
    assert standin.outcomes == {"P-1": "VT-01-03", "P-2": "VT-01-03"}


def test_who_begins_to_listen_after_the_decision_hears_no_decision_on_another(
    chain: Chain, standin: ReporterStandin
) -> None:
    decided(chain, "no_follow_up")
    assert told(chain) == ""
    second = chain.report("2026-05-06T09:00")
    decided_on(chain, second.report_id)
    told(chain)
    assert standin.outcomes == {"P-2": "VT-01-03"}


def test_a_source_that_leaves_the_file_for_a_while_misses_nothing(
    chain: Chain, configured: Configure, standin: ReporterStandin, played: tuple[object, str]
) -> None:
    """Each source has its own place in the trail; a new one begins at its end."""
    police = FILE.format(url=played[1])
    other, late = police.replace("POL-KUST", "VT-KUST"), police.replace("POL-KUST", "ZORG")
    chain.report()
    chain.report("2026-04-21T11:00", source="VT-KUST")
    chain.report("2026-04-21T11:30", source="ZORG")
    configured(police + other, {"aan-politie": KEY})
    told(listening(chain))
    configured(other, {"aan-politie": KEY})
    told(decided_now(chain))
    assert standin.outcomes == {"P-2": "VT-01-03"}
    configured(police + other + late, {"aan-politie": KEY})
    told(chain)
    assert standin.outcomes == {"P-1": "VT-01-03", "P-2": "VT-01-03"}


def test_who_begins_to_listen_hears_nothing_of_before(chain: Chain, standin: ReporterStandin) -> None:
    decided(chain)
    assert told(chain) == ""
    assert standin.asked == []


def test_who_wants_no_feedback_or_has_no_address_hears_nothing(chain: Chain, standin: ReporterStandin) -> None:
    chain.report(feedback_wanted=False)
    chain.report("2026-04-21T11:00", source="VT-KUST", household="H-2")
    listening(chain)
    decided_now(chain)
    assert told(chain) == ""
    assert standin.asked == []


def test_once_a_person_withholds_feedback_nothing_more_is_told(chain: Chain, standin: ReporterStandin) -> None:
    listening(decided(chain))
    told(chain)
    chain.record("reporter_feedback", "VT-201", withheld_reason="danger", outcome="withheld")
    owed(chain, 1, ["VT-02"], after=1)
    assert told(chain) == ""
    assert len(standin.history) == 1
    assert rows(chain)[-1] == (2, "VT-02", "permanent", WITHHELD)
    assert lost(chain) == []


def lost(chain: Chain) -> list[tuple[str, str, str]]:
    with chain.ledger.reading() as session:
        return [(line.rung, line.party, line.reason) for line in failed_messages(session)]


@pytest.mark.parametrize("weather", ["cut", "slow", 502, 504, 500])
def test_after_a_doubt_put_comes_first_and_nothing_is_told_twice(
    chain: Chain, standin: ReporterStandin, weather: int | str
) -> None:
    listening(decided(chain))
    standin.weather.append(weather)
    assert told(chain).startswith("uitkomstmeldingen: 0 verstuurd, 1 later")
    assert rows(chain)[0][2] == "indefinite"
    assert told(chain, timedelta(seconds=30)) == ""
    assert told(chain, timedelta(minutes=2)).startswith("uitkomstmeldingen: 1 verstuurd")
    assert standin.outcomes == {"P-1": "VT-01-01"}
    posted = [method for method, _, _ in standin.history].count("POST")
    assert posted == 1
    assert standin.asked[:2] == ["POST", "PUT"]


@pytest.mark.parametrize("weather", [429, 503])
def test_a_busy_system_is_left_alone_as_long_as_it_asks(chain: Chain, standin: ReporterStandin, weather: int) -> None:
    listening(decided(chain))
    standin.weather.append(weather)
    standin.retry_after = "3600"
    told(chain)
    assert told(chain, timedelta(minutes=59)) == ""
    assert told(chain, timedelta(minutes=61)).startswith("uitkomstmeldingen: 1 verstuurd")
    assert standin.asked == ["POST", "POST"]


@pytest.mark.parametrize("weather", [429, 503])
def test_a_system_that_asks_for_rest_is_asked_nothing_at_all(
    chain: Chain, standin: ReporterStandin, weather: int
) -> None:
    """Whatever waits for it, and whatever is decided meanwhile."""
    for place in range(3):
        owed(chain, chain.report(household=f"H-{place}").report_id, ["VT-01-01"])
    standin.weather.append(weather)
    standin.retry_after = "3600"
    assert told(chain).startswith("uitkomstmeldingen: 0 verstuurd, 1 later")
    owed(chain, chain.report(household="H-9").report_id, ["VT-01-01"])
    for minutes in (2, 30, 59):
        assert told(chain, timedelta(minutes=minutes)) == ""
    assert standin.asked == ["POST"]
    assert told(chain, timedelta(minutes=61)).startswith("uitkomstmeldingen: 4 verstuurd")


def test_a_system_that_fails_three_times_is_left_until_the_next_round(chain: Chain, standin: ReporterStandin) -> None:
    for place in range(MISSES + 2):
        owed(chain, chain.report(household=f"H-{place}").report_id, ["VT-01-01"])
    standin.weather.extend([500] * MISSES)
    told(chain)
    assert standin.asked == ["POST"] * MISSES
    assert told(chain, timedelta(minutes=2)).startswith(f"uitkomstmeldingen: {MISSES + 2} verstuurd")


def test_a_round_with_one_system_ends_in_time(
    chain: Chain, standin: ReporterStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(chain, ["VT-01-01"])
    with monkeypatch.context() as patch:
        patch.setattr("tasks.return_status.SECONDS", 0.0)
        assert told(chain) == ""
    assert standin.asked == []
    assert told(chain).startswith("uitkomstmeldingen: 1 verstuurd")


def test_one_system_that_rests_holds_up_no_other(
    chain: Chain, configured: Configure, standin: ReporterStandin, played: tuple[object, str]
) -> None:
    police = FILE.format(url=played[1])
    configured(police + police.replace("POL-KUST", "VT-KUST"), {"aan-politie": KEY})
    owed(chain, chain.report().report_id, ["VT-01-01"])
    owed(chain, chain.report(household="H-2", source="VT-KUST").report_id, ["VT-01-01"])
    standin.weather.append(503)
    standin.retry_after = "3600"
    assert told(chain) == "uitkomstmeldingen: 1 verstuurd, 1 later opnieuw, 0 niet te bezorgen"
    assert standin.outcomes == {"P-2": "VT-01-01"}


@pytest.mark.parametrize("weather", ["page 404", "page 405", "page 415", "page 302", 302])
def test_a_wrong_address_loses_nothing_and_costs_one_question_a_round(
    chain: Chain, standin: ReporterStandin, weather: int | str
) -> None:
    """An operator mends it while the outcomes wait: it is about none of them."""
    for place in range(3):
        owed(chain, chain.report(household=f"H-{place}").report_id, ["VT-01-01"])
    standin.weather.extend([weather] * 2)
    said = "uitkomstmeldingen: 0 verstuurd, 1 later opnieuw, 0 niet te bezorgen"
    assert told(chain) == told(chain, timedelta(minutes=2)) == said
    assert standin.asked == ["POST"] * 2
    reason = "relay-omgeleid" if "302" in str(weather) else f"relay-http-{str(weather)[-3:]}"
    assert {row[2:] for row in rows(chain)} == {("temporary", reason), ("planned", "")}
    assert lost(chain) == []
    assert told(chain, timedelta(hours=1)).startswith("uitkomstmeldingen: 3 verstuurd")


@pytest.mark.parametrize("absent", [400, 404, 409, 410])
def test_a_put_of_what_never_arrived_turns_into_a_post(chain: Chain, standin: ReporterStandin, absent: int) -> None:
    """The document gives a PUT of what is not there 400, 409 or 410; the POST was lost before it arrived."""
    listening(decided(chain))
    standin.absent = absent
    standin.weather.append(500)
    told(chain)
    assert rows(chain)[0][2] == "indefinite"
    assert told(chain, timedelta(minutes=2)).startswith("uitkomstmeldingen: 1 verstuurd")
    assert standin.asked == ["POST", "PUT", "POST"]
    assert standin.outcomes == {"P-1": "VT-01-01"}


@pytest.mark.parametrize("refusal", [400, 409, 410])
def test_a_put_that_is_refused_although_it_is_there_says_why(
    chain: Chain, standin: ReporterStandin, refusal: int
) -> None:
    """The lost POST did arrive: the second one hears so, and what the PUT heard is the reason."""
    listening(decided(chain))
    standin.weather.extend(["cut", refusal])
    told(chain)
    assert told(chain, timedelta(minutes=2)).endswith("1 niet te bezorgen")
    assert rows(chain)[0][2:] == ("permanent", f"http-{refusal}")
    assert standin.asked == ["POST", "PUT", "POST"]


def test_after_one_that_was_taken_a_refused_put_is_a_refusal(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.weather.extend(["fine", 400])
    told(chain)
    assert standin.asked == ["POST", "PUT"]
    assert [row[2:] for row in rows(chain)] == [("sent", ""), ("permanent", "http-400")]


def test_what_follows_one_that_was_refused_may_still_be_posted(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.absent = 400
    standin.weather.append(422)
    told(chain)
    assert standin.asked == ["POST", "PUT", "POST"]
    assert standin.outcomes == {"P-1": "VT-02"}


def test_a_later_status_waits_for_the_one_before_it(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.weather.append(503)
    told(chain)
    assert standin.asked == ["POST"]
    told(chain, timedelta(minutes=2))
    assert [status for _, _, status in standin.history] == ["VT-01-01", "VT-02"]


def test_what_is_there_already_is_put_and_what_is_gone_is_posted(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01"])
    standin.outcomes["P-1"] = "VT-02"  # this ledger was restored from an older copy
    told(chain)
    assert standin.asked == ["POST", "PUT"]
    standin.outcomes.clear()
    owed(chain, 1, ["VT-03"], after=1)
    told(chain)
    assert standin.asked == ["POST", "PUT", "PUT", "POST"]
    assert standin.outcomes == {"P-1": "VT-03"}


@pytest.mark.parametrize("weather", [[400], [404], [409, 409], [410], [412], [422]])
def test_what_is_refused_for_good_becomes_a_task_for_the_worker(
    chain: Chain, standin: ReporterStandin, weather: list[int]
) -> None:
    listening(decided(chain))
    standin.weather.extend(weather)
    assert told(chain).endswith("1 niet te bezorgen")
    reason = f"http-{weather[0]}"
    assert rows(chain) == [(1, "VT-01-01", "permanent", reason)]
    assert lost(chain) == [("OUTCOME", chain.case.worker, reason)]
    with chain.ledger.reading() as session:
        notice = session.exec(select(Message).where(Message.rung == "OUTCOME_FAILED")).one()
        [act] = session.exec(select(Audit).where(Audit.act == "uitkomstmelding-mislukt"))
    assert (notice.party, notice.label, notice.step_id) == (chain.case.worker, "Terugkoppeling", act.step_id)
    assert told(chain, timedelta(days=9)) == ""


def test_a_system_that_stays_away_is_given_up_after_the_ladder(chain: Chain, standin: ReporterStandin) -> None:
    listening(decided(chain))
    standin.weather.extend([401] * 99)
    later = timedelta()
    for wait in (*LADDER, timedelta()):
        assert told(chain, later) != ""
        later += wait + timedelta(minutes=1)
    assert rows(chain)[0][2:] == ("permanent", "relay-http-401")
    assert len(lost(chain)) == 1


def test_a_missing_secret_waits_for_the_operator(chain: Chain, configured: Configure, standin: ReporterStandin) -> None:
    listening(decided(chain))
    configured(FILE.format(url="http://127.0.0.1:9/"), {})
    told(chain)
    assert rows(chain)[0][2:] == ("temporary", "relay-KR-GEHEIM")


def test_who_died_with_it_in_hand_leaves_it_to_the_next_after_the_lease(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.weather.append(503)
    told(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        row = work.session.exec(select(StatusReturn).where(StatusReturn.ordinal == 1)).one()
        row.state, row.lease_until = DeliveryState.CLAIMED, chain.now + timedelta(minutes=1)
    assert told(chain, timedelta(seconds=50)) == ""
    told(chain, timedelta(minutes=2))
    assert [method for method, _, _ in standin.history] == ["POST", "PUT"]
    assert standin.asked == ["POST", "PUT", "POST", "PUT"]


def test_an_older_status_is_skipped_when_a_later_one_was_told(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    told(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        work.session.exec(select(StatusReturn).where(StatusReturn.ordinal == 1)).one().state = DeliveryState.TEMPORARY
    assert told(chain) == ""
    assert rows(chain)[0] == (1, "VT-01-01", "permanent", OVERTAKEN)
    assert standin.outcomes == {"P-1": "VT-02"}


def test_nothing_is_lost_or_doubled_in_a_storm(
    chain: Chain, standin: ReporterStandin, record_property: Callable[[str, object], None]
) -> None:
    """Some reports, eight statuses each, and a system that fails at random."""
    chance, number = tier.chance("outcomes"), tier.scaled(3, 40)
    for place in range(number):
        owed(chain, chain.report(household=f"H-{place}").report_id, STATUSES)
    weather: tuple[int | str, ...] = ("fine", "fine", "cut", 503, 502, 429)
    standin.weather.extend(chance.choice(weather) for _ in range(20 * number))
    later = timedelta()
    while any(state not in ("sent", "permanent") for _, _, state, _ in rows(chain)) or not rows(chain):
        told(chain, later)
        later += timedelta(hours=1)
        assert later < timedelta(days=30)
    assert {row[2] for row in rows(chain)} == {"sent"}
    assert set(standin.outcomes.values()) == {"VT-99"}
    for place in range(number):
        heard = [status for _, of, status in standin.history if of == f"P-{place + 1}"]
        assert list(dict.fromkeys(heard)) == STATUSES
        assert [method for method, of, _ in standin.history if of == f"P-{place + 1}"].count("POST") == 1
    record_property("said", f"{number * 8} statuses in a storm: {len(standin.asked)} questions, {later} of time")


def test_the_log_tells_neither_number_nor_status(
    chain: Chain, standin: ReporterStandin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listening(decided(chain))
    standin.weather.extend([502, 400])
    told(chain)
    told(chain, timedelta(minutes=2))
    assert "P-1" not in caplog.text
    assert "VT-01" not in caplog.text


def test_the_doctor_asks_for_a_report_that_does_not_exist(
    chain: Chain, configured: Configure, standin: ReporterStandin, played: tuple[object, str]
) -> None:
    system = configured(FILE.format(url=played[1]), {"aan-politie": KEY}).reporters[0]
    assert [finding.good for finding in preflight(system)] == [True]
    for weather in (403, "page 404", "page 200", "fine"):
        standin.weather.append(weather)
        standin.outcomes = {NOBODYS: "VT-03"}
        [finding] = preflight(system)
        assert not finding.good
    away = FILE.format(url="http://127.0.0.1:9/")
    system = configured(away, {"aan-politie": KEY}).reporters[0]
    assert "geen-verbinding" in preflight(system)[0].advice
    assert standin.history == []
