"""The board in words and tables, in Dutch."""

from collections.abc import Mapping

from domain.dutch import moment_text
from flows.tables import table
from flows.views import VIEWS, link
from tasks.read_board import Board, LateLine


def overview(board: Board, ui_url: str) -> str:
    """The board as markdown: the figures, where to look, and the last and next sweep."""
    parts = [
        f"# Overzicht van {moment_text(board.at)}",
        f"**{board.late_count}** te laat · **{board.acute}** acuut · **{sum(board.open_by_kind.values())}** open",
        " · ".join(f"[{name}]({link(ui_url, view)})" for name, view in VIEWS.items()),
        _sweeps(board),
        *([f"**Bij partners:** {' · '.join(board.partners)}."] if board.partners else []),
        _counts("Stap", board.open_by_kind),
        _counts("Team", board.open_by_team),
    ]
    return "\n\n".join(parts)


def _sweeps(board: Board) -> str:
    if board.last_sweep is None or board.next_sweep is None:
        return "De termijnen zijn nog **niet bewaakt**: er was nog geen ronde."
    late = " **De ronde is gemist.**" if board.next_sweep < board.at - (board.next_sweep - board.last_sweep) else ""
    return f"Laatste ronde {moment_text(board.last_sweep)}, volgende {moment_text(board.next_sweep)}.{late}"


def _counts(what: str, counts: Mapping[str, int]) -> str:
    return table((what, "Open"), counts.items(), right=("Open",))


def late_rows(board: Board) -> list[dict[str, str | int]]:
    """Who is late with what, and how many working days."""
    return [_row(line) | {"werkdagen te laat": line.working_days_late, "oorzaak": line.cause} for line in board.late]


def monitoring_rows(board: Board) -> list[dict[str, str | int]]:
    """The monitoring moments to come."""
    return [_row(line) for line in board.monitoring]


def failed_rows(board: Board) -> list[dict[str, str | int]]:
    """The messages that reached nobody, until somebody takes them up."""
    return [
        {
            "bericht": line.id,
            "zaak": line.case_reference,
            "stap": line.title,
            "trede": line.rung,
            "voor": line.party,
            "sinds": moment_text(line.since),
            "reden": line.reason,
        }
        for line in board.failed
    ]


def _row(line: LateLine) -> dict[str, str | int]:
    return {
        "zaak": line.case_reference,
        "stap": line.title,
        "wie": line.owner or "niemand",
        "team": line.team,
        "uiterlijk": line.due,
    }
