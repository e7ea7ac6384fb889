"""Bounces: what mail servers report back about mails that did not arrive. Read for codes only; nothing is kept."""

from integrations.bounces.mailboxes import new_mails, read_mails, seen
from integrations.bounces.report import Report, read_report

__all__ = ["Report", "new_mails", "read_mails", "read_report", "seen"]
