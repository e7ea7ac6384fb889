"""Who reads cannot write."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.errors import WrongUse
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Setting
from tests.ledger.rows import NOW


def _statement(session: Session) -> None:
    session.connection().execute(text("UPDATE setting SET value = 'virtual'"))


def _flush(session: Session) -> None:
    session.add(Setting(name="region", value="x"))
    session.flush()


def _commit(session: Session) -> None:
    session.add(Setting(name="region", value="x"))
    session.commit()


def _only_add(session: Session) -> None:
    session.add(Setting(name="region", value="x"))


def _change(session: Session) -> None:
    session.get_one(Setting, "clock").value = "virtual"


def _remove(session: Session) -> None:
    session.delete(session.get_one(Setting, "clock"))


@pytest.mark.parametrize("write", [_statement, _flush, _commit, _only_add, _change, _remove])
def test_a_reader_that_writes_is_refused(ledger: Ledger, write: Callable[[Session], None]) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        settings_table.put(uow, "clock", "real")
    with pytest.raises(WrongUse, match="KR-ALLEEN-LEZEN"), ledger.reading() as session:
        write(session)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert settings_table.get(uow.session, "clock") == "real"
        assert settings_table.get(uow.session, "region") is None


def test_reading_and_writing_take_turns_on_the_same_ledger(ledger: Ledger) -> None:
    for number in range(5):
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            settings_table.put(uow, "number", str(number))
        with ledger.reading() as session:
            assert settings_table.get(session, "number") == str(number)


def test_a_ledger_opens_again_after_it_was_disposed(ledger: Ledger) -> None:
    ledger.dispose()
    with ledger.reading() as session:
        assert settings_table.get(session, "clock") is None
