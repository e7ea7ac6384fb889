"""What the ledger remembers for a BRP, on both databases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.signals import SignalCode
from integrations.ledger import Ledger
from tasks.brp_memory import BrpMemory
from tests.ledger.conftest import dialect, ledger_url
from tests.region import moment

__all__ = ["dialect", "ledger_url"]
NOW = moment("2026-05-20T06:00")
NOT_THERE, AWAY = SignalCode.NOT_AT_ADDRESS, SignalCode.RESIDENCE_UNKNOWN


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    fresh = Ledger(ledger_url)
    yield fresh
    fresh.dispose()


def test_each_source_keeps_its_own_marks_and_no_others(ledger: Ledger) -> None:
    here, there = BrpMemory(ledger, "KUST", NOW), BrpMemory(ledger, "DUIN", NOW)
    there.keep(frozenset({"a"}))
    here.keep(frozenset({"a", "b"}))
    here.keep(frozenset({"b", "c"}))
    assert (here.ours(), there.ours()) == (frozenset("bc"), frozenset("a"))


def test_a_code_is_known_from_the_day_it_was_first_heard_until_it_is_over(ledger: Ledger) -> None:
    def heard(code: SignalCode | None, days: int, person: str = "A") -> str:
        return BrpMemory(ledger, "KUST", NOW + timedelta(days)).heard("ZAAK", person, code).isoformat()

    assert [heard(NOT_THERE, 0), heard(NOT_THERE, 1)] == ["2026-05-20", "2026-05-20"]
    assert heard(NOT_THERE, 1, person="B") == "2026-05-21", "somebody else"
    assert [heard(AWAY, 2), heard(NOT_THERE, 3)] == ["2026-05-22", "2026-05-23"], "one code puts an end to another"
    heard(None, 4)
    assert heard(NOT_THERE, 5) == "2026-05-25"
    BrpMemory(ledger, "KUST", NOW).over(frozenset({"EEN ANDERE"}))
    assert heard(NOT_THERE, 6) == "2026-05-26"
