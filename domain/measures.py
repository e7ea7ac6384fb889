"""The measures of the reports: name, Dutch title, and which measures add up to which (process catalogue 4.1).

`parts` lists the partitions of a measure: each partition adds up to it, so that hiding one part alone hides nothing.
`guard` names the count a median or a number of days rests on: it may be told when that count may.
"""

from dataclasses import dataclass

from domain.asks import DELAY_CAUSE
from domain.questions import Question
from domain.reports import CONCERNS, REPORTER_CLASSES
from domain.steps.monitoring import WAITS
from domain.steps.warm_handover import REFUSAL

STAGES = {
    "safety_assessment": ("waiting_assessment", "Wacht op veiligheidsbeoordeling"),
    "conditions_and_follow_up": ("waiting_conditions_and_follow_up", "Wacht op voorwaarden en vervolg"),
    "investigation": ("waiting_investigation", "Wacht op onderzoek"),
    "warm_handover": ("waiting_handover", "Wacht op overdracht"),
}
"""Kind of step → the measure that counts who waits for it."""


@dataclass(frozen=True)
class Measure:
    """One line of a report. `stock`: a state at the end of the period, else what happened in it."""

    name: str
    title: str
    group: str
    stock: bool = False
    parts: tuple[tuple[str, ...], ...] = ()
    guard: str = ""
    share_of: str = ""
    half_year_only: bool = False


def _of(question: Question, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{prefix}_{c.value}", c.title) for c in question.choices if c.value != "no")


REFUSALS = _of(REFUSAL, "handovers_refused")
WAITS_FOR = _of(WAITS, "waits_for_help")
CAUSES = _of(DELAY_CAUSE, "delay")
LATE_DAYS = _of(DELAY_CAUSE, "overdue_days")
LATE_STEPS = _of(DELAY_CAUSE, "overdue_steps")


def _names(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(name for name, _ in pairs)


def _timely(name: str, title: str, group: str) -> tuple[Measure, ...]:
    """Something finished, on time or late."""
    stem = name.rpartition("_")[0]
    on_time, late = f"{stem}_on_time", f"{stem}_late"
    return (
        Measure(name, title, group, parts=((on_time, late),)),
        Measure(on_time, "op tijd", group, share_of=name),
        Measure(late, "te laat", group),
    )


_REPORTS = ("reports_first", "reports_repeat", "reports_follow_up", "reports_unclassified")
_BY_REPORTER = tuple((f"reporter_{code}", title) for code, title in REPORTER_CLASSES.items())
_BY_CONCERN = tuple((f"concern_{code}", title) for code, title in CONCERNS.items())

MEASURES: tuple[Measure, ...] = (
    Measure("reports", "Meldingen", "Meldingen", parts=(_REPORTS, _names(_BY_REPORTER), _names(_BY_CONCERN))),
    Measure("reports_first", "eerste melding", "Meldingen"),
    Measure("reports_repeat", "herhaalde melding", "Meldingen"),
    Measure("reports_follow_up", "vervolgmelding", "Meldingen"),
    Measure("reports_unclassified", "niet ingedeeld", "Meldingen"),
    Measure("reports_on_waiting_list", "gezin wacht al op gewone hulp", "Meldingen", share_of="reports"),
    *(Measure(name, title, "Soort melder", half_year_only=True) for name, title in _BY_REPORTER),
    *(Measure(name, title, "Aard van de melding", half_year_only=True) for name, title in _BY_CONCERN),
    Measure("cases_opened", "Zaken geopend", "Zaken"),
    Measure("cases_closed", "Zaken afgesloten", "Zaken"),
    Measure("cases_open", "Zaken open", "Zaken", stock=True),
    *_timely("acute_done", "Spoedinzet afgerond", "Spoed"),
    *_timely("assessments_done", "Veiligheidsbeoordelingen afgerond", "Veiligheidsbeoordeling"),
    Measure("assessments_all_spoken", "iedereen gesproken", "Veiligheidsbeoordeling", share_of="assessments_done"),
    Measure("children_in_assessments", "Kinderen in afgeronde beoordelingen", "Veiligheidsbeoordeling"),
    Measure("children_heard", "zelf gehoord", "Veiligheidsbeoordeling", share_of="children_in_assessments"),
    Measure("assessments_open", "Beoordelingen open", "Veiligheidsbeoordeling", stock=True),
    Measure("assessments_overdue", "over de termijn", "Veiligheidsbeoordeling", True, share_of="assessments_open"),
    Measure("waiting", "Wachtenden", "Wachtlijst", True, parts=(tuple(name for name, _ in STAGES.values()),)),
    *(Measure(name, title, "Wachtlijst", stock=True) for name, title in STAGES.values()),
    Measure("waiting_median_days", "Middelste wachttijd in dagen", "Wachtlijst", True, guard="waiting"),
    Measure("handovers_offered", "Overdrachten aangeboden", "Overdracht"),
    Measure("handovers_accepted", "Overdrachten aanvaard", "Overdracht"),
    Measure("handovers_refused", "Overdrachten geweigerd", "Overdracht", parts=(_names(REFUSALS),)),
    *(Measure(name, title.lower(), "Overdracht") for name, title in REFUSALS),
    *_timely("visits_done", "Eerste huisbezoeken gedaan", "Huisbezoek"),
    Measure("visits_joint", "samen gedaan", "Huisbezoek", share_of="visits_done"),
    *_timely("conditions_and_follow_up_finished", "Voorwaarden en vervolg afgerond", "Diensten"),
    *_timely("investigations_finished", "Onderzoeken afgerond", "Diensten"),
    Measure("out_of_sight_new", "Buiten beeld geraakt", "Buiten beeld"),
    Measure("out_of_sight_ended", "Opsporen afgerond", "Buiten beeld"),
    Measure("out_of_sight", "Nu buiten beeld", "Buiten beeld", stock=True),
    Measure("monitoring_due", "Monitormomenten gepland", "Monitor", parts=(("monitoring_on_time", "monitoring_late"),)),
    Measure("monitoring_on_time", "op tijd gedaan", "Monitor", share_of="monitoring_due"),
    Measure("monitoring_late", "te laat of niet gedaan", "Monitor"),
    Measure("monitoring_done", "Monitormomenten gedaan", "Monitor"),
    Measure("monitoring_overdue", "Monitormomenten open en over de termijn", "Monitor", stock=True),
    Measure("waits_for_help", "Bij monitor: iemand wacht op gewone hulp", "Knelpunten", parts=(_names(WAITS_FOR),)),
    *(Measure(name, title.removeprefix("Ja, "), "Knelpunten") for name, title in WAITS_FOR),
    *(Measure(name, f"Stappen met vertraging. {title}", "Knelpunten") for name, title in CAUSES),
    *(Measure(name, f"Stappen te laat. {title}", "Knelpunten") for name, title in LATE_STEPS),
    *(
        Measure(days, f"Werkdagen te laat. {title}", "Knelpunten", guard=steps)
        for (days, title), (steps, _) in zip(LATE_DAYS, LATE_STEPS, strict=True)
    ),
)

NAMES = tuple(measure.name for measure in MEASURES)
BY_NAME = {measure.name: measure for measure in MEASURES}
