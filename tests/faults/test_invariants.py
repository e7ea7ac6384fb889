"""The invariants hold on a ledger that is right, and each is broken by the fault it is there for."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text, update

from integrations.ledger import SYSTEM
from integrations.ledger.tables import Delivery
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.faults.invariants import Mail, broken, check
from tests.faults.rules_of_rows import database_whole
from tests.faults.spool import Spool, spool
from tests.stages import decided, offered, reported
from tests.steps.conftest import chain, ledger, one_ledger, region_template

__all__ = ["chain", "ledger", "one_ledger", "region_template"]
REMINDER, LATE = "2026-04-24T10:00", "2026-05-12T10:00"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    with spool(tmp_path_factory.mktemp("spool")) as running:
        yield running


@pytest.fixture
def told(chain: Chain, server: Spool, request: pytest.FixtureRequest) -> tuple[Chain, list[Mail]]:
    """A case with a reminder and the steps above it, all sent."""
    reported(chain)
    by = str(abs(hash(request.node.name)))
    for at in (REMINDER, LATE):
        chain.sweep(at)
        deliver_messages(chain.ledger, chain.now, server.sender(by))
    return chain, server.mails(by)


def test_they_hold_on_a_ledger_that_is_right(told: tuple[Chain, list[Mail]], server: Spool) -> None:
    chain, mails = told
    assert len(mails) > 5

    def again() -> None:
        sweep_deadlines(chain.ledger, chain.now)
        deliver_messages(chain.ledger, chain.now, server.sender("again"))

    check(chain.ledger, mails, chain.now, again=again)
    assert server.mails("again") == []


@pytest.mark.parametrize("stage", [decided, offered])
def test_they_hold_along_the_chain(chain: Chain, server: Spool, stage: Callable[[Chain], Chain]) -> None:
    stage(chain)
    chain.sweep()
    deliver_messages(chain.ledger, chain.now, server.sender(stage.__name__))
    check(chain.ledger, server.mails(stage.__name__), chain.now, settled=False)


FAULTS = {
    "I1 lost": "DELETE FROM message WHERE rung = 'L2'",
    "I1 still": "UPDATE message SET state = 'planned', bundle_id = NULL WHERE rung = 'L2'",
    "I1 failed": "UPDATE message SET state = 'failed' WHERE rung = 'L2'",
    "I3 sent": """UPDATE professional SET channels = '["mail:elders@werk.example"]'""",
    "I4 for": "UPDATE message SET party = 'WT-202' WHERE rung = 'L2'",
    "I4 a mail that nobody decided": "UPDATE message SET bundle_id = NULL, state = 'skipped', reason = 'x'",
    "I5 decided before its date": "UPDATE message SET owed_at = '2027-01-01 00:00:00.000000' WHERE rung = 'L2'",
    "I5 decided after": "UPDATE step SET state = 'done', closed_at = '2026-04-21 00:00:00.000000'",
    "I6 sent by no delivery": "UPDATE delivery SET state = 'temporary'",
    "I6 still temporary": "UPDATE delivery SET state = 'temporary', next_try_at = '2027-01-01 00:00:00.000000'",
    "I6 done, and": "UPDATE step SET state = 'done', closed_at = '2027-01-01 00:00:00.000000' WHERE closed_at IS NULL",
    "I7 foreign_key_check": "UPDATE message SET step_id = 'weg' WHERE rung = 'L2'",
}


@pytest.mark.parametrize("said", FAULTS)
def test_each_is_broken_by_its_fault(told: tuple[Chain, list[Mail]], said: str) -> None:
    chain, mails = told
    with chain.ledger.writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        for statement in FAULTS[said].split(";"):
            connection.execute(text(statement))
        connection.exec_driver_sql("BEGIN")
    chain.ledger.dispose()
    if said.startswith("I7"):
        assert list(database_whole(chain.ledger)) == [said]
    else:
        assert [line for line in broken(chain.ledger, mails, chain.now) if line.startswith(said)]


def test_a_second_copy_needs_a_recorded_doubt(told: tuple[Chain, list[Mail]]) -> None:
    chain, mails = told
    twice = [*mails, mails[0]]
    assert [line[:11] for line in broken(chain.ledger, twice, chain.now)] == ["I3 2 copies"]
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.connection().execute(update(Delivery).values(indefinite=1))
    check(chain.ledger, twice, chain.now)


def test_a_mail_at_a_wrong_address_or_with_another_text_is_seen(told: tuple[Chain, list[Mail]]) -> None:
    chain, mails = told
    first = mails[0]
    wrong = [first._replace(to="elders@werk.example"), first._replace(body="iets anders"), first._replace(reference="")]
    found = "\n".join(broken(chain.ledger, mails + wrong, chain.now))
    assert all(said in found for said in ("I4 at a wrong address", "I3 two texts", "I4 a mail that nobody decided"))
