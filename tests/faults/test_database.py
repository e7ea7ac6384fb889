"""T5: a database that is locked, full, read-only or broken: nothing is lost, nothing is half, and it is said."""

import os
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.audit import head
from tests.faults import invariants, sometimes
from tests.faults.database_faults import (
    COMMITTED,
    FULL,
    IO_ERROR,
    READ_ONLY,
    STATEMENT,
    Fault,
    struck,
)
from tests.faults.database_world import Place, filled
from tests.faults.tier import FULL as WHOLE_PROGRAMME
from tests.faults.tier import chance, scaled

Said = Callable[[str, object], None]
NOBODY = 65534


@pytest.fixture(scope="module")
def due(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger on which much is due and of which nobody was told."""
    path = Path(shutil.copy(ledger_template, tmp_path_factory.mktemp("due") / "due.sqlite"))
    ledger = Ledger(f"sqlite:///{path}")
    filled(ledger)
    ledger.dispose()
    return path


@pytest.fixture(scope="module")
def undisturbed(due: Path, tmp_path_factory: pytest.TempPathFactory) -> Fault:
    """How many statements and commits one round has, when nothing goes wrong."""
    place = Place.of(due, tmp_path_factory.mktemp("count"), "count")
    with struck(place.ledger, Fault(IO_ERROR)) as counted:
        place.round()
    place.closed()
    assert counted.passed > 50
    return counted


def numbers(most: int, small: int, name: str) -> list[int]:
    """Which moments to strike: all in the whole programme, else the first and some that chance takes."""
    return list(range(1, most + 1)) if WHOLE_PROGRAMME else [1, *sorted(chance(name).sample(range(2, most + 1), small))]


def strikes(due: Path, folder: Path, faults: list[Fault]) -> Counter[str]:
    """Each fault in a round of its own, and what was said of it; after it all is as it must be."""
    said: Counter[str] = Counter()
    for number, fault in enumerate(faults):
        place = Place.of(due, folder, f"{number}")
        with struck(place.ledger, fault):
            code = place.stopped_by()
        place.closed()
        if fault.fired:
            said[code or "went on"] += 1
        place.recovers()
        place.closed()
    return said


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (IO_ERROR, "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        (FULL, "KR-ADMINISTRATIE-VOL"),
        (READ_ONLY, "KR-ADMINISTRATIE-ALLEENLEZEN"),
    ],
)
def test_an_error_of_the_driver_at_any_statement_or_commit_leaves_nothing_half(
    due: Path, undisturbed: Fault, tmp_path: Path, code: int, told: str, record_property: Said
) -> None:
    moments = numbers(undisturbed.passed, 2, f"driver {code}")
    if WHOLE_PROGRAMME and code != IO_ERROR:
        moments = moments[::5]
    said = strikes(due, tmp_path, [Fault(code, n) for n in moments])
    assert said[told] > 0
    assert set(said) <= {told, "went on"}
    record_property(
        "said", f"T5 error {code} of SQLite at {said.total()} of {undisturbed.passed} moments: {dict(said)}"
    )


def test_an_error_with_which_sqlite_ends_the_transaction_does_not_let_the_rest_commit_by_itself(
    due: Path, undisturbed: Fault, tmp_path: Path, record_property: Said
) -> None:
    moments = numbers(undisturbed.passed, 3, "ends")
    said = strikes(due, tmp_path, [Fault(IO_ERROR, n, ends=True) for n in moments[:: scaled(1, 3)]])
    assert said["KR-ADMINISTRATIE-ONBEREIKBAAR"] > 0
    record_property("said", f"T5 transaction ended by SQLite at {said.total()} moments: {dict(said)}")


def test_a_disk_that_is_full_from_any_statement_on_is_told_and_the_rest_follows_when_there_is_room(
    due: Path, undisturbed: Fault, tmp_path: Path, record_property: Said
) -> None:
    def no_more_pages(driver: Any) -> None:
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages}")

    moments = numbers(undisturbed.passed, 3, "full")
    faults = [Fault(FULL, n, (STATEMENT,), before=no_more_pages) for n in moments[:: scaled(1, 3)]]
    said = strikes(due, tmp_path, faults)
    assert set(said) <= {"KR-ADMINISTRATIE-VOL", "went on"}
    assert said["KR-ADMINISTRATIE-VOL"] > 0
    record_property("said", f"T5 disk full from {said.total()} moments on: {dict(said)}")


def test_a_commit_whose_acknowledgement_is_lost_is_not_done_twice(
    due: Path, tmp_path: Path, record_property: Said
) -> None:
    place = Place.of(due, tmp_path, "count")
    with struck(place.ledger, Fault(IO_ERROR, kinds=(COMMITTED,))) as counted:
        place.round()
    place.closed()
    said = strikes(due, tmp_path, [Fault(IO_ERROR, n, (COMMITTED,)) for n in range(1, counted.passed + 1)])
    assert said.total() >= counted.passed - 1  # of the verdicts, two may share a commit
    record_property("said", f"T5 acknowledgement lost after each of {counted.passed} commits: {dict(said)}")


@pytest.mark.parametrize(
    ("held", "patience"),
    [(0.1, 10.0), (0.9, 10.0), (1.4, 0.5), *([(8.0, 10.0), (11.0, 10.0), (60.0, 10.0)] if WHOLE_PROGRAMME else [])],
)
def test_a_lock_is_waited_for_or_told_and_what_was_due_is_done_after_it(
    due: Path, tmp_path: Path, held: float, patience: float, record_property: Said
) -> None:
    place = Place.of(due, tmp_path, "locked", busy_seconds=patience)
    path, holds, ended = str(place.ledger.url.database), threading.Event(), threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        holds.set()
        time.sleep(held)
        if held > patience:
            ended.wait(600)  # also on a slow machine the lock outlives the patience
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait()
    began = time.monotonic()
    code = place.stopped_by()
    took = time.monotonic() - began
    ended.set()
    holder.join()
    assert code == ("" if held < patience else "KR-ADMINISTRATIE-BEZET")
    assert took < min(held, patience) + 60
    if code:
        assert place.post.mails == []
        sometimes.saw("lock-timeout")
    place.recovers()
    place.closed()
    record_property("said", f"T5 locked {held} s, patience {patience} s: {code or 'waited'} after {took:.1f} s")


def test_a_ledger_that_may_not_be_written_says_so_and_keeps_what_it_owes(due: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(due.parent, tmp_path / "read-only"))
    open_to_all(folder)
    place = Place(Ledger(f"sqlite:///{folder / due.name}"))
    (folder / due.name).chmod(0o444)
    folder.chmod(0o555)
    assert as_nobody(place.stopped_by) == "KR-ADMINISTRATIE-ALLEENLEZEN"
    folder.chmod(0o755)
    (folder / due.name).chmod(0o644)
    place.recovers()
    place.closed()


def open_to_all(folder: Path) -> None:
    """So that a user without rights can come as far as the folder."""
    for parent in (folder, *folder.parents[:-1]):
        if parent.owner() != "root" or not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o111)


def as_nobody(act: Callable[[], str]) -> str:
    """What it gives in a child that has no rights beyond those of anybody."""
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(inlet, act().encode())
        except BaseException as error:
            os.write(inlet, repr(error).encode())
        finally:
            os._exit(0)
    os.close(inlet)
    with os.fdopen(outlet) as told:
        answer = told.read()
    os.waitpid(child, 0)
    return answer


def test_the_log_that_a_kill_left_beside_the_ledger_is_taken_up_again(due: Path, tmp_path: Path) -> None:
    place = Place.of(due, tmp_path, "killed")
    path = Path(str(place.ledger.url.database))

    def die_after_the_sweep() -> str:
        with place.ledger.unit_of_work(now=place.now, actor=SYSTEM) as uow:
            uow.audit("gedaan", ground="beheer")
        with struck(place.ledger, Fault(0, 12, before=lambda _: os.kill(os.getpid(), 9))):
            return place.stopped_by()

    assert as_nobody_or_self(die_after_the_sweep) == ""
    log = path.with_name(f"{path.name}-wal")
    assert log.stat().st_size > 0
    moved = tmp_path / "elsewhere.sqlite"
    shutil.copy(path, moved)
    shutil.copy(log, f"{moved}-wal")  # as after a power cut: without the index that the processes shared
    there = Place(Ledger(f"sqlite:///{moved}"))
    with there.ledger.reading() as session:
        assert head(session).seq == trail_of(due) + 1
    there.recovers()
    there.closed()
    place.closed()


def as_nobody_or_self(act: Callable[[], str]) -> str:
    """What it gives in a child, '' when that was killed."""
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(inlet, act().encode())
        os._exit(0)
    os.close(inlet)
    with os.fdopen(outlet) as told:
        answer = told.read()
    assert os.waitpid(child, 0)[1] == 9
    return answer


def trail_of(path: Path) -> int:
    """How many rows the trail of this file has."""
    connection = sqlite3.connect(path)
    found: int = connection.execute("SELECT max(seq) FROM audit").fetchone()[0]
    connection.close()
    return found


def test_after_a_fault_the_ledger_is_what_an_undisturbed_round_makes_of_it(
    due: Path, undisturbed: Fault, tmp_path: Path
) -> None:
    planning = next(n for n, text in enumerate(undisturbed.names, 1) if text.startswith("INSERT INTO message"))
    calm, struck_once = Place.of(due, tmp_path, "calm"), Place.of(due, tmp_path, "struck")
    calm.round()
    with struck(struck_once.ledger, Fault(IO_ERROR, planning)):
        assert struck_once.stopped_by() == "KR-ADMINISTRATIE-ONBEREIKBAAR"
    struck_once.round()
    rows = [invariants.dump(place.ledger) for place in (calm, struck_once)]
    assert rows[0]["message"] == rows[1]["message"]
    assert rows[0]["bundle"] == rows[1]["bundle"]
    for place in (calm, struck_once):
        place.closed()
