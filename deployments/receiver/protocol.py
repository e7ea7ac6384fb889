"""HTTP as the receiver speaks it: a connection that brings no request in time, or takes too long, is cut."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from deployments.receiver.front import ALWAYS
from deployments.receiver.problems import PROBLEM, Refused, refusal

HEADER_SECONDS = 5.0
LONGEST = 40.0
"""Seconds a connection may live: a body that arrives slowly, a busy ledger and an answer that is read, together."""

MOST_CONNECTIONS = 256


class Impatient(H11Protocol):
    """uvicorn itself waits for ever for the headers, and for who does not read the answer."""

    _alarms: tuple[asyncio.TimerHandle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start both clocks. One connection too many is cut: it has sent nothing yet that could get an answer."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        self._alarms = (
            self.loop.call_later(HEADER_SECONDS, self._no_request_yet),
            self.loop.call_later(LONGEST, transport.abort),
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop both clocks."""
        for alarm in self._alarms:
            alarm.cancel()
        super().connection_lost(exc)

    def _no_request_yet(self) -> None:
        if self.cycle is None:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is refused in the same form as everything else."""
        content = bytes(refusal(Refused(400, "KR-DEUR-VERZOEK")).body)
        headers = [(b"content-type", PROBLEM.encode()), (b"content-length", b"%d" % len(content)), *ALWAYS]
        try:
            parts = (h11.Response(status_code=400, headers=headers), h11.Data(data=content), h11.EndOfMessage())
            for part in parts:
                self.transport.write(self.conn.send(part) or b"")
        except h11.LocalProtocolError:  # the answer to an earlier part of this connection is on its way already
            pass
        self.transport.close()
