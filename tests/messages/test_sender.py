"""What the sender makes of every way a mail relay or a channel can behave. Real sockets, real Apprise."""

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from deployments.mail_catcher import Mailbox, MailCatcher, read_mailbox
from domain.errors import WrongUse
from integrations.mail import AppriseSender, Result, Verdict, relay
from integrations.settings import Settings
from tests.messages.certificates import certificate
from tests.messages.servers import CLOSE, DRIP, RESET, SILENT, closed_port, http, smtp

CHANNEL = "mail:vt-101@werk.example"
BODY = "Dit bericht gaat over één stap.\n\nTaak VB voor zaak K7Q3-H9FM-C\n"


def sender(port: int, *, timeout: float = 15, **changed: object) -> AppriseSender:
    """A sender to a server on this port."""
    return AppriseSender(Settings(mail_port=port, **changed), timeout=timeout)  # type: ignore[arg-type]


def sent_by(given: AppriseSender, channel: str = CHANNEL) -> Result:
    return given.send(channel, "Taak VB [BKXF-TRQW]", BODY, "BKXF-TRQW")


def test_a_mail_arrives_as_plain_text_with_our_reference_in_its_own_header(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher:
        assert sent_by(sender(catcher.port)) == Result(Verdict.SENT)
    [caught] = read_mailbox(tmp_path)
    assert (caught.to, caught.subject, caught.reference) == ("vt-101@werk.example", "Taak VB [BKXF-TRQW]", "BKXF-TRQW")
    assert caught.body == BODY
    raw = (tmp_path / "000001.eml").read_text()
    assert "Message-ID: <BKXF-TRQW@" in raw
    assert "text/plain" in raw
    assert "text/html" not in raw


def test_every_copy_of_a_mail_has_the_same_message_id_and_header_so_that_a_receiver_can_drop_one() -> None:
    with smtp() as server:
        assert [sent_by(sender(server.port)).verdict for _ in range(2)] == [Verdict.SENT] * 2
    copies = [message_from_bytes(copy) for copy in server.kept]
    assert {copy["Message-ID"] for copy in copies} == {"<BKXF-TRQW@localhost.localdomain>"}
    assert {copy["X-Ketenregie-Kenmerk"] for copy in copies} == {"BKXF-TRQW"}
    assert [copy.get_all("Message-ID") for copy in copies] == [["<BKXF-TRQW@localhost.localdomain>"]] * 2


def test_a_name_the_dns_does_not_know_is_tried_again() -> None:
    given = sender(25, mail_host="relay.invalid", mail_security="starttls")
    assert sent_by(given) == Result(Verdict.TEMPORARY, "verbroken")


TEMPORARY_CODES = (421, 450, 451, 452)
PERMANENT_CODES = (501, 550, 551, 552, 553, 554)


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "body"])
@pytest.mark.parametrize("code", [*TEMPORARY_CODES, *PERMANENT_CODES])
def test_the_code_about_a_recipient_or_a_message_decides(stage: str, code: int) -> None:
    with smtp(**{stage: f"{code} vt-101@werk.example no"}) as server:
        verdict = Verdict.TEMPORARY if code in TEMPORARY_CODES else Verdict.PERMANENT
        assert sent_by(sender(server.port)) == Result(verdict, f"smtp-{code}")


@pytest.mark.parametrize("stage", ["banner", "MAIL"])
@pytest.mark.parametrize("code", [421, 451, 550, 554])
def test_a_refusal_of_us_rather_than_of_the_recipient_can_be_mended(stage: str, code: int) -> None:
    with smtp(**{stage: f"{code} not you"}) as server:
        assert sent_by(sender(server.port)) == Result(Verdict.TEMPORARY, f"relay-{code}")
        assert server.kept == []


