"""A copy taken while others write is whole; an older one that is put back sends nothing twice without saying so."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from integrations.faults import armed
from integrations.ledger import SYSTEM, Ledger, copies, settings_table
from integrations.ledger.audit import verify
from integrations.ledger.restored import MOVED, OLDER, STAMPED
from integrations.ledger.tables import Audit, Delivery, DeliveryState, Step
from integrations.settings import settings
from tasks.backup_ledger import backup_ledger
from tasks.examine_ledger import examine_ledger
from tasks.restore_ledger import mark_restored, restore_ledger
from tasks.settle_restore import settle_restore
from tasks.show_status import show_status
from tests.chain import Chain
from tests.faults.restore_world import BACK, COPIED, CRASHED, SOON, Region, reused
from tests.faults.spool import Spool, spool
from tests.faults.tier import FULL as WHOLE_PROGRAMME
from tests.faults.tier import scaled
from tests.ledger import postgres_server
from tests.ledger.postgres_server import Server
from tests.region import START, with_region

Said = Callable[[str, object], None]
WRITERS = 8
POINTS = ["restore.settled", "restore.ready", "restore.placed"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    """A mail server in a process of its own."""
    with spool(tmp_path_factory.mktemp("spool")) as running:
        yield running


@pytest.fixture(scope="module")
def at_the_copy(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory, server: Spool) -> tuple[bytes, Chain]:
    """A region with mails that went and mails that wait, at the moment of the copy: its file, and where it was."""
    path = shutil.copy(ledger_template, tmp_path_factory.mktemp("region") / "ledger.sqlite")
    made = Region(Chain(with_region(Ledger(f"sqlite:///{path}"))), server, "before")
    made.until_the_copy()
    return made.chain.saved()


@pytest.fixture
def region(ledger: Ledger, at_the_copy: tuple[bytes, Chain], server: Spool, request: pytest.FixtureRequest) -> Region:
    """That region, in a place of its own."""
    made = Region(Chain(ledger), server, "".join(filter(str.isalnum, request.node.name)))
    made.chain.restored(at_the_copy)
    return made


def by_command(region: Region, copy: Path) -> None:
    """As the guide says."""
    region.ledger.dispose()
    assert restore_ledger(region.ledger, copy, BACK).waiting > 0


def by_hand(region: Region, copy: Path) -> None:
    """As somebody in a hurry does it: the file itself, and nothing said."""
    region.ledger.dispose()
    for ending in ("-wal", "-shm"):
        region.file.with_name(f"{region.file.name}{ending}").unlink(missing_ok=True)
    shutil.copy(copy, region.file)


def stamped(region: Region, folder: Path) -> Path:
    """A copy as `backup` makes it."""
    return backup_ledger(region.ledger, folder, COPIED).path


def bare(region: Region, folder: Path) -> Path:
    """A copy by other means, which bears no stamp."""
    copies.copy(region.file, folder / "bare.sqlite", 1.0, None)
    return folder / "bare.sqlite"


@pytest.mark.parametrize(
    ("copied", "put_back", "cause"),
    [(stamped, by_command, "opdracht"), (stamped, by_hand, STAMPED), (bare, by_hand, OLDER)],
    ids=["by the command", "by hand", "by hand, from a copy without a stamp"],
)
def test_an_older_copy_sends_nothing_twice_without_saying_so(
    region: Region,
    tmp_path: Path,
    copied: Callable[[Region, Path], Path],
    put_back: Callable[[Region, Path], None],
    cause: str,
    record_property: Said,
) -> None:
    copy = copied(region, tmp_path)
    region.lost_days(CRASHED if WHOLE_PROGRAMME else SOON)
    put_back(region, copy)
    after = region.after()
    again = region.repeats(after)
    assert len(again) > 1
    assert region.unmarked(after) == []
    assert reused(region.mails()) == {}
    with region.ledger.reading() as session:
        rows = session.exec(select(Audit).where(Audit.act == "teruggezet")).all()
        assert [row.details["reden"] for row in rows] == [cause]
        assert verify(session) is None
        assert session.exec(select(Step.id).where(Step.run_id != "")).all() == []
    record_property("said", f"T5 restored ({cause}): {len(region.before)} mails before, {len(again)} again, all marked")


def test_a_copy_that_is_put_back_twice_gives_no_reference_twice(region: Region, tmp_path: Path) -> None:
    copy = stamped(region, tmp_path)
    region.lost_days(SOON)
    for number in (1, 2):
        by_hand(region, copy)
        assert region.after((0, 24 * number))
        with region.ledger.reading() as session:
            assert settings_table.get(session, "restored_times") == str(number)
    assert reused(region.mails()) == {}


def test_what_becomes_due_after_the_restore_is_not_marked(region: Region, tmp_path: Path) -> None:
    copy = stamped(region, tmp_path)
    region.lost_days(SOON)
    by_command(region, copy)
    region.after()
    seen = len(region.mails())
    region.chain.report("2026-05-18T10:00", household="H-20")
    region.round(BACK + timedelta(days=5, hours=3))
    fresh = [mail for mail in region.mails()[seen:] if region.doubts()[mail.reference] == 0]
    assert fresh
    assert all("herhaling" not in mail.body for mail in fresh)


def test_status_and_doctor_tell_of_an_older_ledger_that_nobody_announced(region: Region, tmp_path: Path) -> None:
    copy = bare(region, tmp_path)
    region.lost_days(SOON)
    by_hand(region, copy)
    told = "; ".join(show_status(region.ledger, BACK).problems)
    assert "oudere kopie" in told
    region.after((0,))
    for later, shown in ((timedelta(hours=1), True), (timedelta(days=2), False)):
        assert ("bemerkt op" in "; ".join(show_status(region.ledger, BACK + later).problems)) is shown
    [check] = [c for c in examine_ledger(region.ledger, BACK) if c.what == "herstel"]
    assert check.verdict == "warn"


def test_settling_happens_once_and_costs_a_healthy_ledger_nothing(region: Region, tmp_path: Path) -> None:
    copy = stamped(region, tmp_path)
    with region.ledger.reading() as session:
        waiting = session.exec(select(Delivery).where(Delivery.state == DeliveryState.PLANNED)).all()
    assert settle_restore(region.ledger, BACK) == 0
    by_hand(region, copy)
    assert settle_restore(region.ledger, BACK) == len(waiting) > 0
    assert settle_restore(region.ledger, BACK) == 0


def test_a_ledger_put_back_with_its_whole_machine_can_be_marked_by_hand(region: Region) -> None:
    assert mark_restored(region.ledger, BACK).waiting > 0
    with region.ledger.reading() as session:
        assert settings_table.get(session, "restored_until") == BACK.isoformat()


def test_a_new_ledger_in_the_place_of_another_is_no_older_copy(
    region: Region, ledger_template: Path, tmp_path: Path
) -> None:
    region.lost_days(SOON)
    by_hand(region, ledger_template)
    with_region(region.ledger)
    assert settle_restore(region.ledger, BACK) == 0


@pytest.mark.parametrize("point", POINTS if WHOLE_PROGRAMME else POINTS[-1:])
def test_a_restore_that_is_killed_leaves_a_whole_ledger_and_can_be_done_again(
    region: Region, tmp_path: Path, point: str
) -> None:
    copy = stamped(region, tmp_path)
    region.lost_days(SOON)
    region.ledger.dispose()
    killed_at(point, lambda: restore_ledger(Ledger(str(region.ledger.url)), copy, BACK))
    with region.ledger.reading() as session:
        assert (verify(session), copies.is_whole(session)) == (None, True)
        assert (settings_table.get(session, "restored_times") == "1") is (point == "restore.placed")
    by_command(region, copy)
    assert region.unmarked(region.after((0, 1))) == []
    assert [file.name for file in region.file.parent.iterdir() if ".part" in file.name] == []


def test_a_copy_that_is_killed_before_it_was_checked_never_gets_its_name(region: Region, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    region.ledger.dispose()
    killed_at("backup.checked", lambda: stamped(region, folder))
    assert list(folder.glob("ketenregie-*")) == []
    assert stamped(region, folder).exists()


def killed_at(point: str, act: Callable[[], object]) -> None:
    """Do this in a child that is killed at that point."""

    def die(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        with armed(die):
            act()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def copies_while_writing(ledger: Ledger, folder: Path, number: int) -> list[Path]:
    """Eight writers, and so many copies made meanwhile."""
    over = threading.Event()

    def write(writer: int) -> None:
        own = Ledger(ledger.url.render_as_string(hide_password=False))
        while not over.is_set():
            with own.unit_of_work(now=START, actor=SYSTEM) as uow:
                count = int(settings_table.get(uow.session, "count") or 0) + 1
                settings_table.put(uow, "count", str(count))
                uow.audit("schrijven", schrijver=writer, nummer=count)
        own.dispose()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        return [backup_ledger(ledger, folder, COPIED + timedelta(seconds=n)).path for n in range(number)]
    finally:
        over.set()
        for thread in threads:
            thread.join()


def acts(ledger: Ledger) -> list[int]:
    """The numbers of the acts in the trail, which must be whole and agree with what they counted."""
    with ledger.reading() as session:
        assert verify(session) is None
        found = session.exec(select(Audit).where(Audit.act == "schrijven").order_by("seq")).all()
        assert str(len(found)) == (settings_table.get(session, "count") or "0")
        return [int(row.details["nummer"]) for row in found]


def test_copies_made_while_eight_write_each_restore_whole(
    ledger: Ledger, tmp_path: Path, record_property: Said
) -> None:
    made = copies_while_writing(with_region(ledger), tmp_path / "copies", scaled(3, 20))
    lengths = []
    for path in made:
        assert path.stat().st_mode & 0o777 == 0o600
        place = Ledger(f"sqlite:///{tmp_path / path.name}")
        restore_ledger(place, path, BACK)
        numbers = acts(place)
        assert numbers == list(range(1, len(numbers) + 1))
        lengths.append(len(numbers))
        place.dispose()
    assert lengths == sorted(lengths)
    assert lengths[-1] > lengths[0]
    assert sorted(p.name for p in (tmp_path / "copies").iterdir()) == sorted(p.name for p in made)
    record_property("said", f"T5 {len(made)} copies while 8 wrote, from {lengths[0]} to {lengths[-1]} acts, all whole")


@pytest.mark.postgres
def test_a_dump_of_postgresql_made_while_eight_write_restores_into_an_empty_database(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path))
    settings.cache_clear()
    postgres.create("first")
    first = Ledger(postgres.url("first"))
    first.upgrade()
    chain = Chain(with_region(first))
    chain.report()
    assert settle_restore(first, START) == 0
    dump = copies_while_writing(first, tmp_path / "copies", 2)[-1]
    for name, restore in (("second", restore_ledger), ("third", None)):
        postgres.create(name)
        place = Ledger(postgres.url(name))
        if restore:
            done = restore(place, dump, BACK)
            assert (done.times, done.audit_seq > 1) == (1, True)
        else:  # with the server's own program: the database is another one than it lived in
            program = postgres_server.BINARIES[-1] / "pg_restore"
            address = place.url.set(drivername="postgresql").render_as_string()
            subprocess.run([program, "-d", address, dump], check=True)
            settle_restore(place, BACK)
            with place.reading() as session:
                assert settings_table.get(session, "restored_cause") == MOVED
        assert len(acts(place)) > 0
        place.dispose()
    first.dispose()
