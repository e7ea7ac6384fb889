"""Mail that was accepted and came back after all: found by our reference, whatever the bytes around it."""

import mailbox
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import Parser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import SQLModel, select

from domain.errors import OutsideFailure
from integrations.bounces import Report, read_report
from integrations.ledger import SYSTEM, Actor, Ledger, settings_table
from integrations.ledger.tables import Audit
from integrations.mail import AppriseSender
from integrations.settings import Settings, settings
from tasks.deliver_messages import deliver_messages
from tasks.import_bounces import Imported, import_bounces
from tests.faults.tier import chance, scaled
from tests.messages.rows import NOW, bundles, close_step, deliveries, later, losses, messages, plan, planned
from tests.messages.servers import smtp
from tests.messages.test_failures import Refusing

OPERATOR = Actor("beheer", "beheer", "opdracht")
CANARY = "jan.de.vries@huis.example"


def report(
    reference: str = "BKXF-TRQW", status: str = "5.1.1", action: str = "failed", recipient: str = "vt-101@werk.example"
) -> bytes:
    """A delivery report as a mail server makes one, with the headers of the mail it returns."""
    mail = MIMEMultipart("report")
    mail.set_param("report-type", "delivery-status")
    mail["Subject"], mail["From"] = "Undelivered Mail Returned to Sender", "MAILER-DAEMON@relay.example"
    mail.attach(MIMEText(f"I am sorry: {CANARY} 0612345678 does not exist."))
    fates = MIMEBase("message", "delivery-status")
    reporting = "Reporting-MTA: dns; relay.example\n\n"
    fate = (
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {CANARY}\n"
    )
    fates.set_payload([Parser().parsestr(reporting), Parser().parsestr(fate)])
    mail.attach(fates)
    returned = EmailMessage()
    returned["Subject"] = f"Taak VB voor zaak K7Q3-H9FM-C [{reference}]"
    returned["X-Ketenregie-Kenmerk"] = reference
    returned["Message-ID"] = f"<{reference}@localhost.localdomain>"
    mail.attach(MIMEMessage(returned))
    return mail.as_bytes()


