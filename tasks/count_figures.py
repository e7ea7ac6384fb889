"""Count what the queries found: every count goes to its municipality and to the region."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

from domain.asks import NOT_HEARD
from domain.figures import REGION, Period
from domain.measures import NAMES, STAGES
from domain.policy import Policy
from domain.terms import local_date
from integrations.ledger.figures import Window, events, totals

REPORT_CLASSES = {
    "first": "reports_first",
    "repeat_multiple_known": "reports_repeat",
    "repeat_one_known": "reports_repeat",
    "follow_up_during_assessment": "reports_follow_up",
    "follow_up_after_assessment": "reports_follow_up",
    "follow_up_during_monitoring": "reports_follow_up",
}
TIMELY = {
    "safety_assessment": "assessments_done",
    "acute_action": "acute_done",
    "conditions_and_follow_up": "conditions_and_follow_up_finished",
    "investigation": "investigations_finished",
    "joint_first_home_visit": "visits_done",
}
ENDED = {
    "warm_handover": "handovers_accepted",
    "out_of_sight": "out_of_sight_ended",
    "monitoring": "monitoring_done",
}
OPENED = {"out_of_sight": "out_of_sight_new"}
SERVICES = frozenset({"conditions_and_follow_up", "investigation"})
STOCK = {
    "safety_assessment": ("assessments_open", "assessments_overdue"),
    "out_of_sight": ("out_of_sight", ""),
    "monitoring": ("", "monitoring_overdue"),
}
TINY = timedelta(microseconds=1)


class Counting:
    """The counting of one period."""

    def __init__(self, policy: Policy, period: Period, window: Window) -> None:
        self.policy, self.period, self.window = policy, period, window
        self.counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def of(self, place: str) -> dict[str, int]:
        """Every measure of one place, zeros included."""
        return {name: self.counts[place][name] for name in NAMES}

    def all(self, *, stock: bool = True) -> None:
        """Count everything; without `stock`, only what happened."""
        for part in (self.reports, self.cases, self.steps, self.handovers, self.assessments, self.monitoring):
            part()
        for part in (self.delays, self.lateness, *((self.stock, self.waiting) if stock else ())):
            part()

    def add(self, place: str, name: str, number: int = 1) -> None:
        """Add to the municipality and to the region; an empty name counts nowhere."""
        if name:
            self.counts[place][name] += number
            self.counts[REGION][name] += number

    def reports(self) -> None:
        """Reports by class, kind of reporter and concern."""
        for place, classed, reporter, concern, waits, number in totals.reports(self.window):
            self.add(place, "reports", number)
            self.add(place, REPORT_CLASSES.get(classed, "reports_unclassified"), number)
            self.add(place, f"reporter_{reporter}", number)
            self.add(place, f"concern_{concern}", number)
            self.add(place, "reports_on_waiting_list" if waits else "", number)

    def cases(self) -> None:
        """Cases in, out and open: opening stock + in - out = closing stock."""
        for place, opened, closed, still_open in totals.cases(self.window):
            self.add(place, "cases_opened", opened)
            self.add(place, "cases_closed", closed)
            self.add(place, "cases_open", still_open)

    def steps(self) -> None:
        """What was finished, and whether on time; an accepted hand-over ends the service that ran."""
        for place, kind, state, outcome, on_time, ended, opened in totals.movements(self.window):
            self.add(place, OPENED.get(kind, ""), opened)
            if state == "done" or (kind in SERVICES and outcome == "handed_over"):
                self.add(place, ENDED.get(kind, ""), ended)
                self._timely(place, kind, outcome, on_time is None or bool(on_time), ended)

    def _timely(self, place: str, kind: str, outcome: str, on_time: bool, number: int) -> None:
        visit = kind == "joint_first_home_visit"
        if kind not in TIMELY or (visit and outcome == "refused"):
            return
        stem = TIMELY[kind].rpartition("_")[0]
        self.add(place, TIMELY[kind], number)
        self.add(place, f"{stem}_on_time" if on_time else f"{stem}_late", number)
        self.add(place, "visits_joint" if visit and outcome == "joint" else "", number)

    def stock(self) -> None:
        """What was open, and past due, at the end."""
        for place, kind, still_open, late in totals.stock(self.window):
            names = STOCK.get(kind, ("", ""))
            self.add(place, names[0], still_open)
            self.add(place, names[1], late)

    def waiting(self) -> None:
        """Who waits for what, and the median wait in days."""
        waits: dict[str, list[int]] = defaultdict(list)
        for place, kind, start in totals.waiting(self.window):
            self.add(place, "waiting")
            self.add(place, STAGES[kind][0])
            days = (self.window.closing - start).days if start else 0
            waits[place].append(days)
            waits[REGION].append(days)
        for place, found in waits.items():
            self.counts[place]["waiting_median_days"] = round(median(found))

    def handovers(self) -> None:
        """Offers, and refusals by reason."""
        for place, *_ in events.answered(self.window, "offer", "warm_handover", value="yes"):
            self.add(place, "handovers_offered")
        for place, step, answer, round_, _ in self._refusals():
            self.add(place, "handovers_refused")
            self.add(place, f"handovers_refused_{events.refusal_reason(self.window, step, round_, answer)}")

    def _refusals(self) -> list[tuple[str, str, int, int, str]]:
        return [tuple(row) for row in events.answered(self.window, "outcome", "warm_handover", value="refused")]

    def assessments(self) -> None:
        """Whether everyone was spoken to, and how many children were heard."""
        for place, facts, children in events.assessments(self.window):
            heard = sum(facts.get(f"heard_{key}", "") not in NOT_HEARD | {""} for key in children)
            spoken = all(value not in NOT_HEARD for name, value in facts.items() if name.startswith("heard_"))
            self.add(place, "children_in_assessments", len(children))
            self.add(place, "children_heard", heard)
            self.add(place, "assessments_all_spoken" if spoken else "")

    def monitoring(self) -> None:
        """Moments that were due, and who waits for help."""
        for place, due, on_time in totals.monitoring_due(self.window):
            self.add(place, "monitoring_due", due)
            self.add(place, "monitoring_on_time", on_time)
            self.add(place, "monitoring_late", due - on_time)
        told = events.answered(self.window, "waits_for_help", "monitoring")
        last = {step: (place, value) for place, step, *_, value in told}
        for place, value in last.values():
            self.add(place, "" if value == "no" else "waits_for_help")
            self.add(place, "" if value == "no" else f"waits_for_help_{value}")

    def delays(self) -> None:
        """Steps for which a cause of delay was recorded; a refused hand-over stalls."""
        told = {(place, step, value) for place, step, *_, value in events.answered(self.window, "delay_cause")}
        stalled = {(place, step, "handover_stalled") for place, step, *_ in self._refusals()}
        for place, _, cause in told | stalled:
            self.add(place, f"delay_{cause}")

    def lateness(self) -> None:
        """Working days past due inside the period, by the cause that was recorded last (K17)."""
        for place, step, *moments in events.late_with_cause(self.window):
            days = self._days_late(*moments)
            if days and (cause := events.last_cause(self.window, step)):
                self.add(place, f"overdue_steps_{cause}")
                self.add(place, f"overdue_days_{cause}", days)

    def _days_late(self, due: datetime | None, refused: datetime | None, closed: datetime | None) -> int:
        """From the due moment, or the refusal that counts as it."""
        base = min(moment for moment in (due, refused) if moment is not None)
        last = self.window.closing - TINY if self.window.closing == self.window.ends else self.window.closing
        day, final = local_date(base), local_date(min(closed or last, last))
        days = [day + timedelta(days=n) for n in range(1, (final - day).days + 1)]
        return sum(self.policy.calendar().counts(day) for day in days if day >= self.period.start)
