"""No address and no token of a channel leaves by a log, an output, an error or a table."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import SQLModel

from deployments.mail_catcher import MailCatcher
from integrations.ledger import Ledger
from integrations.ledger.contacts import address_book
from integrations.mail import AppriseSender, quiet
from integrations.settings import Settings
from tasks.deliver_messages import deliver_messages
from tests.messages.rows import NOW, plan, planned
from tests.messages.servers import CLOSE, closed_port, http, smtp

CANARY = "vt-101@werk.example"
TOKEN = "geheim-teken-van-het-kanaal"


class Ear(logging.Handler):
    """Hears everything, as text, with the traceback and the arguments."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.heard = ""

    def emit(self, record: logging.LogRecord) -> None:
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.heard += f"{record.name} {record.getMessage()} {record.args!r} {error}\n"


@pytest.fixture
def ear(caplog: pytest.LogCaptureFixture) -> Iterator[Ear]:
    """An ear on the root and on Apprise itself, at the lowest level there is."""
    handler = Ear()
    loggers = [logging.getLogger(name) for name in (None, "apprise", "mail.log")]
    for logger in loggers:
        caplog.set_level(1, logger=logger.name if logger.name != "root" else None)
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


def through_every_fate(tmp_path: Path) -> None:
    """Mails that arrive, are refused, doubted and lost; calls that arrive and fail; channels that do not exist."""
    mail = f"mail:{CANARY}"
    with MailCatcher(tmp_path / "mail") as catcher:
        AppriseSender(Settings(mail_port=catcher.port)).send(mail, "Taak", "Tekst", "BKXF-TRQW")
    for reply in ("250 ok", f"550 {CANARY} unknown", f"451 {CANARY} later", CLOSE):
        for stage in ("RCPT", "body"):
            with smtp(**{stage: reply}) as server:
                AppriseSender(Settings(mail_port=server.port)).send(mail, "Taak", "Tekst", "BKXF-TRQW")
    AppriseSender(Settings(mail_port=closed_port())).send(mail, "Taak", "Tekst", "BKXF-TRQW")
    for status in (202, 500):
        with http(status) as (port, _):
            url = SecretStr(f"json://127.0.0.1:{port}/{TOKEN}")
            AppriseSender(Settings(channels={"a": url})).send("org:a", "Taak", "Tekst", "BKXF-TRQW")
    for channel in (f"mail:{CANARY},{CANARY}", f"unknown://{TOKEN}", f"json://{CANARY}:99999/{TOKEN}", "mail:één@x.nl"):
        AppriseSender(Settings()).send(channel, "Taak", "Tekst", "BKXF-TRQW")


def test_no_log_says_an_address_or_a_token(ear: Ear, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    through_every_fate(tmp_path)
    heard = ear.heard + "".join(capfd.readouterr())
    assert CANARY not in heard
    assert TOKEN not in heard
    assert "apprise" not in ear.heard


def test_http_libraries_still_log_for_others(ear: Ear) -> None:
    AppriseSender(Settings()).send(f"json://127.0.0.1:{closed_port()}/{TOKEN}", "Taak", "Tekst", "BKXF-TRQW")
    logging.getLogger("urllib3.connectionpool").debug("of someone else")
    assert "of someone else" in ear.heard
    assert TOKEN not in ear.heard


def test_without_our_silence_the_same_sends_do_leak(ear: Ear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("apprise")
    monkeypatch.setattr(logger, "filters", [])
    monkeypatch.setattr(quiet, "silence", lambda: None)
    through_every_fate(tmp_path)
    assert CANARY in ear.heard
    assert TOKEN in ear.heard


def test_silence_is_restored_when_someone_sets_up_logging_anew(ear: Ear, tmp_path: Path) -> None:
    logger = logging.getLogger("apprise")
    logger.filters.clear()
    logger.propagate, logger.disabled, logger.level = True, True, logging.CRITICAL
    with http(500) as (port, _):
        given = AppriseSender(Settings())
        assert given.send(f"json://127.0.0.1:{port}/{TOKEN}", "Taak", "Tekst", "BKXF-TRQW").reason == "http-500"
    assert TOKEN not in ear.heard


def test_no_table_but_that_of_professionals_holds_an_address(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"))
    with smtp(RCPT=f"550 {CANARY} unknown") as server:
        assert deliver_messages(ledger, NOW, AppriseSender(Settings(mail_port=server.port))).permanent == 2
    with ledger.reading() as session:
        tables = [name for name in SQLModel.metadata.tables if name != "professional"]
        dump = {name: repr(session.connection().execute(text(f"SELECT * FROM {name}")).all()) for name in tables}
    assert not [name for name, rows in dump.items() if "@" in rows]
    assert "smtp-550" in dump["delivery"]


def test_nothing_that_holds_a_channel_shows_it_when_printed(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    with ledger.reading() as session:
        book = address_book(session)
    assert book.channel("VT-101", 0) == f"mail:{CANARY}"
    assert book.channel("VT-101", 1) == ""
    assert "@" not in repr(book)
