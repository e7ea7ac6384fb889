"""Questions that several steps ask in the same words, and the value lists behind them."""

from domain.case import CaseView, Person, PersonRole
from domain.questions import Choice, Kind, Question, choice, yes_no

DELAY_CAUSE = choice(
    "delay_cause",
    "Oorzaak van vertraging",
    vt_capacity="Capaciteit Veilig Thuis",
    handover_stalled="Overdracht stokt",
    waits_for_person="Wacht op betrokkene",
    waits_for_partner="Wacht op partner",
)

RISK_KINDS = (
    Choice("physical", "Lichamelijk geweld"),
    Choice("psychological", "Psychisch geweld of controle"),
    Choice("sexual", "Seksueel geweld"),
    Choice("witness", "Kind is getuige"),
    Choice("neglect", "Verwaarlozing"),
    Choice("addiction", "Verslaving"),
    Choice("mental_health", "Psychische problemen"),
    Choice("separation_conflict", "Strijd rond scheiding"),
    Choice("stalking", "Stalking of bedreiging"),
    Choice("financial", "Financiële uitbuiting of schulden"),
    Choice("housing", "Onveilige of geen woning"),
    Choice("overload", "Ontspoorde zorg of overbelasting"),
)

SEVERITIES = (Choice("moderate", "Matig"), Choice("serious", "Ernstig"), Choice("grave", "Zeer ernstig"))

# The eight standard themes of safety conditions; own design, to be confirmed by practitioners.
THEMES = (
    Choice("no_new_violence", "Geen nieuw geweld of nieuwe dreiging"),
    Choice("agreements_kept", "Afspraken bekend en nagekomen"),
    Choice("contact_arrangement", "Contactafspraak nagekomen"),
    Choice("children_feel_safe", "Elk kind voelt zich veilig en heeft een vertrouwenspersoon"),
    Choice("help_started", "Hulp voor de oorzaken is begonnen"),
    Choice("basic_care", "Verzorging, school en zorg op orde"),
    Choice("emergency_plan", "Noodplan bekend, veilige persoon bereikbaar"),
    Choice("one_director", "Eén regisseur, plan actueel, netwerk betrokken"),
)

THEME_ANSWERS = (
    Choice("met", "Gehaald"),
    Choice("partly", "Deels gehaald"),
    Choice("not_met", "Niet gehaald"),
    Choice("unknown", "Onbekend"),
)

AFTER_SERVICE = choice(
    "after_service",
    "Wat volgt hierna?",
    handover="Warme overdracht aan het lokale team",
    protection_request="Verzoek tot onderzoek bij de Raad",
    close="Afsluiten",
)

ACTION_KINDS = (
    Choice("addiction_care", "Verslavingszorg starten"),
    Choice("mental_health_care", "Psychische hulp starten"),
    Choice("parenting_support", "Opvoedhulp starten"),
    Choice("trauma_care", "Traumahulp starten"),
    Choice("contact_arrangement", "Contactafspraak maken"),
    Choice("housing", "Woonplek regelen"),
    Choice("finances", "Schulden aanpakken"),
    Choice("school", "Afspraken met school"),
    Choice("criminal_track", "Straf- en zorgtraject afstemmen"),
    Choice("network", "Netwerk betrekken"),
    Choice("other", "Andere actie (in eigen systeem)"),
)


def person_choices(case: CaseView) -> tuple[Choice, ...]:
    """Whom a risk concerns: everyone, or one member by key."""
    return (Choice("all", "Iedereen"), *(Choice(person.key, person.title_by_key()) for person in case.persons))


def risk_slots(case: CaseView, filled: int) -> tuple[Question, ...]:
    """Four empty places for risks beyond those already filled, at most twelve."""
    slots: list[Question] = []
    for number in range(1, min(filled + 4, 12) + 1):
        slots += [
            Question(f"risk_{number}", f"Veiligheidsrisico {number}: soort", choices=RISK_KINDS),
            Question(f"risk_{number}_severity", f"Veiligheidsrisico {number}: ernst", choices=SEVERITIES),
            Question(f"risk_{number}_person", f"Veiligheidsrisico {number}: voor wie", choices=person_choices(case)),
        ]
    return tuple(slots)


HEARD = (
    Choice("alone", "Ja, alleen gesproken"),
    Choice("with_adult", "Ja, met vertrouwd persoon erbij"),
    Choice("observed", "Geobserveerd (te jong voor een gesprek)"),
    Choice("refuses", "Nee, wil niet"),
    Choice("unsafe", "Nee, een gesprek is nu niet veilig"),
    Choice("unreachable", "Nee, niet bereikt"),
)

SPOKEN = (
    Choice("yes", "Ja"),
    Choice("refuses", "Nee, wil niet"),
    Choice("unsafe", "Nee, een gesprek is nu niet veilig"),
    Choice("unreachable", "Nee, niet bereikt"),
)

NOT_HEARD = frozenset({"refuses", "unsafe", "unreachable"})
NEEDS_APPROVAL = NOT_HEARD | {"observed"}


def heard_question(person: Person, year: int) -> Question:
    """Whether this member was heard (child) or spoken to (adult), in the words of the form."""
    title = person.title(year)
    if person.role is PersonRole.CHILD:
        return Question(f"heard_{person.key}", f"{title}: zelf gehoord?", choices=HEARD)
    words = "alleen gesproken?" if person.role is PersonRole.ELDER else "gesproken?"
    return Question(f"heard_{person.key}", f"{title}: {words}", choices=SPOKEN)


def code_question(name: str, title: str) -> Question:
    """A question answered with the code of a professional."""
    return Question(name, title, kind=Kind.CODE)


def risk_acknowledgements(case: CaseView) -> tuple[Question, ...]:
    """One question per open risk: the receiver takes it over."""
    return tuple(
        yes_no(f"takes_{risk.key}", f"Risico {risk.key} ({risk_title(risk.kind)}) overgenomen?")
        for risk in case.open_risks
    )


def risk_title(kind: str) -> str:
    """The Dutch title of a kind of risk."""
    return next(item.title for item in RISK_KINDS if item.value == kind)
