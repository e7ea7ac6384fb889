"""The mail server of the demo and the stories."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from deployments.mail_catcher import MailCatcher, read_mailbox


def send(port: int, subject: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "van@werk.example", "aan@werk.example"
    message.set_content("Eén regel – met een streepje\n")
    with smtplib.SMTP("127.0.0.1", port) as relay:
        relay.send_message(message)


def test_what_was_sent_is_read_back_in_order_of_arrival(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    with MailCatcher(tmp_path) as catcher:
        for number in range(12):
            send(catcher.port, f"Bericht {number} é")
    caught = read_mailbox(tmp_path)
    assert [mail.subject for mail in caught] == [f"Bericht {number} é" for number in range(12)]
    assert {mail.to for mail in caught} == {"aan@werk.example"}
    assert {mail.body for mail in caught} == {"Eén regel – met een streepje\n"}
    assert before <= caught[0].arrived <= caught[-1].arrived <= datetime.now(UTC)
    assert caught[0].reference == ""


def test_a_restart_keeps_the_port_and_what_was_there(tmp_path: Path) -> None:
    catcher = MailCatcher(tmp_path).start()
    send(catcher.port, "voor")
    catcher.stop()
    catcher.stop()
    port = catcher.port
    with catcher:
        send(port, "na")
    assert [mail.subject for mail in read_mailbox(tmp_path)] == ["voor", "na"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.eml", "000002.eml"]


def test_an_empty_mailbox_is_an_empty_list(tmp_path: Path) -> None:
    assert read_mailbox(tmp_path / "nothing") == []
