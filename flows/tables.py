"""Tables in markdown, as the boards show them."""

from collections.abc import Collection, Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[str] = ()) -> str:
    """The rows under these columns; those named in `right` are aligned to the right, as figures are."""
    edges = "|".join("---:" if column in right else "---" for column in columns)
    return "\n".join([_line(columns), f"|{edges}|", *map(_line, rows)])


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
