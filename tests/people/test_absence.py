"""Who is away or gone is replaced in the same round, no term moves, and it shows (domain 2.2; museum 13)."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain.duty import AbsenceCause
from domain.errors import InputRefusal, Refusal, StateRefusal
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.people import roster
from integrations.ledger.tables import Absence, Audit, Message, MessageState, ProfessionalRow, StepState
from tasks.end_absence import end_absence
from tasks.list_people import PersonLine, list_people
from tasks.load_region import load_region
from tasks.record_absence import record_absence
from tasks.record_departure import record_departure
from tests.chain import Chain
from tests.people.post import Post
from tests.region import DOOR, kustland, moment
from tests.stages import reported

MORNING = moment("2026-04-22T08:00")
DEPARTED = "VT-201"


def absent(chain: Chain, code: str, by: str = "", until: str = "", cause: AbsenceCause = AbsenceCause.SICK) -> Absence:
    until_at = moment(until) if until else None
    return record_absence(chain.ledger, code, cause, by or code, door=DOOR, now=chain.now, until_at=until_at)


def line(chain: Chain, code: str) -> PersonLine:
    return next(found for found in list_people(chain.ledger, chain.now) if found.code == code)


def reasons(chain: Chain, party: str) -> set[tuple[str, str]]:
    with chain.ledger.reading() as session:
        found = session.exec(select(Message).where(Message.party == party)).all()
    return {(message.state, message.reason) for message in found if message.state != MessageState.CANCELLED}


def test_messages_of_who_is_away_go_to_the_deputy_and_no_term_moves(chain: Chain) -> None:
    reported(chain)
    before = chain.due("safety_assessment")
    absent(chain, "VT-201", until="2026-04-23T00:00")
    post = Post()
    assert "VT-202" in post.round(chain.ledger, MORNING)
    assert reasons(chain, "VT-201") == {("sent", "vervangen:VT-202")}
    assert (chain.due("safety_assessment"), chain.step("safety_assessment").owner) == (before, "VT-201")
    assert "VT-201" in _late(chain, post, "2026-04-29T08:00")


def test_the_deputy_of_the_deputy_stands_in_and_after_them_the_lead(chain: Chain) -> None:
    reported(chain)
    for code in ("VT-201", "VT-202"):
        absent(chain, code)
    post = Post()
    assert "VT-203" in post.round(chain.ledger, MORNING)
    absent(chain.at("2026-04-22T09:00"), "VT-203")
    assert _late(chain, post, "2026-04-29T08:00") >= {"VT-209"}


def _late(chain: Chain, post: Post, at: str) -> set[str]:
    chain.sweep(at)
    return set(post.round(chain.ledger, chain.now))


def test_who_comes_back_gets_the_own_messages_again(chain: Chain) -> None:
    reported(chain)
    absent(chain, "VT-201")
    assert line(chain, "VT-201").stands_in == "VT-202"
    end_absence(chain.ledger, "VT-201", "VT-201", door=DOOR, now=MORNING)
    assert line(chain.at("2026-04-22T08:00"), "VT-201").stands_in == ""
    assert "VT-201" in Post().round(chain.ledger, MORNING)


def test_an_absence_ends_by_itself_and_one_to_come_changes_nothing_yet(chain: Chain) -> None:
    reported(chain)
    monday, friday = moment("2026-05-04T00:00"), moment("2026-05-08T00:00")
    leave = AbsenceCause.LEAVE
    record_absence(chain.ledger, "VT-201", leave, "VT-201", door=DOOR, now=chain.now, from_at=monday, until_at=friday)
    assert (line(chain, "VT-201").away, line(chain, "VT-201").away_until) == (False, None)
    assert (line(chain.at("2026-05-04T00:00"), "VT-201").away_until) == friday
    assert not line(chain.at("2026-05-08T00:00"), "VT-201").away


def test_who_left_is_silent_at_once_and_the_open_steps_stay_due_and_show(chain: Chain) -> None:
    reported(chain)
    before = {step.id: step.due_at for step in chain.steps("safety_assessment")}
    open_steps = line(chain, DEPARTED).open_steps
    assert record_departure(chain.ledger, DEPARTED, "VT-209", door=DOOR, now=chain.now) == open_steps > 0
    found = line(chain, DEPARTED)
    assert (found.active, found.open_steps, found.stands_in) == (False, open_steps, "VT-202")
    assert {step.id: step.due_at for step in chain.steps("safety_assessment")} == before
    assert chain.step("safety_assessment").state == StepState.OPEN
    post = Post()
    got = set(post.round(chain.ledger, MORNING)) | _late(chain, post, "2026-04-29T08:00")
    assert DEPARTED not in got
    assert {"VT-202", "VT-209"} <= got


def test_a_region_file_does_not_bring_back_who_left_but_the_command_does(chain: Chain) -> None:
    record_departure(chain.ledger, DEPARTED, "VT-209", door=DOOR, now=chain.now)
    load_region(chain.ledger, kustland(), chain.now)
    assert not line(chain, DEPARTED).active
    end_absence(chain.ledger, DEPARTED, "VT-209", door=DOOR, now=chain.now)
    load_region(chain.ledger, kustland(), chain.now)
    assert line(chain, DEPARTED).active


def test_a_new_case_never_goes_to_a_worker_who_is_away(chain: Chain) -> None:
    for code in ("VT-201", "VT-202"):
        absent(chain, code)
    chain.report()
    assert chain.case.worker == "VT-203"


def test_a_step_nobody_owns_is_told_to_the_lead_in_the_same_sweep(chain: Chain) -> None:
    reported(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        step = work.session.merge(chain.step("safety_assessment"))
        step.owner = ""
    assert "VT-209" in _late(chain, Post(), "2026-04-29T08:00")
    assert list_people(chain.ledger, chain.now)[-1] == PersonLine("", open_steps=1)


def test_in_a_region_where_nobody_can_be_reached_the_message_fails_and_shows(chain: Chain) -> None:
    reported(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        for row in work.session.exec(select(ProfessionalRow)):
            row.channels = []
    assert Post().round(chain.ledger, MORNING) == []
    with chain.ledger.reading() as session:
        failed = session.exec(select(Message).where(Message.state == MessageState.FAILED)).all()
        acts = session.exec(select(Audit).where(Audit.act == "bericht-mislukt")).all()
    assert {message.reason for message in failed} == {"niemand"}
    assert len(acts) == len(failed) > 0


def test_the_trail_says_who_is_away_and_never_why(chain: Chain) -> None:
    absent(chain, "VT-201", "VT-209", until="2026-05-01")
    with chain.ledger.reading() as session:
        act = session.exec(select(Audit).where(Audit.act == "persoon-afwezig")).one()
        row = session.exec(select(Absence)).one()
    assert (act.actor, act.details["code"], row.cause) == ("VT-209", "VT-201", "sick")
    assert "sick" not in str(act.details)


@pytest.mark.parametrize("by", ["VT-202", "VT-911", "WT-209", "CM-001", "KR-002"])
def test_only_who_divides_the_work_and_the_person_may_record_an_absence(chain: Chain, by: str) -> None:
    with pytest.raises(Refusal) as refusal:
        absent(chain, "VT-201", by)
    assert refusal.value.code == "KR-ROL"
    assert not line(chain, "VT-201").away


@pytest.mark.parametrize(("code", "by"), [("WT-201", "WT-209"), ("WT-201", "KR-001"), ("VT-201", "VT-990")])
def test_the_local_lead_may_for_the_own_team_and_the_chain_director_for_all(chain: Chain, code: str, by: str) -> None:
    absent(chain, code, by)
    assert line(chain, code).away


def test_nobody_can_record_their_own_departure(chain: Chain) -> None:
    with pytest.raises(Refusal) as refusal:
        record_departure(chain.ledger, "VT-201", "VT-201", door=DOOR, now=chain.now)
    assert refusal.value.code == "KR-ROL"


def test_an_absence_that_ends_before_it_begins_and_one_that_is_not_there_are_refused(chain: Chain) -> None:
    with pytest.raises(InputRefusal, match="KR-AFWEZIG-TIJD"):
        absent(chain, "VT-201", until="2026-04-01")
    with pytest.raises(StateRefusal, match="KR-NIET-AFWEZIG"):
        end_absence(chain.ledger, "VT-201", "VT-201", door=DOOR, now=chain.now)
    with pytest.raises(Refusal, match="KR-CODE-ONBEKEND"):
        absent(chain, "VT-999", "VT-209")


def test_what_is_over_is_not_read_again(ledger: Ledger, chain: Chain) -> None:
    absent(chain, "VT-201", until="2026-04-21T00:00")
    with ledger.reading() as session:
        assert roster(session, chain.now).duty.absences
        assert not roster(session, chain.now + timedelta(days=2)).duty.absences
