"""Another fixed worker: steps and messages go along, due moments stay, and it has a reason (F15, F76; museum 14)."""

import pytest
from sqlmodel import col, select

from domain.duty import AssignReason
from domain.errors import Refusal
from integrations.ledger import SYSTEM
from integrations.ledger.tables import RUNNING, Audit, Message, MessageState, StepState
from tasks.assign_case import Assigned, assign_case
from tests.chain import Chain
from tests.messages.rows import planned
from tests.people.post import Post
from tests.region import DOOR, moment
from tests.stages import reported


def assign(chain: Chain, code: str, by: str = "VT-209", reason: AssignReason = AssignReason.WORKLOAD) -> Assigned:
    return assign_case(chain.ledger, chain.reference, code, reason, by, door=DOOR, now=chain.now)


def told(chain: Chain, party: str, state: str = MessageState.PLANNED) -> list[tuple[str, str, int]]:
    wanted = select(Message).where(Message.party == party, Message.state == state).order_by(col(Message.id))
    with chain.ledger.reading() as session:
        return [(message.step_id, message.rung, message.ordinal) for message in session.exec(wanted)]


def test_a_new_worker_gets_the_steps_with_their_due_moments_and_every_message_to_come(chain: Chain) -> None:
    reported(chain)
    chain.at("2026-04-21T17:00")
    open_ = {step.id: step for step in chain._steps() if step.owner == "VT-201" and step.state in RUNNING}
    assert open_
    done = assign(chain, "VT-202")
    assert (done.former, done.worker, done.steps) == ("VT-201", "VT-202", len(open_))
    after = {step.id: step for step in chain._steps() if step.id in open_}
    assert {step.owner for step in after.values()} == {"VT-202"}
    for id_, step in after.items():
        was = open_[id_]
        assert (step.due_at, step.explanation, step.next_action_at, step.deadline_version) == (
            was.due_at,
            was.explanation,
            was.next_action_at,
            was.deadline_version,
        )
    assert chain.case.worker == "VT-202"
    post = Post()
    got = set(post.round(chain.ledger, chain.now))
    for at in ("2026-04-24T08:00", "2026-04-29T08:00", "2026-05-19T08:00"):
        chain.sweep(at)
        got |= set(post.round(chain.ledger, chain.now))
    assert "VT-202" in got
    assert "VT-201" not in got


def test_what_was_planned_for_the_former_worker_goes_to_the_new_one_and_every_step_is_told_once(chain: Chain) -> None:
    reported(chain)
    waiting = told(chain, "VT-201")
    assert waiting
    assign(chain, "VT-202")
    assert told(chain, "VT-201") == []
    assert sorted(told(chain, "VT-202")) == sorted(waiting)


def test_an_open_step_that_was_told_before_is_told_anew(chain: Chain) -> None:
    reported(chain)
    Post().round(chain.ledger, moment("2026-04-22T08:00"))
    open_ = {step.id for step in chain._steps() if step.owner == "VT-201" and step.state == StepState.OPEN}
    assign(chain.at("2026-04-22T09:00"), "VT-202")
    assert {step for step, rung, _ in told(chain, "VT-202") if rung == "NOTICE"} == open_
    Post().round(chain.ledger, chain.now)
    assign(chain.at("2026-04-22T10:00"), "VT-201", "VT-202")
    assert (chain.step("safety_assessment").id, "NOTICE", 2) in told(chain, "VT-201")


def test_whom_it_was_told_already_is_not_told_twice(chain: Chain) -> None:
    reported(chain)
    step = chain.step("safety_assessment").id
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        for party in ("VT-201", "VT-202"):
            work.session.add(planned(step, party, "L1", planned_at=chain.now, case_reference=chain.reference))
    assign(chain, "VT-202")
    assert (step, "L1", 1) in told(chain, "VT-201", MessageState.SKIPPED)
    assert told(chain, "VT-202").count((step, "L1", 1)) == 1


def test_a_case_without_a_worker_gets_one_and_its_steps_an_owner(chain: Chain) -> None:
    reported(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        case = work.session.merge(chain.case)
        case.worker = ""
        for step in chain.steps("safety_assessment"):
            work.session.merge(step).owner = ""
    assert assign(chain, "VT-203").steps == 1
    assert chain.step("safety_assessment").owner == "VT-203"


def test_the_steps_of_the_duty_desk_stay_with_the_desk(chain: Chain) -> None:
    chain.report()
    assert chain.step("immediate_safety_check").owner == "VT-911"
    assign(chain, "VT-911")
    assign(chain, "VT-202")
    assert chain.step("immediate_safety_check").owner == "VT-911"
    assert chain.step("safety_assessment").owner == "VT-202"


def test_the_trail_holds_from_whom_to_whom_and_why(chain: Chain) -> None:
    reported(chain)
    assign(chain, "VT-202", reason=AssignReason.EXPERTISE)
    with chain.ledger.reading() as session:
        act = session.exec(select(Audit).where(Audit.act == "zaak-toegewezen")).one()
    assert (act.actor, act.details["van"], act.details["naar"]) == ("VT-209", "VT-201", "VT-202")
    assert (act.details["reden"], act.case_reference) == ("expertise", chain.reference)


@pytest.mark.parametrize("by", ["VT-209", "VT-990", "KR-001", "VT-201"])
def test_who_divides_the_work_and_the_worker_may(chain: Chain, by: str) -> None:
    reported(chain)
    assert assign(chain, "VT-202", by).worker == "VT-202"


@pytest.mark.parametrize(
    ("code", "by", "error"),
    [
        ("VT-203", "VT-202", "KR-ROL"),
        ("VT-203", "WT-209", "KR-ROL"),
        ("VT-203", "CM-001", "KR-ROL"),
        ("WT-201", "VT-209", "KR-TOEWIJZEN-ROL"),
        ("KR-001", "VT-209", "KR-TOEWIJZEN-ROL"),
        ("VT-201", "VT-209", "KR-TOEWIJZEN-ZELFDE"),
        ("VT-999", "VT-209", "KR-CODE-ONBEKEND"),
    ],
)
def test_what_may_not_be_is_refused_and_changes_nothing(chain: Chain, code: str, by: str, error: str) -> None:
    reported(chain)
    before = chain.written()
    with pytest.raises(Refusal) as refusal:
        assign(chain, code, by)
    assert refusal.value.code == error
    assert chain.written() == before
