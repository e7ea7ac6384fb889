"""A connection that is cut after a chosen number of bytes of what was asked or of what was answered.

It stands between us and a stand-in, on loopback. The cut is a reset, as of a firewall or a machine that went down.
"""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Side = Literal["asked", "answered"]
RESET = struct.pack("ii", 1, 0)
AT_ONCE = 65536
REQUEST = re.compile(rb"(GET|POST|PUT|PATCH) \S+")


@dataclass(frozen=True)
class Exchange:
    """One request: its first line, and how many bytes had passed on each side when it began."""

    line: str
    before: dict[str, int]


@dataclass
class Cutter:
    """`cut_at` is the byte after which the connection breaks, once; None: never. `passed` counts what went by.

    `exchanges`: each request that passed, in order.
    """

    url: str = ""
    side: Side = "asked"
    cut_at: int | None = None
    passed: dict[str, int] = field(default_factory=lambda: {"asked": 0, "answered": 0})
    cuts: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, side: Side = "asked", cut_at: int | None = None) -> None:
        """Count anew, and cut there."""
        with self._lock:
            self.side, self.cut_at, self.cuts = side, cut_at, 0
            self.passed = {"asked": 0, "answered": 0}
            self.exchanges = []

    def bytes_of(self, side: Side, line: str) -> list[int]:
        """The bytes on this side of every exchange whose first line matches this pattern."""
        ends = [later.before[side] for later in self.exchanges[1:]] + [self.passed[side]]
        pairs = zip(self.exchanges, ends, strict=True)
        return [byte for one, end in pairs if re.match(line, one.line) for byte in range(one.before[side], end)]

    def let_through(self, side: Side, part: bytes) -> tuple[bytes, bool]:
        """What of this part goes on, and whether the connection breaks then."""
        with self._lock:
            if side == "asked" and (line := REQUEST.match(part)):
                self.exchanges.append(Exchange(line[0].decode(), dict(self.passed)))
            room = None if self.cut_at is None or side != self.side else self.cut_at - self.passed[side]
            if room is None or len(part) < room:
                self.passed[side] += len(part)
                return part, False
            self.passed[side] += room
            self.cut_at, self.cuts = None, self.cuts + 1
            return part[:room], True


@contextmanager
def cuttable(target: str) -> Iterator[Cutter]:
    """A door to the stand-in at this address, that can be cut; `url` is where it is."""
    place = urlsplit(target)
    with socket.create_server(("127.0.0.1", 0)) as door:
        cutter = Cutter(f"http://127.0.0.1:{door.getsockname()[1]}/")
        threading.Thread(target=_accept, args=(door, (place.hostname, place.port), cutter), daemon=True).start()
        yield cutter


def _accept(door: socket.socket, place: tuple[str | None, int | None], cutter: Cutter) -> None:
    with suppress(OSError):
        while True:
            ours, _ = door.accept()
            theirs = socket.create_connection((place[0] or "", place[1] or 0))
            pair = (ours, theirs)
            for side, one, other in (("asked", ours, theirs), ("answered", theirs, ours)):
                threading.Thread(target=_pump, args=(side, one, other, pair, cutter), daemon=True).start()


def _pump(
    side: Side, one: socket.socket, other: socket.socket, pair: tuple[socket.socket, socket.socket], cutter: Cutter
) -> None:
    with suppress(OSError):
        while part := one.recv(AT_ONCE):
            passing, broken = cutter.let_through(side, part)
            if passing:
                other.sendall(passing)
            if broken:
                _reset(pair)
                return
        other.shutdown(socket.SHUT_WR)


def _reset(pair: tuple[socket.socket, socket.socket]) -> None:
    for end in pair:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RD)  # wakes who waits for it, and says nothing to the other side
        end.close()
