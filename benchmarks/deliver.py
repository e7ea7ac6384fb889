"""Delivery: 5 000 mails that are ready, each to a person of its own, over SMTP to a server on this machine (SQLite)."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.catch_up import spread
from benchmarks.line import report
from benchmarks.mailbox import arrived, mailbox
from benchmarks.sweep_due import NOW, filled
from integrations.mail import AppriseSender
from integrations.settings import Settings
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines

MAILS = 5_000


def main() -> None:
    """One line: claimed, sent and recorded."""
    with TemporaryDirectory() as place:
        folder, box = Path(place), Path(place) / "mail"
        ledger = filled(folder, MAILS, MAILS)
        spread(ledger, MAILS, every=1)
        sweep_deadlines(ledger, NOW)
        bundle_messages(ledger, NOW)
        with mailbox(box) as port:
            sender = AppriseSender(Settings(mail_port=port))
            began = time.perf_counter()
            delivered = deliver_messages(ledger, NOW, sender)
            took = time.perf_counter() - began
        assert delivered.sent == arrived(box) == MAILS
        report("deliver", n=MAILS, open_steps=MAILS, seconds=took)
        ledger.dispose()


if __name__ == "__main__":
    main()