@pytest.mark.parametrize("stage", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("action", [CLOSE, RESET, SILENT])
def test_a_conversation_lost_before_the_message_is_tried_again(stage: str, action: str) -> None:
    with smtp(**{stage: action, "HELO": action}) as server:
        assert sent_by(sender(server.port, timeout=0.4)).verdict is Verdict.TEMPORARY
        assert server.kept == []


@pytest.mark.parametrize("action", [CLOSE, RESET, SILENT])
def test_a_message_taken_without_an_answer_is_in_doubt(action: str) -> None:
    with smtp(body=action) as server:
        assert sent_by(sender(server.port, timeout=2)).verdict is Verdict.INDEFINITE
        assert len(server.kept) == 1


@pytest.mark.parametrize("action", [CLOSE, RESET, SILENT])
def test_trouble_at_the_goodbye_changes_nothing(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "GOODBYE", 0.2)
    with smtp(QUIT=action) as server:
        assert sent_by(sender(server.port)) == Result(Verdict.SENT)


def test_a_relay_that_is_down_is_tried_again() -> None:
    assert sent_by(sender(closed_port())) == Result(Verdict.TEMPORARY, "geweigerd")


@pytest.mark.parametrize(
    ("stage", "verdict"), [("banner", "temporary"), ("MAIL", "temporary"), ("body", "indefinite"), ("QUIT", "sent")]
)
def test_a_dripping_server_does_not_hold_the_worker_beyond_the_bound(stage: str, verdict: str) -> None:
    bound = 0.3 if verdict == "temporary" else 3  # long enough to come as far as the stage on a slow machine
    with smtp(**{stage: DRIP}) as server:
        bounded = AppriseSender(Settings(mail_port=server.port), timeout=15, bound=bound)
        result = sent_by(bounded)
        assert (result.verdict, result.reason) == (verdict, "" if verdict == "sent" else "grens-verstreken")
    assert len(server.kept) == (verdict != "temporary")


@pytest.mark.parametrize("address", ["geen adres", "", "a@werk.example,b@werk.example", "één@werk.example"])
def test_an_address_that_is_not_exactly_one_address_is_refused_for_good(address: str) -> None:
    with smtp() as server:
        assert sent_by(sender(server.port), f"mail:{address}").verdict is Verdict.PERMANENT
        assert server.kept == []


@pytest.mark.parametrize(
    ("status", "verdict"), [(202, "sent"), (500, "temporary"), (429, "temporary"), (404, "permanent")]
)
def test_a_webhook_is_judged_by_its_status(status: int, verdict: str) -> None:
    with http(status) as (port, bodies):
        assert sent_by(sender(0), f"json://127.0.0.1:{port}/hook").verdict == verdict
        assert b"BKXF-TRQW" in bodies[0]
        assert len(bodies) == 1


def test_a_webhook_that_hangs_up_after_the_call_is_in_doubt() -> None:
    with http(0, hang_up=True) as (port, bodies):
        assert sent_by(sender(0), f"json://127.0.0.1:{port}/hook").verdict is Verdict.INDEFINITE
        assert len(bodies) == 1


def test_a_webhook_nobody_listens_to_is_tried_again() -> None:
    assert sent_by(sender(0), f"json://127.0.0.1:{closed_port()}/hook") == Result(Verdict.TEMPORARY, "geen-verbinding")


def test_an_organisation_is_reached_by_the_channel_in_the_settings() -> None:
    with http(202) as (port, bodies):
        given = sender(0, channels={"lt-meer": SecretStr(f"json://127.0.0.1:{port}/hook")})
        assert sent_by(given, "org:lt-meer") == Result(Verdict.SENT)
        assert len(bodies) == 1


@pytest.mark.parametrize("channel", ["org:unknown", "unknown://here", "", "mail", "json://"])
def test_a_channel_that_fits_nothing_is_an_error_and_not_a_silence(channel: str) -> None:
    assert sent_by(sender(0), channel) == Result(Verdict.PERMANENT, "kanaal-ongeldig")


def test_sends_at_once_never_take_each_others_verdict() -> None:
    replies = {"250 taken": "sent", "550 no": "permanent", "451 later": "temporary", CLOSE: "indefinite"}
    together = threading.Barrier(len(replies))

    def send(reply: str) -> list[str]:
        with smtp(body=reply) as server:
            given = sender(server.port)
            together.wait()
            return [str(sent_by(given).verdict) for _ in range(10)]

    with ThreadPoolExecutor(len(replies)) as pool:
        for reply, verdicts in zip(replies, pool.map(send, replies), strict=True):
            assert verdicts == [replies[reply]] * 10


def test_calls_of_webhooks_at_once_never_take_each_others_verdict() -> None:
    expected = {202: "sent", 404: "permanent", 500: "temporary"}

    def send(status: int) -> set[str]:
        with http(status) as (port, _):
            return {str(sent_by(sender(0), f"json://127.0.0.1:{port}/hook").verdict) for _ in range(10)}

    with ThreadPoolExecutor(len(expected)) as pool:
        assert list(pool.map(send, expected)) == [{verdict} for verdict in expected.values()]


class Doorman:
    """Lets in who knows the password."""

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        known = isinstance(auth_data, LoginPassword) and auth_data.password == b"good"
        return AuthResult(success=known, handled=known)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd sees STARTTLS only
@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_relay_with_tls_and_a_login_is_served(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server_side, client_side = certificate(tmp_path)
    monkeypatch.setattr(relay, "tls", lambda: client_side)
    over: dict[str, Any] = {"tls_context": server_side} if security == "starttls" else {"ssl_context": server_side}
    doors: dict[str, Any] = {
        "authenticator": Doorman(),
        "auth_required": True,
        "auth_require_tls": security == "starttls",
    }
    controller = Controller(Mailbox(tmp_path / "mail"), hostname="127.0.0.1", port=closed_port(), **over, **doors)
    controller.start()
    try:
        known: dict[str, Any] = {"mail_security": security, "mail_host": "localhost", "mail_user": "keten"}
        good = sender(controller.port, **known, mail_password=SecretStr("good"))
        bad = sender(controller.port, **known, mail_password=SecretStr("bad"))
        assert sent_by(good) == Result(Verdict.SENT)
        assert sent_by(bad) == Result(Verdict.TEMPORARY, "relay-535")
    finally:
        controller.stop()
    assert len(read_mailbox(tmp_path / "mail")) == 1


def test_a_relay_with_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    server_side, _ = certificate(tmp_path)
    controller = Controller(
        Mailbox(tmp_path / "mail"), hostname="127.0.0.1", port=closed_port(), tls_context=server_side
    )
    controller.start()
    try:
        given = sender(controller.port, mail_security="starttls", mail_host="localhost")
        assert sent_by(given) == Result(Verdict.TEMPORARY, "tls")
    finally:
        controller.stop()
    assert read_mailbox(tmp_path / "mail") == []


def test_a_relay_that_knows_no_tls_gets_no_message() -> None:
    with smtp() as server:
        given = sender(server.port, mail_security="starttls")
        assert sent_by(given) == Result(Verdict.TEMPORARY, "tls")
        assert server.kept == []


@pytest.mark.parametrize("given", [{"mail_host": "relay.example"}, {"mail_security": "nothing"}])
def test_mail_without_tls_to_another_machine_is_refused_at_once(given: dict[str, Any]) -> None:
    with pytest.raises(WrongUse, match="KR-MAIL-ONVEILIG"):
        sender(25, **given)


def test_one_tls_context_serves_the_whole_process() -> None:
    assert relay.tls() is relay.tls()
    assert relay.tls().verify_mode is ssl.CERT_REQUIRED
