"""`make bench`: every benchmark in turn, one JSON object a line; `ARGS=next_form` runs one."""

import sys
from importlib import import_module

BENCHMARKS = ("sweep_due", "catch_up", "deliver", "next_form", "region_year")


def main() -> int:
    """Run the named benchmarks, or all."""
    chosen = sys.argv[1:] or BENCHMARKS
    if unknown := [name for name in chosen if name not in BENCHMARKS]:
        print(f"Onbekende meting: {', '.join(unknown)}. Kies uit {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in chosen:
        import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
