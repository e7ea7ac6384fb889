"""Many processes at once on one ledger: forked from a clean process, they wait at the line and start together.

`python -m tests.faults.crowd URL MOMENT PORT NUMBER` prints, as JSON, what each of them did.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime

from integrations.ledger import Ledger
from integrations.mail import AppriseSender
from integrations.settings import Settings
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines
from tests.faults.spool import PROJECT

PATIENCE = 60.0
"""Seconds to wait for a turn: counted is how often things are done, not how soon on a machine that is busy."""

Did = dict[str, object]


def at_once(acts: list[Callable[[], Did]]) -> list[Did]:
    """Each act in a process of its own, all let go at the same moment; what they say, or the error they ended with."""
    line, go = os.pipe()
    outlets = []
    for act in acts:
        outlet, inlet = os.pipe()
        if os.fork() == 0:
            os.close(go)
            os.read(line, 1)  # returns when the last end of `go` closes
            os.write(inlet, json.dumps(_done(act)).encode())
            os._exit(0)
        os.close(inlet)
        outlets.append(outlet)
    os.close(go)
    found = []
    for outlet in outlets:
        with os.fdopen(outlet) as told:
            found.append(json.loads(told.read() or '{"error": "killed"}'))
    for _ in acts:
        os.wait()
    os.close(line)
    return found


def _done(act: Callable[[], Did]) -> Did:
    began = time.monotonic()
    try:
        found = act()
    except Exception as error:
        found = {"error": getattr(error, "code", type(error).__name__)}
    return {"began": began, "ended": time.monotonic()} | found


def look(url: str, now: datetime, port: int) -> Did:
    """What the timers do, in a process that has just started."""
    ledger = Ledger(url, busy_seconds=PATIENCE)
    swept = sweep_deadlines(ledger, now)
    became = deliver_messages(ledger, now, AppriseSender(Settings(mail_host="127.0.0.1", mail_port=port)))
    ledger.dispose()
    return {"planned": swept.planned, "failed": swept.failed, "sent": became.sent, "doubt": became.indefinite}


def crowd(url: str, now: datetime, port: int, number: int) -> list[Did]:
    """So many processes that look at once."""
    command = [sys.executable, "-m", "tests.faults.crowd", url, now.isoformat(), str(port), str(number)]
    drill = os.environ | {"KETENREGIE_DRILL": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=drill, capture_output=True, text=True, check=True)
    found: list[Did] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    URL, NOW, PORT, NUMBER = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    print(json.dumps(at_once([lambda: look(URL, NOW, PORT)] * NUMBER)))
