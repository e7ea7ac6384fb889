"""Whether the systems outside answer: asked briefly, with nothing sent and nothing told but yes or no."""

import smtplib
from http import HTTPStatus

from integrations.bounded import within
from integrations.log_silence import silence

SECONDS = 2.0
HEARTBEAT_SECONDS = 5.0


def prefect_answers(ui_url: str) -> bool:
    """True when Prefect's API says that it is healthy."""
    import httpx  # slow to load, and this is asked seldom

    try:
        return httpx.get(f"{ui_url.rstrip('/')}/api/health", timeout=SECONDS).status_code == HTTPStatus.OK
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def fetched(url: str) -> bool:
    """Fetch this address and forget the answer; True when it was a good one within five seconds. Never raises."""
    return within(HEARTBEAT_SECONDS, lambda: _fetch(url)) is True


def _fetch(url: str) -> bool:
    import httpx

    silence()
    try:
        with httpx.Client(timeout=HEARTBEAT_SECONDS) as client, client.stream("GET", url) as answer:
            return answer.is_success
    except Exception:  # whatever a wrong address or a strange server brings about: the round was good all the same
        return False


def relay_answers(host: str, port: int, security: str) -> bool:
    """True when a mail server greets us on this port."""
    kind = smtplib.SMTP_SSL if security == "ssl" else smtplib.SMTP
    try:
        with kind(host, port, timeout=SECONDS) as relay:
            return relay.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
