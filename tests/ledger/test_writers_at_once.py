"""Writers take turns: threads of one process and, as separate ledgers here, processes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import repeat

import pytest
from sqlmodel import select

from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger, audit, settings_table
from integrations.ledger.tables import Audit
from tests.ledger.rows import NOW, THREADS, add_step, at_once, the_step

type_of_sharing = pytest.mark.parametrize("shared", [True, False], ids=["one ledger", "a ledger each"])


@contextmanager
def ledgers(url: str, shared: bool) -> Iterator[list[Ledger]]:
    """A ledger for each thread: the same one, or its own as another process would have."""
    made = [Ledger(url) for _ in range(1 if shared else THREADS)]
    with ExitStack() as stack:
        for ledger in made:
            stack.callback(ledger.dispose)
        yield list(repeat(made[0], THREADS)) if shared else made


@type_of_sharing
def test_no_increment_is_lost_and_the_chain_does_not_fork(ledger_url: str, shared: bool) -> None:
    with ledgers(ledger_url, shared) as each:

        def increment(thread: int) -> None:
            for _ in range(25):
                with each[thread].unit_of_work(now=NOW, actor=SYSTEM) as uow:
                    before = int(settings_table.get(uow.session, "counter") or 0)
                    settings_table.put(uow, "counter", str(before + 1))
                    uow.audit("increment", thread=thread, before=before)

        at_once(increment)
        with each[0].reading() as session:
            assert settings_table.get(session, "counter") == str(THREADS * 25)
            befores = [row.details["before"] for row in session.exec(select(Audit).order_by("seq"))]
            assert befores == list(range(THREADS * 25))
            assert audit.verify(session) is None


@type_of_sharing
def test_of_two_outcomes_of_one_step_exactly_one_wins(ledger_url: str, shared: bool) -> None:
    with ledgers(ledger_url, shared) as each:
        with each[0].unit_of_work(now=NOW, actor=SYSTEM) as uow:
            add_step(uow)

        def close(thread: int) -> bool:
            with each[thread].unit_of_work(now=NOW, actor=SYSTEM) as uow:
                step = the_step(uow.session)
                if step.state == "done":
                    return False
                step.state, step.outcome = "done", str(thread)
                return True

        won = at_once(close)
        with each[0].reading() as session:
            assert [won.index(True), won.count(True)] == [int(the_step(session).outcome), 1]


def hold_from_outside(ledger: Ledger, act: Callable[[], None]) -> None:
    other = Ledger(ledger.url.render_as_string(hide_password=False))
    with other.unit_of_work(now=NOW, actor=SYSTEM):
        act()
    other.dispose()


def test_a_ledger_held_by_another_process_gives_a_code_and_nothing_is_recorded(ledger_url: str) -> None:
    patient = Ledger(ledger_url, busy_seconds=0.2)

    def try_to_write() -> None:
        with (
            pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BEZET"),
            patient.unit_of_work(now=NOW, actor=SYSTEM) as uow,
        ):
            uow.audit("te laat")

    hold_from_outside(patient, try_to_write)
    with patient.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert audit.head(uow.session) == audit.EMPTY
    patient.dispose()


def test_a_thread_that_waits_too_long_for_another_gets_the_same_code(ledger_url: str) -> None:
    ledger = Ledger(ledger_url, busy_seconds=0.2)

    def write(_: int) -> None:
        with ledger.unit_of_work(now=NOW, actor=SYSTEM):
            pass

    with (
        ledger.unit_of_work(now=NOW, actor=SYSTEM),
        pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BEZET"),
    ):
        at_once(write)
    ledger.dispose()


def test_reading_waits_for_no_writer_and_sees_no_half_work(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        settings_table.put(uow, "clock", "real")
        uow.session.flush()
        with ledger.reading() as session:
            assert settings_table.get(session, "clock") is None


def test_a_reader_sees_one_moment(ledger: Ledger) -> None:
    with ledger.reading() as session:
        assert settings_table.get(session, "clock") is None
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            settings_table.put(uow, "clock", "real")
        assert settings_table.get(session, "clock") is None
    with ledger.reading() as session:
        assert settings_table.get(session, "clock") == "real"
