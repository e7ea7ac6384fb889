"""A message that reached nobody shows everywhere until a person takes it up."""

from collections.abc import Sequence

import pytest
from sqlmodel import select

from domain.errors import InputRefusal, RoleRefusal, StateRefusal, UnknownRefusal
from flows.board_text import failed_rows
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Audit, Message, MessageState, Outbox, ProfessionalRow, Step
from integrations.mail import Result, Verdict
from tasks.deliver_messages import deliver_messages
from tasks.list_messages import list_messages
from tasks.read_board import read_board
from tasks.run_facts import FAILED_TAG, run_facts, running_steps
from tasks.show_status import show_status
from tasks.take_up_message import take_up_message
from tests.messages.rows import NOW, REFERENCE, later, losses, messages, plan, planned
from tests.messages.test_failures import Refusing


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger on which the message to VT-101 was refused for good."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"))
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        for step in work.session.exec(select(Step)):
            step.kind, step.subject = "monitoring", step.id
    deliver_messages(ledger, NOW, Refusing("VT-101"))
    return ledger


def take_up(ledger: Ledger, number: int, by: str = "VT-201", how: str = "phoned") -> int:
    return take_up_message(ledger, number, how, by, door="opdracht", now=later(hours=1))


def tags(ledger: Ledger, step: str) -> bool:
    """Whether a run of this step is tagged, seen alone and among all."""
    alone = FAILED_TAG in run_facts(ledger, step, NOW).tags
    among = {facts.step_id: FAILED_TAG in facts.tags for facts in running_steps(ledger, NOW)}
    assert among[step] == alone
    return alone


def outbox(ledger: Ledger) -> Sequence[str]:
    with ledger.reading() as session:
        return session.exec(select(Outbox.step_id).where(Outbox.act == "tag_run")).all()


def test_it_shows_on_the_run_the_board_the_list_and_the_status(ledger: Ledger) -> None:
    assert (tags(ledger, "s-1"), tags(ledger, "s-2")) == (True, False)
    assert outbox(ledger) == ["s-1"]
    [row] = failed_rows(read_board(ledger, NOW))
    assert (row["bericht"], row["zaak"], row["voor"], row["reden"]) == (1, REFERENCE, "VT-101", "smtp-550")
    assert [row.id for row in list_messages(ledger, state=MessageState.FAILED)] == [1]
    assert show_status(ledger, NOW).unhandled == 1


def test_taken_up_it_shows_no_more_and_the_trail_says_who_and_how(ledger: Ledger) -> None:
    assert take_up(ledger, 1) == 1
    assert not tags(ledger, "s-1")
    assert failed_rows(read_board(ledger, NOW)) == []
    assert show_status(ledger, NOW).unhandled == 0
    [row] = list_messages(ledger, state=MessageState.FAILED)
    assert (row.handled_by, row.handled_how, row.handled_at) == ("VT-201", "phoned", later(hours=1))
    with ledger.reading() as session:
        [line] = session.exec(select(Audit).where(Audit.act == "bericht-opgepakt")).all()
    assert (line.actor, line.step_id, line.details) == ("VT-201", "s-1", {"bericht": 1, "hoe": "phoned"})


def test_the_tag_is_told_to_prefect_when_it_comes_and_when_it_goes(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        for row in work.session.exec(select(Outbox)):
            row.done_at = NOW
    take_up(ledger, 1)
    assert outbox(ledger) == ["s-1", "s-1"]


def test_who_took_it_up_before_the_task_went_out_needs_no_task(ledger: Ledger) -> None:
    take_up(ledger, 1)
    sender = Refusing()
    deliver_messages(ledger, later(hours=2), sender)
    assert sender.sent == []
    assert [(loss.state, loss.reason) for loss in losses(ledger)] == [("cancelled", "opgepakt")]


@pytest.mark.parametrize("asked", [1, 3, 4])
def test_one_telephone_call_answers_the_message_and_all_that_was_lost_about_it(ledger: Ledger, asked: int) -> None:
    for minute in (1, 2):
        deliver_messages(ledger, later(minutes=minute), Refusing("VT-201", "PR-101"))
    assert [loss.state for loss in losses(ledger)] == ["failed", "failed"]
    assert show_status(ledger, NOW).unhandled == 3
    assert take_up(ledger, asked) == 3
    assert show_status(ledger, NOW).unhandled == 0


def test_what_did_not_fail_or_was_taken_up_cannot_be_taken_up(ledger: Ledger) -> None:
    with pytest.raises(StateRefusal, match="KR-BERICHT-NIET-MISLUKT"):
        take_up(ledger, 2)
    take_up(ledger, 1)
    with pytest.raises(StateRefusal, match="KR-BERICHT-NIET-MISLUKT"):
        take_up(ledger, 1, by="VT-102")
    assert messages(ledger)[0].handled_by == "VT-201"


def test_an_unknown_message_person_role_or_way_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UnknownRefusal, match="KR-BERICHT-ONBEKEND"):
        take_up(ledger, 99)
    with pytest.raises(UnknownRefusal, match="KR-CODE-ONBEKEND"):
        take_up(ledger, 1, by="VT-999")
    with pytest.raises(RoleRefusal, match="KR-ROL"):
        take_up(ledger, 1, by="CM-101")
    with pytest.raises(InputRefusal, match="KR-KEUZE-ONGELDIG"):
        take_up(ledger, 1, how="pigeon")
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(ProfessionalRow, "VT-102").active = False
    with pytest.raises(RoleRefusal, match="KR-CODE-INACTIEF"):
        take_up(ledger, 1, by="VT-102")
    assert messages(ledger)[0].handled_at is None


def test_a_lost_message_for_good_is_never_sent_again(ledger: Ledger) -> None:
    take_up(ledger, 1)
    sender = Refusing()
    deliver_messages(ledger, later(days=20), sender)
    assert sender.sent == []
    with ledger.reading() as session:
        assert session.get_one(Message, 1).state == MessageState.FAILED
    assert Result(Verdict.SENT).route_down is False
