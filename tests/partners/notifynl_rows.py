"""A region of which some professionals are reached by NotifyNL, and its configuration."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from integrations.http import Connection
from integrations.mail.sender import AppriseSender
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.sender import NotifyNLSender
from integrations.partners import partners
from integrations.senders import ByChannel
from integrations.settings import Settings, settings
from tests.messages.servers import closed_port
from tests.partners.notifynl_standin import EMAIL_TEMPLATE, KEY, SMS_TEMPLATE

CALLBACK = "een-lang-geheim-voor-de-terugkoppeling"
HOME = "https://keten.example.org"
NUMBER, ADDRESS = "+31612345678", "vt-101@werk.example"
PATIENCE = 3.0  # seconds
BY_SMS, BY_MAIL = f"notifynl:sms:{NUMBER}", f"notifynl:email:{ADDRESS}"


@contextmanager
def secrets(**given: str) -> Iterator[None]:
    """These secrets in the environment of this process, and nothing remembered of before or after."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KETENREGIE_SECRETS", json.dumps({"notify": KEY, "terug": CALLBACK} | given))
        _forget()
        yield
    _forget()


def _forget() -> None:
    settings.cache_clear()
    partners.cache_clear()


def config(url: str, **changed: object) -> NotifyNL:
    """The section of the partners' file for this stand-in, with as much patience as a busy machine needs."""
    connection = Connection(url=url, timeout=PATIENCE, bound=60)
    given = {
        "connection": connection,
        "api_key": "notify",
        "email_template": EMAIL_TEMPLATE,
        "sms_template": SMS_TEMPLATE,
        "callback_secret": "terug",
    }
    return NotifyNL.model_validate(given | changed)


def sender(url: str, **changed: object) -> ByChannel:
    """The sender of an installation whose relay is not there and whose NotifyNL is the stand-in."""
    ordinary = AppriseSender(Settings(mail_port=closed_port()), timeout=0.2, bound=1)
    return ByChannel(ordinary, NotifyNLSender(config(url, **changed), HOME))
