"""The region's SMTP relay, as an Apprise plugin."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, Self

from apprise.plugins.email.base import NotifyEmail

from integrations.mail.verdict import relay_result
from integrations.verdict import Result, Verdict

GOODBYE = 2.0  # seconds
REFERENCE = "X-Ketenregie-Kenmerk"
"""Our own header: every copy of a mail carries the same reference, and a bounce brings it back."""
MESSAGE_ID = re.compile(r"^Message-ID: .*$", re.MULTILINE)


class Conversation(smtplib.SMTP):
    """An SMTP conversation that knows whether the message itself was on its way: commands are text, messages bytes.

    It may be cut off from another thread. Each side first says what it does and then looks at the other, so a message
    is never handed over by a conversation that was reported as cut off before it.
    """

    handed_over = cut_off = False

    def __init__(self, known: Callable[[Self], None], *given: Any, **more: Any) -> None:
        known(self)  # before it connects, for that may be what takes too long
        super().__init__(*given, **more)

    def send(self, s: Any) -> None:
        self.handed_over = self.handed_over or isinstance(s, bytes)
        if self.cut_off:
            raise smtplib.SMTPServerDisconnected("cut off")
        super().send(s)

    def cut(self) -> bool:
        """End it now; True when the message may have been handed over."""
        self.cut_off = True
        may_have = self.handed_over
        if sock := getattr(self, "sock", None):
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own: that goes on in the clear
        return may_have


class TlsConversation(Conversation, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class RelayMail(NotifyEmail):  # type: ignore[no-untyped-call]
    """Apprise's e-mail plugin with a verdict instead of False, and one TLS context a process instead of one a mail.

    Making a context costs 25 ms, also when the relay asks for no TLS: minutes for 10 000 mails. All copies of a mail
    have one Message-ID, made of our reference, so that the receiver's server may drop the second.
    """

    reference = ""
    result = Result(Verdict.INDEFINITE, "onbekend")
    conversation: Conversation | None = None
    cut_off = False

    def cut(self) -> Result:
        """End a send that takes too long: tried again, unless the message may have been handed over."""
        self.cut_off = True
        may_have = self.conversation is not None and self.conversation.cut()
        if self.result.verdict is Verdict.SENT:  # it was only the goodbye that took so long
            return self.result
        return Result(Verdict.INDEFINITE if may_have else Verdict.TEMPORARY, "grens-verstreken")

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:
        """Hand one message to the relay; the verdict is in `result` afterwards."""
        try:
            [message] = self.prepare_emails(
                subject=title,
                body=body,
                notify_format=self.notify_format,
                from_addr=self.from_addr,
                to=self.targets,
                smtp_host=self.smtp_host,
                headers={"X-Application": self.app_id, REFERENCE: self.reference},
            )
            conversation = self._converse()
            self._introduce(conversation)
            conversation.sendmail(str(self.from_addr[1]), message.recipient, self._signed(str(message.body)))
            self.result = Result(Verdict.SENT)
        except Exception as error:  # whatever it is, it must end as a verdict
            handed_over = self.conversation is not None and self.conversation.handed_over
            self.result = relay_result(error, handed_over=handed_over)
        finally:
            if self.conversation:
                _leave(self.conversation)
        return self.result.verdict is Verdict.SENT

    def _signed(self, message: str) -> str:
        domain = str(self.from_addr[1]).rpartition("@")[2]
        return MESSAGE_ID.sub(f"Message-ID: <{self.reference}@{domain}>", message, count=1)

    def _converse(self) -> Conversation:
        """Connect and read the greeting."""
        host, port, patience = self.smtp_host, int(self.port or 0), self.socket_connect_timeout
        if self.secure_mode == "ssl":
            return TlsConversation(self._known, host, port, own_host(), timeout=patience, context=tls())
        return Conversation(self._known, host, port, own_host(), timeout=patience)

    def _known(self, conversation: Conversation) -> None:
        self.conversation = conversation
        conversation.cut_off = self.cut_off

    def _introduce(self, conversation: Conversation) -> None:
        if self.secure_mode == "starttls":
            conversation.starttls(context=tls())
        if self.user and self.password:
            conversation.login(self.user, self.password)


def _leave(conversation: Conversation) -> None:
    """Say goodbye, briefly; what happens then changes nothing about the message."""
    try:
        if conversation.sock:
            conversation.sock.settimeout(GOODBYE)
        conversation.quit()
    except (OSError, smtplib.SMTPException):
        conversation.close()


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """The TLS context of this process: certificates and host names are checked."""
    return ssl.create_default_context()


@lru_cache(maxsize=1)
def own_host() -> str:
    """How this machine names itself to the relay; smtplib would ask the DNS at every mail."""
    return socket.getfqdn()
