"""Raise the alarm by its own path: one message to whoever runs this installation, past ledger messages and Prefect."""

from integrations.mail import AppriseSender, Sender, Verdict
from integrations.mail.sender import MAIL
from integrations.settings import settings

REFERENCE = "WACHT"


def raise_alarm(subject: str, body: str, sender: Sender | None = None) -> bool:
    """True when KETENREGIE_ALARM accepted the message. False when it is not set, or did not."""
    channel = settings().alarm.get_secret_value()
    if not channel:
        return False
    return (sender or _sender(channel)).send(channel, subject, body, REFERENCE).verdict is Verdict.SENT


def _sender(channel: str) -> Sender:
    """An alarm that is no mail does not depend on whether the mail settings are good."""
    known = settings()
    return AppriseSender(known if channel.startswith(MAIL) else known.model_copy(update={"mail_security": "ssl"}))
