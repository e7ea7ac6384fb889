"""How a benchmark reports: one JSON object a line."""

import json
import resource


def report(bench: str, *, n: int, open_steps: int, seconds: float, **more: float) -> None:
    """Print {"bench", "n", "open", "seconds", "per_second", "peak_mb"} and what else was measured."""
    line: dict[str, object] = {
        "bench": bench,
        "n": n,
        "open": open_steps,
        "seconds": round(seconds, 3),
        "per_second": round(n / seconds, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(line | {name: round(value, 3) for name, value in more.items()}), flush=True)
