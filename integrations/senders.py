"""Which sender sends over which channel: the one place where product code gets one."""

from integrations.mail.sender import AppriseSender, Sender
from integrations.notifynl.addresses import NOTIFYNL
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.sender import NotifyNLSender
from integrations.partners import partners
from integrations.settings import Settings, settings
from integrations.verdict import Result


class ByChannel:
    """A professional's own channels decide: `notifynl:` goes by NotifyNL, everything else by the relay or Apprise."""

    def __init__(self, ordinary: Sender, notifynl: Sender) -> None:
        self._ordinary, self._notifynl = ordinary, notifynl

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """Send once, over the way that this channel names."""
        chosen = self._notifynl if channel.startswith(NOTIFYNL) else self._ordinary
        return chosen.send(channel, subject, body, reference)


def sender() -> Sender:
    """The sender of this installation. Raises WrongUse KR-MAIL-ONVEILIG, or what the partners' file is refused by."""
    return sender_of(settings(), partners().notifynl)


def sender_of(given: Settings, notifynl: NotifyNL | None = None) -> Sender:
    """A sender with settings of its own (a story, the demo). Without `notifynl` nothing leaves by NotifyNL."""
    return ByChannel(AppriseSender(given), NotifyNLSender(notifynl, given.ui_url.rstrip("/")))
