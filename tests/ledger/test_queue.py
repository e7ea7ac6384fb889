"""Whoever waits to write is next, also when another writes one unit after another."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.queue import at_the_front
from tests.ledger.rows import NOW

UNIT = 0.1  # seconds; a busy machine may let somebody wait for some hundredths
TURNS = 3


def busy(ledger: Ledger, over: threading.Event, count: list[int]) -> None:
    """One unit after another, without a pause."""
    while not over.is_set():
        with ledger.unit_of_work(now=NOW, actor=SYSTEM):
            count[0] += 1
            time.sleep(UNIT)


def turns_before_mine(mine: Ledger, other: Ledger) -> int:
    """How many turns the other has had before I had one, at most, in a few tries."""
    over, count, most = threading.Event(), [0], 0
    thread = threading.Thread(target=busy, args=(other, over, count))
    thread.start()
    for _ in range(5):
        time.sleep(UNIT / 2)
        before = count[0]
        with mine.unit_of_work(now=NOW, actor=SYSTEM):
            most = max(most, count[0] - before)
    over.set()
    thread.join()
    return most


def same(ledger: Ledger) -> Ledger:
    return ledger


def another(ledger: Ledger) -> Ledger:
    return Ledger(ledger.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("of", [same, another], ids=["a thread", "another process"])
def test_who_waits_comes_before_who_has_just_written(ledger: Ledger, of: Callable[[Ledger], Ledger]) -> None:
    other = of(ledger)
    assert turns_before_mine(ledger, other) <= TURNS
    other.dispose()


def test_a_place_at_the_front_that_is_not_given_up_in_time_gives_a_code(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    with (
        at_the_front(place, 1),
        pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BEZET"),
        at_the_front(place, 0.05),
    ):
        pass
    with at_the_front(place, 0.05):
        assert place.with_name("ledger.sqlite.turn").stat().st_mode & 0o777 == 0o600


def test_where_no_file_can_be_made_nobody_is_queued(tmp_path: Path) -> None:
    place = tmp_path / "weg" / "ledger.sqlite"
    with at_the_front(place, 0.05), at_the_front(place, 0.05):
        assert not place.parent.exists()
