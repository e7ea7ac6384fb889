"""The account of a day as people read it, in Dutch: for the board and the command line."""

from collections import Counter
from collections.abc import Mapping

from domain.account import Account, RungAccount, in_words
from domain.dutch import amount, day_text, moment_text
from flows.tables import table
from tasks.account_day import DayAccount

COLUMNS = ("trede", "verwacht", "verzonden", "vervallen", "mislukt", "onderweg", "vergeten")


def summary(found: DayAccount) -> str:
    """The day in one line; it says so when it does not balance."""
    made = found.account
    parts = [
        f"{made.expected} verwacht = {made.total('sent')} verzonden + {made.total('suppressed')} vervallen"
        f" + {made.total('failed')} mislukt",
        f"{made.total('under_way')} nog onderweg" if made.total("under_way") else "",
        f"{len(made.forgotten)} VERGETEN" if made.forgotten else "",
        f"{len(made.unexplained)} niet verklaard" if made.unexplained else "",
    ]
    return " + ".join(filter(None, parts[:2])) + "".join(f"; {part}" for part in parts[2:] if part)


def rung_rows(made: Account) -> list[tuple[object, ...]]:
    """One row a rung, in the order of COLUMNS."""
    return [
        (
            rung.rung,
            rung.expected,
            rung.sent,
            rung.suppressed.total(),
            rung.failed.total(),
            rung.under_way.total(),
            rung.forgotten,
        )
        for rung in made.rungs
    ]


def reason_rows(made: Account) -> list[tuple[str, str, int]]:
    """(trede, what became of it and why, how many) for everything that was not sent."""
    return [row for rung in made.rungs for row in _reasons(rung)]


def _reasons(rung: RungAccount) -> list[tuple[str, str, int]]:
    said = (("vervallen", rung.suppressed), ("mislukt", rung.failed), ("onderweg", rung.under_way))
    return [(rung.rung, f"{what}: {in_words(why)}", n) for what, reasons in said for why, n in sorted(reasons.items())]


def forgotten_rows(made: Account) -> list[tuple[str, str, str]]:
    """(stap, trede, moment) of what nobody decided."""
    return [(one.step_id, one.rung, moment_text(one.at)) for one in made.forgotten]


def sends_text(found: DayAccount) -> str:
    """How often mail went out, and how late."""
    late = ", ".join(f"{name}: {number}" for name, number in found.lateness.items() if number)
    sent = f"{amount(found.mails, 'mail', 'mails')} verzonden, {found.maybe_twice} misschien dubbel."
    return f"{sent} Te laat verzonden: {late or 'niets'}."


def markdown(found: DayAccount) -> str:
    """The account of one day for the board."""
    made = found.account
    parts = [f"## {day_text(made.day)}", f"**{summary(found)}**", table(COLUMNS, rung_rows(made))]
    if reasons := reason_rows(made):
        parts.append(table(("trede", "niet verzonden", "aantal"), reasons))
    if made.forgotten:
        parts += ["### VERGETEN: bel uw beheerder", table(("stap", "trede", "moment"), forgotten_rows(made))]
    return "\n\n".join([*parts, sends_text(found)])


def as_json(found: DayAccount) -> Mapping[str, object]:
    """The same with stable keys."""
    made = found.account
    totals = {what: made.total(what) for what in ("sent", "suppressed", "failed", "under_way", "forgotten")}
    return {
        "day": made.day,
        "at": made.at,
        "expected": made.expected,
        **totals,
        "balanced": made.balanced,
        "mails": found.mails,
        "maybe_twice": found.maybe_twice,
        "lateness": found.lateness,
        "rungs": [_rung(rung) for rung in made.rungs],
        "missing": [{"step_id": o.step_id, "rung": o.rung, "number": o.number, "at": o.at} for o in made.forgotten],
        "unexplained": made.unexplained,
    }


def _rung(rung: RungAccount) -> dict[str, object]:
    """`asdict` would count the pairs of a Counter."""
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(rung).items()}
