"""A mail relay inside this process, for lives in which millions of seconds pass."""

import threading

from integrations.mail import Result, Verdict
from tests.faults.witness import Mail


class Relay:
    """A sender that is `up`, `down` or in `doubt` (it takes the mail and does not say so), and its witness."""

    def __init__(self) -> None:
        self.mode = "up"
        self.mails: list[Mail] = []
        self._turn = threading.Lock()

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        if self.mode == "down":
            return Result(Verdict.TEMPORARY, "geweigerd")
        with self._turn:
            self.mails.append(Mail(reference, channel.removeprefix("mail:"), subject, body))
        return Result(Verdict.SENT) if self.mode == "up" else Result(Verdict.INDEFINITE, "verbroken")
