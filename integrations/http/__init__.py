"""The one way over HTTP to the systems of partners: time-outs, retries, TLS, bounds and silence set in one place."""

from integrations.http.connection import Connection
from integrations.http.door import Door, Reply
from integrations.http.judge import Unanswered

__all__ = ["Connection", "Door", "Reply", "Unanswered"]
