"""A unit of work happens whole or not at all."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlmodel import select

from domain.errors import InputRefusal, WrongUse
from integrations.ledger import SYSTEM, Actor, Ledger, current_ledger, settings_table
from integrations.ledger.tables import Audit, Outbox, Setting, Step
from integrations.settings import settings
from tests.ledger.rows import NOW, add_step, the_step


def test_what_a_unit_of_work_did_is_there_for_another_process(ledger: Ledger, ledger_url: str) -> None:
    with ledger.unit_of_work(now=NOW, actor=Actor("VT-101", "triagist", "formulier")) as uow:
        add_step(uow)
        uow.audit("open_step", ground="WMO 4.1.1", case_reference="K-1", step_id="s-1", poging=1)
        uow.tell_prefect("start_run", "s-1")
    other = Ledger(ledger_url)
    with other.reading() as session:
        row = session.exec(select(Audit)).one()
        assert (row.seq, row.at, row.actor, row.role, row.door) == (1, NOW, "VT-101", "triagist", "formulier")
        assert (row.act, row.ground, row.case_reference, row.step_id) == ("open_step", "WMO 4.1.1", "K-1", "s-1")
        assert row.details == {"poging": 1}
        assert session.exec(select(Outbox.act, Outbox.written_at)).one() == ("start_run", NOW)
    other.dispose()


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_nothing(ledger: Ledger, failure: type[BaseException]) -> None:
    def fail_at_the_end() -> None:
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            add_step(uow)
            uow.audit("open_step")
            uow.tell_prefect("start_run", "s-1")
            uow.session.flush()
            raise failure

    with pytest.raises(failure):
        fail_at_the_end()
    with ledger.reading() as session:
        assert [session.exec(select(table)).all() for table in (Step, Audit, Outbox)] == [[], [], []]


def test_after_a_failure_the_next_unit_of_work_has_its_turn(ledger: Ledger) -> None:
    with pytest.raises(ValueError), ledger.unit_of_work(now=NOW, actor=SYSTEM):  # noqa: PT011
        raise ValueError
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        settings_table.put(uow, "clock", "real")
    with ledger.reading() as session:
        assert settings_table.get(session, "clock") == "real"


def test_a_unit_of_work_inside_another_is_refused_and_both_leave_nothing(ledger: Ledger) -> None:
    def nest() -> None:
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as outer:
            outer.audit("buiten")
            with ledger.unit_of_work(now=NOW, actor=SYSTEM) as inner:
                inner.audit("binnen")

    with pytest.raises(WrongUse, match="KR-TRANSACTIE-GENEST"):
        nest()
    with ledger.reading() as session:
        assert session.exec(select(Audit)).all() == []


def test_committing_by_hand_ends_the_unit_of_work(ledger: Ledger) -> None:
    """Half a unit of work must not be possible unseen."""

    def commit_and_go_on() -> None:
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            uow.session.commit()
            uow.audit("na de commit")

    with pytest.raises(InvalidRequestError, match="closed transaction"):
        commit_and_go_on()


def test_a_moment_without_a_zone_is_refused(ledger: Ledger) -> None:
    naive = datetime(2026, 4, 20, 9, 30)  # noqa: DTZ001
    with pytest.raises(InputRefusal, match="KR-TIJD-ONGELDIG"), ledger.unit_of_work(now=naive, actor=SYSTEM):
        pass


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/St_Johns"])
def test_a_moment_comes_back_aware_and_equal(ledger: Ledger, zone: str) -> None:
    moment = datetime(2026, 10, 25, 2, 30, 0, 1, fold=1, tzinfo=ZoneInfo(zone))
    with ledger.unit_of_work(now=moment, actor=SYSTEM) as uow:
        add_step(uow).due_at = moment
    with ledger.reading() as session:
        found = the_step(session).due_at
    assert found is not None
    assert (found, found.utcoffset()) == (moment.astimezone(ZoneInfo("UTC")), timedelta(0))


def test_objects_stay_readable_after_the_commit(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        step = add_step(uow)
    assert (step.id, step.kind) == ("s-1", "triage")


def test_a_row_may_be_added_before_the_row_it_points_to(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.tell_prefect("start_run", "s-1")
        uow.session.flush()
        add_step(uow)
    with ledger.reading() as session:
        assert session.exec(select(Outbox.step_id)).one() == "s-1"


def test_a_row_that_points_to_nothing_is_refused_at_the_end(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.tell_prefect("start_run", "nergens")
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert uow.session.exec(select(Outbox)).all() == []


def test_an_error_of_the_database_repeats_no_value(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        settings_table.put(uow, "KANARIE", "x")
    with pytest.raises(IntegrityError) as caught, ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.add(Setting(name="KANARIE", value="y"))
    assert "KANARIE" not in f"{caught.value!r} {caught.value} {caught.value.orig!r}"


def test_a_setting_is_put_twice_and_has_the_last_value(ledger: Ledger) -> None:
    with ledger.reading() as session:
        assert settings_table.get(session, "region") is None
    for value in ("Kustland", "Heuvelland"):
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            settings_table.put(uow, "region", value)
    with ledger.reading() as session:
        assert settings_table.get(session, "region") == "Heuvelland"


def test_the_current_ledger_is_one_for_each_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for name in ("a", "a", "b"):
        monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / name))
        settings.cache_clear()
        made.append(current_ledger())
    settings.cache_clear()
    assert made[0] is made[1]
    assert made[1].url != made[2].url
