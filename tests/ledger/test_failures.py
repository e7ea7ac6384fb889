"""What goes wrong in the database reaches people as a code with a next step."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger, audit, connections, failures
from tests.ledger.postgres_server import Server
from tests.ledger.rows import NOW


def sqlite_copy(template: Path, folder: Path) -> Ledger:
    path = folder / "ledger.sqlite"
    path.write_bytes(template.read_bytes())
    return Ledger(f"sqlite:///{path}", busy_seconds=0.2)


def write_a_megabyte(ledger: Ledger, most_pages: int) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.connection().exec_driver_sql(f"PRAGMA max_page_count = {most_pages}")
        for number in range(1000):
            uow.audit("vol", nummer=number, tekst="x" * 1000)


def lose_the_connection(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.audit("half")
        process = uow.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with psycopg.connect(str(ledger.url).replace("+psycopg", "")) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        uow.audit("nog een half")


def freeze(ledger: Ledger, other: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as half:
        half.audit("half")
        with other.unit_of_work(now=NOW, actor=SYSTEM) as uow:  # waits until the server ends the first
            uow.audit("heel")


def test_a_full_disk_gives_a_code_and_the_ledger_goes_on_when_there_is_room(
    ledger_template: Path, tmp_path: Path
) -> None:
    ledger = sqlite_copy(ledger_template, tmp_path)
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-VOL"):
        write_a_megabyte(ledger, most_pages=1)
    ledger.dispose()
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert audit.head(uow.session) == audit.EMPTY
        uow.audit("weer ruimte")
    with ledger.reading() as session:
        assert audit.verify(session) is None
    ledger.dispose()


@pytest.mark.parametrize("garbage", [b"geen database, maar tekst van enige lengte" * 30, b"\0" * 4096])
def test_a_file_that_is_no_database_gives_a_code(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(garbage)
    ledger = Ledger(f"sqlite:///{path}")
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BESCHADIGD"):
        ledger.upgrade()
    ledger.dispose()
    assert path.read_bytes() == garbage


def test_a_page_that_went_bad_gives_a_code(ledger_template: Path, tmp_path: Path) -> None:
    ledger = sqlite_copy(ledger_template, tmp_path)
    path = Path(str(ledger.url.database))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BESCHADIGD"), ledger.reading() as session:
        audit.head(session)
    ledger.dispose()


def test_a_folder_in_place_of_the_file_gives_a_code(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}")
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-ONBEREIKBAAR"), ledger.reading() as session:
        audit.head(session)
    ledger.dispose()


def test_a_place_where_no_file_can_be_made_gives_a_code_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "geheim").touch()
    ledger = Ledger(f"sqlite:///{tmp_path / 'geheim' / 'ledger.sqlite'}")
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-ONBEREIKBAAR") as caught:
        ledger.upgrade()
    assert "geheim" not in f"{caught.value}{caught.value.__cause__}"


def test_a_server_that_is_not_there_gives_a_code_without_its_address() -> None:
    ledger = Ledger("postgresql+psycopg://iemand:geheim@127.0.0.1:1/ledger", busy_seconds=1)
    with (
        pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-ONBEREIKBAAR") as caught,
        ledger.unit_of_work(now=NOW, actor=SYSTEM),
    ):
        pass
    ledger.dispose()
    assert "geheim" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.postgres
def test_a_connection_the_server_ends_in_a_unit_of_work_gives_a_code_and_the_next_one_works(postgres: Server) -> None:
    postgres.create("ends", "ledger_template")
    ledger = Ledger(postgres.url("ends"))
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-ONBEREIKBAAR"):
        lose_the_connection(ledger)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        assert audit.head(uow.session) == audit.EMPTY
    ledger.dispose()
    postgres.drop("ends")


@pytest.mark.postgres
def test_a_writer_that_froze_loses_its_turn_and_what_it_did(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FROZEN_SECONDS", 1)
    postgres.create("froze", "ledger_template")
    frozen, other = Ledger(postgres.url("froze")), Ledger(postgres.url("froze"))
    with pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-ONBEREIKBAAR"):
        freeze(frozen, other)
    with other.reading() as session:
        assert (audit.head(session).seq, audit.verify(session)) == (1, None)
    frozen.dispose()
    other.dispose()
    postgres.drop("froze")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (5, "KR-ADMINISTRATIE-BEZET"),
        (261, "KR-ADMINISTRATIE-BEZET"),
        (8, "KR-ADMINISTRATIE-ALLEENLEZEN"),
        (266, "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        (13, "KR-ADMINISTRATIE-VOL"),
        (14, "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        (11, "KR-ADMINISTRATIE-BESCHADIGD"),
        (26, "KR-ADMINISTRATIE-BESCHADIGD"),
    ],
)
def test_each_result_code_of_sqlite_has_our_code(number: int, code: str) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = number
    ours = failures.translation(DBAPIError("SELECT 1", {}, error))
    assert isinstance(ours, OutsideFailure)
    assert ours.code == code


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("08006", "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        ("25006", "KR-ADMINISTRATIE-ALLEENLEZEN"),
        ("25P03", "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        ("28P01", "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        ("40P01", "KR-ADMINISTRATIE-BEZET"),
        ("53100", "KR-ADMINISTRATIE-VOL"),
        ("53300", "KR-ADMINISTRATIE-BEZET"),
        ("55P03", "KR-ADMINISTRATIE-BEZET"),
        ("57P01", "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        ("58030", "KR-ADMINISTRATIE-ONBEREIKBAAR"),
        ("XX001", "KR-ADMINISTRATIE-BESCHADIGD"),
    ],
)
def test_each_sqlstate_of_postgresql_has_our_code(state: str, code: str) -> None:
    error = psycopg.errors.lookup(state)("x")
    ours = failures.translation(DBAPIError("SELECT 1", {}, error))
    assert isinstance(ours, OutsideFailure)
    assert ours.code == code


def test_an_error_of_our_own_making_stays_what_it_is() -> None:
    error = sqlite3.OperationalError("near SELEC: syntax error")
    error.sqlite_errorcode = 1
    assert failures.translation(DBAPIError("SELEC", {}, error)) is None
