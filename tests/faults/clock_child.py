"""Sweeps by the command line in a process whose clock lies: run under `faketime`, told by standard input how much.

Each line: seconds the clock is off, and a ledger. Answers with one line of JSON: what the sweep said, and its own time.
"""

import json
import os
import sys
import time
from pathlib import Path

from tests.cli.trial import call


def main() -> None:
    """Until standard input ends."""
    offset = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
    for line in sys.stdin:
        off, url = line.split()
        offset.write_text(f"{int(off):+d}\n")
        done = call("sweep", "--json", "--database", url)
        said = json.loads(done.out) if done.out.startswith("{") else {"error": done.all}
        print(json.dumps(said | {"at": time.time()}), flush=True)


if __name__ == "__main__":
    main()
