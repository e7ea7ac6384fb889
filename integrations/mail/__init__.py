"""Messages to the outside, through Apprise: the region's mail relay and the channels of organisations."""

from integrations.mail.sender import AppriseSender, Sender
from integrations.verdict import Result, Verdict

__all__ = ["AppriseSender", "Result", "Sender", "Verdict"]
