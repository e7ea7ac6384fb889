"""T5 on PostgreSQL: a connection that breaks at any statement, and a commit of which nobody hears, lose nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from integrations.ledger import Ledger
from tests.faults.database_faults import COMMITTED, Fault, struck
from tests.faults.database_world import Place, filled
from tests.faults.tier import chance, scaled
from tests.ledger import postgres_server
from tests.ledger.postgres_server import Server

Said = Callable[[str, object], None]
AWAY = "KR-ADMINISTRATIE-ONBEREIKBAAR"
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A real server; its database `due` is a ledger on which much is due."""
    if not postgres_server.installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server.running() as server:
        server.create("due")
        ledger = Ledger(server.url("due"))
        ledger.upgrade()
        filled(ledger)
        ledger.dispose()
        yield server


def strikes(server: Server, faults: list[Fault]) -> Counter[str]:
    """Each fault in a round of its own on a ledger of its own; after it all is as it must be."""
    said: Counter[str] = Counter()
    for number, fault in enumerate(faults):
        name = f"struck_{number}"
        server.create(name, "due")
        place = Place(Ledger(server.url(name)))
        with struck(place.ledger, fault):
            code = place.stopped_by()
        place.closed()
        said[code or "went on"] += fault.fired
        place.recovers()
        place.closed()
        server.drop(name)
    return said


def passed(server: Server, kinds: tuple[str, ...]) -> int:
    """How many such moments one undisturbed round has."""
    server.create("count", "due")
    place = Place(Ledger(server.url("count")))
    with struck(place.ledger, Fault(0, kinds=kinds)) as counted:
        place.round()
    place.closed()
    server.drop("count")
    return counted.passed


def test_a_connection_that_breaks_at_any_statement_or_commit_leaves_nothing_half(
    postgres: Server, record_property: Said
) -> None:
    def hang_up(driver: Any) -> None:
        driver.close()

    most = passed(postgres, Fault(0).kinds)
    moments = [1, *sorted(chance("postgres").sample(range(2, most + 1), scaled(1, 40)))]
    said = strikes(postgres, [Fault(0, n, before=hang_up) for n in moments])
    assert said[AWAY] > 0
    assert set(said) <= {AWAY, "went on"}
    record_property("said", f"T5 PostgreSQL: connection broken at {said.total()} of {most} moments: {dict(said)}")


def test_a_commit_of_which_nobody_hears_is_not_done_twice(postgres: Server, record_property: Said) -> None:
    def unheard(_: int) -> Exception:
        return psycopg.OperationalError("the acknowledgement was lost")

    most = passed(postgres, (COMMITTED,))
    moments = range(1, most + 1) if scaled(0, 1) else [1]
    said = strikes(postgres, [Fault(0, n, (COMMITTED,), error=unheard) for n in moments])
    assert said[AWAY] > 0
    record_property("said", f"T5 PostgreSQL: {said.total()} commits unheard of: {dict(said)}")