@pytest.fixture
def sent(ledger: Ledger) -> Ledger:
    """A ledger of which one mail, about two steps, was sent."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    plan(ledger, planned("s-1"), planned("s-2"))
    deliver_messages(ledger, NOW, Refusing())
    return ledger


def reference(ledger: Ledger) -> str:
    return bundles(ledger)[0].reference


def take_in(ledger: Ledger, folder: Path, *mails: bytes) -> Imported:
    folder.mkdir(exist_ok=True)
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)
    return import_bounces(ledger, folder, OPERATOR, later(hours=1))


def dump(ledger: Ledger) -> str:
    with ledger.reading() as session:
        tables = (
            session.connection().execute(text(f"SELECT * FROM {name}")).all() for name in SQLModel.metadata.tables
        )
        return repr(list(tables))


def test_a_report_is_read_for_codes() -> None:
    found = read_report(report())
    assert found == Report(("BKXF-TRQW",), "5.1.1", final=True, addresses=frozenset({"vt-101@werk.example"}))
    assert "@" not in repr(found)


@pytest.mark.parametrize(
    ("status", "action", "final"),
    [
        ("5.1.1", "failed", True),
        ("5.7.1 (mailbox full)", "failed", True),
        ("4.4.7", "failed", True),
        ("4.4.1", "delayed", False),
        ("5.0.0", "", True),
        ("4.2.2", "", False),
    ],
)
def test_given_up_is_final_and_delayed_is_not(status: str, action: str, final: bool) -> None:
    found = read_report(report(status=status, action=action))
    assert found
    assert (found.final, found.status) == (final, status.split(" ")[0])


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_news_of_a_delivery_is_no_bounce(action: str) -> None:
    assert read_report(report(status="2.0.0", action=action)) is None


@pytest.mark.parametrize("place", ["header", "message-id", "subject", "encoded subject", "body"])
def test_our_reference_is_found_wherever_a_server_leaves_it(place: str) -> None:
    mail = report("XXXX-XXXX").decode()
    empty = "\n".join(line for line in mail.splitlines() if "XXXX-XXXX" not in line)
    told = {
        "header": "X-Ketenregie-Kenmerk: BKXF-TRQW",
        "message-id": "Message-ID: <BKXF-TRQW@ergens.example>",
        "subject": "Subject: Taak VB [BKXF-TRQW]",
        "encoded subject": "Subject: =?utf-8?b?VGFhayBbQktYRi1UUlFXXQ==?=",
        "body": "",
    }[place]
    if place == "body":
        found = read_report(empty.replace("I am sorry", "Kenmerk: BKXF-TRQW").encode())
    else:
        found = read_report(empty.replace("MIME-Version: 1.0", f"MIME-Version: 1.0\n{told}", 1).encode())
    assert found
    assert found.references == ("BKXF-TRQW",)


def test_a_mail_that_came_back_is_lost_and_becomes_a_task(sent: Ledger, tmp_path: Path) -> None:
    assert take_in(sent, tmp_path / "in", report(reference(sent))) == Imported(bounced=1)
    [delivery] = deliveries(sent)
    assert (delivery.state, delivery.reason, delivery.bounced_at) == ("permanent", "bounce 5.1.1", later(hours=1))
    assert [(message.state, message.reason) for message in messages(sent)] == [("failed", "bounce 5.1.1")] * 2
    assert [(loss.party, loss.state, loss.owed_at) for loss in losses(sent)] == [
        ("VT-201", "planned", later(hours=1))
    ] * 2


def test_taking_in_the_same_report_again_changes_nothing(sent: Ledger, tmp_path: Path) -> None:
    take_in(sent, tmp_path / "in", report(reference(sent)))
    before = dump(sent)
    assert take_in(sent, tmp_path / "in", report(reference(sent))) == Imported(known=1)
    assert take_in(sent, tmp_path / "in", report(reference(sent), status="5.2.1")) == Imported(known=1)
    assert dump(sent) == before


def test_a_delay_is_noted_and_changes_nothing(sent: Ledger, tmp_path: Path) -> None:
    before = dump(sent)
    assert take_in(sent, tmp_path / "in", report(reference(sent), "4.4.1", "delayed")) == Imported(delayed=1)
    assert dump(sent) == before


def test_what_is_no_report_on_us_is_counted_and_left(sent: Ledger, tmp_path: Path) -> None:
    before = dump(sent)
    strange = [report("ZZZZ-ZZZZ"), b"", b"\xff" * 300, b"Subject: Hallo\n\nIk ben met verlof.\n", report()[:200]]
    assert take_in(sent, tmp_path / "in", *strange) == Imported(unknown=5)
    assert dump(sent) == before
    assert len(list((tmp_path / "in").iterdir())) == 5


def test_nothing_of_the_text_of_a_report_is_kept_or_said(
    sent: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    take_in(sent, tmp_path / "in", report(reference(sent), recipient=CANARY), report()[:400])
    assert CANARY not in dump(sent)
    assert CANARY not in caplog.text
    assert "0612345678" not in dump(sent) + caplog.text
    with sent.reading() as session:
        [line] = session.exec(select(Audit).where(Audit.act == "bericht-teruggekomen")).all()
    assert line.details == {"bezorging": 1, "reden": "bounce 5.1.1"}


def test_a_step_that_closed_meanwhile_makes_no_task(sent: Ledger, tmp_path: Path) -> None:
    close_step(sent, "s-1")
    take_in(sent, tmp_path / "in", report(reference(sent)))
    assert [(message.state, message.reason) for message in messages(sent)] == [
        ("cancelled", "stap-klaar"),
        ("failed", "bounce 5.1.1"),
    ]
    assert [loss.step_id for loss in losses(sent)] == ["s-2"]


def test_of_two_addresses_the_one_that_came_back_is_lost_and_the_other_is_enough(
    ledger: Ledger, tmp_path: Path
) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"channels": ["mail:een@werk.example", "mail:twee@werk.example"]}})
    deliver_messages(ledger, NOW, Refusing())
    assert take_in(ledger, tmp_path / "a", report(reference(ledger), recipient="Twee@werk.example")).bounced == 1
    assert [delivery.state for delivery in deliveries(ledger)] == ["sent", "permanent"]
    assert messages(ledger)[0].state == "sent"
    assert take_in(ledger, tmp_path / "b", report(reference(ledger), recipient="een@werk.example")).bounced == 1
    assert messages(ledger)[0].state == "failed"


def test_a_forwarded_mail_comes_back_from_an_address_we_do_not_know(sent: Ledger, tmp_path: Path) -> None:
    assert take_in(sent, tmp_path / "in", report(reference(sent), recipient="elders@x.example")).bounced == 1
    assert messages(sent)[0].state == "failed"


def test_a_task_that_comes_back_goes_one_person_further(sent: Ledger, tmp_path: Path) -> None:
    take_in(sent, tmp_path / "a", report(reference(sent)))
    deliver_messages(sent, later(hours=2), Refusing())
    second = bundles(sent)[1].reference
    take_in(sent, tmp_path / "b", report(second, recipient="vt-201@werk.example"))
    assert {(loss.party, loss.state) for loss in losses(sent)} == {("VT-201", "failed"), ("PR-101", "planned")}


def maildir(folder: Path, *mails: bytes) -> Path:
    box = mailbox.Maildir(folder)
    for mail in mails:
        box.add(mail)
    return folder


def mbox(folder: Path, *mails: bytes) -> Path:
    box = mailbox.mbox(folder)
    for mail in mails:
        box.add(mail)
    box.close()
    return folder


@pytest.mark.parametrize("make", [maildir, mbox])
def test_a_maildir_and_an_mbox_are_read_whole(sent: Ledger, tmp_path: Path, make: Callable[..., Path]) -> None:
    path = make(tmp_path / "box", b"Subject: hallo\n\nniets\n", report(reference(sent)), report("ZZZZ-ZZZZ"))
    assert import_bounces(sent, path, OPERATOR, NOW) == Imported(bounced=1, unknown=2)


def test_one_file_is_read_too_and_what_is_not_there_is_an_error(sent: Ledger, tmp_path: Path) -> None:
    (tmp_path / "een.eml").write_bytes(report(reference(sent)))
    assert import_bounces(sent, tmp_path / "een.eml", OPERATOR, NOW) == Imported(bounced=1)
    with pytest.raises(OutsideFailure, match="KR-BESTAND"):
        import_bounces(sent, tmp_path / "niets", OPERATOR, NOW)


def test_each_round_of_deliveries_reads_what_is_new_in_the_maildir_of_the_settings(
    sent: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = maildir(tmp_path / "box", report(reference(sent)), b"Subject: hallo\n\nniets\n")
    monkeypatch.setenv("KETENREGIE_BOUNCES", str(box))
    settings.cache_clear()
    try:
        delivered = deliver_messages(sent, later(hours=1), sender := Refusing())
        again = deliver_messages(sent, later(hours=2), sender)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (delivered.returned, delivered.sent) == (Imported(bounced=1, unknown=1), 1)
    assert again.returned == Imported()
    assert [mail.get_flags() for mail in mailbox.Maildir(box)] in (["S", ""], ["", "S"])
    assert len(mailbox.Maildir(box)) == 2


def test_a_mailbox_that_is_not_there_stops_no_delivery(
    sent: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETENREGIE_BOUNCES", str(tmp_path / "niets"))
    settings.cache_clear()
    try:
        assert deliver_messages(sent, NOW, Refusing()).returned == Imported()
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_what_a_real_relay_took_and_then_returned_is_recognised(ledger: Ledger, tmp_path: Path) -> None:
    plan(ledger, planned("s-1"))
    with smtp() as server:
        assert deliver_messages(ledger, NOW, AppriseSender(Settings(mail_port=server.port))).sent == 1
    returned = MIMEMultipart("report")
    fates = MIMEBase("message", "delivery-status")
    fates.set_payload(
        [Parser().parsestr("Final-Recipient: rfc822; vt-101@werk.example\nAction: failed\nStatus: 5.1.1\n")]
    )
    returned.attach(fates)
    headers = server.kept[0].partition(b"\r\n\r\n")[0]
    attached = MIMEBase("text", "rfc822-headers")
    attached.set_payload(headers)
    returned.attach(attached)
    assert take_in(ledger, tmp_path / "in", returned.as_bytes()) == Imported(bounced=1)
    assert messages(ledger)[0].state == "failed"


@given(st.binary(max_size=2_000))
def test_no_bytes_whatever_raise(raw: bytes) -> None:
    found = read_report(raw)
    assert found is None or found.references


def test_no_mutation_of_a_report_raises_or_brings_anything_but_codes(
    record_property: Callable[[str, object], None],
) -> None:
    drawn, whole, number = chance("bounces"), report(), scaled(1_500, 60_000)
    understood = 0
    for _ in range(number):
        raw = bytearray(whole)
        for _ in range(drawn.randint(1, 12)):
            place = drawn.randrange(len(raw))
            match drawn.randrange(4):
                case 0:
                    raw[place] = drawn.randrange(256)
                case 1:
                    del raw[place : place + drawn.randint(1, 60)]
                case 2:
                    raw[place:place] = bytes(drawn.randrange(256) for _ in range(drawn.randint(1, 20)))
                case _:
                    raw += raw[place : place + 200]
        found = read_report(bytes(raw))
        understood += found is not None
        assert found is None or all(len(reference) == 9 for reference in found.references)
        assert found is None or found.status.replace(".", "").isdigit()
    assert 0 < understood < number
    record_property("said", f"bounces: {number} mutated reports, {understood} still understood, none raised")
