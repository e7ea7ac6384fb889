"""Send one message over one channel to one recipient, within a bound, and say what became of it."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Protocol

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.plugins import NotifyBase

from domain.errors import WrongUse
from integrations.bounded import within
from integrations.mail.quiet import gather, silence
from integrations.mail.relay import RelayMail
from integrations.mail.verdict import channel_result
from integrations.settings import Settings, settings
from integrations.verdict import Result, Verdict

MAIL, ORGANISATION = "mail:", "org:"
NO_CHANNEL = Result(Verdict.PERMANENT, "kanaal-ongeldig")

silence()


class Sender(Protocol):
    """Whatever can send: the real one, or a test's."""

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result: ...


class AppriseSender:
    """Sends by `mail:<address>`, by `org:<name>` (a channel in the settings) or by any Apprise URL.

    `bound` seconds for a whole send, `timeout` seconds for each answer of the mail relay.
    """

    def __init__(self, given: Settings | None = None, *, bound: float = 30.0, timeout: float = 15.0) -> None:
        self._settings = given or settings()
        self._bound = bound
        self._timeout = timeout
        self._asset = AppriseAsset(app_id="Ketenregie", storage_mode="memory", async_mode=False)
        _refuse_open_mail(self._settings)

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """Send once. Beyond the bound a conversation with the relay is cut off; any other send may still arrive."""
        relays: list[RelayMail] = []

        def work() -> Result:
            try:
                return self._send(channel, subject, body, reference, relays.append)
            except Exception:
                return Result(Verdict.INDEFINITE, "onverwacht")

        result = within(self._bound, work)
        if result is not None:
            return result
        return relays[0].cut() if relays else Result(Verdict.INDEFINITE, "grens-verstreken")

    def _send(
        self, channel: str, subject: str, body: str, reference: str, known: Callable[[RelayMail], None]
    ) -> Result:
        evidence = gather()
        plugin = self._plugin(channel, reference)
        if plugin is None:
            return NO_CHANNEL
        if isinstance(plugin, RelayMail):
            known(plugin)
        server = Apprise(asset=self._asset)
        server.add(plugin)
        told = server.notify(title=subject, body=body, body_format=NotifyFormat.TEXT)
        if isinstance(plugin, RelayMail):
            return plugin.result
        if told:
            return Result(Verdict.SENT)
        return NO_CHANNEL if told is None else channel_result(evidence.error, evidence.status)

    def _plugin(self, channel: str, reference: str) -> NotifyBase | None:
        """A fresh instance a send: a shared one waits 5.5 s between two mails. None: nothing fits the channel."""
        if channel.startswith(MAIL):
            return self._relay(channel.removeprefix(MAIL), reference)
        if channel.startswith(ORGANISATION):
            secret = self._settings.channels.get(channel.removeprefix(ORGANISATION))
            return Apprise.instantiate(secret.get_secret_value(), asset=self._asset) if secret else None
        return Apprise.instantiate(channel, asset=self._asset)

    def _relay(self, address: str, reference: str) -> RelayMail | None:
        s = self._settings
        parts: dict[str, Any] = {
            "schema": "mailto",
            "host": s.mail_host,
            "smtp_host": s.mail_host,
            "port": s.mail_port,
            "secure": s.mail_security != "insecure",
            "secure_mode": s.mail_security,
            "user": s.mail_user or None,
            "password": s.mail_password.get_secret_value() or None,
            "from_addr": s.mail_from,
            "targets": [address],
            "format": "text",
            "cto": self._timeout,
        }
        plugin = RelayMail(**parts, asset=self._asset)  # type: ignore[no-untyped-call]
        plugin.reference = reference
        return plugin if [to for _, to in plugin.targets] == [address] else None


def _refuse_open_mail(given: Settings) -> None:
    """Mail without TLS is for a relay on this machine only."""
    if given.mail_security == "insecure" and not _loopback(given.mail_host):
        raise WrongUse("KR-MAIL-ONVEILIG")
    if given.mail_security not in ("insecure", "starttls", "ssl"):
        raise WrongUse("KR-MAIL-ONVEILIG")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
