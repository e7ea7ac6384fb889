"""What a message says: reference, neutral label, due date, link, and nothing else.

The words follow section 5.3 of the process catalogue: no name, no nature of the violence, no reporter, no free
text. No rung of the ladder tells more than the one below it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from domain.asks import DELAY_CAUSE
from domain.dutch import day_text, moment_text
from domain.errors import PrivacyRefusal
from domain.ladder import REMINDERS
from domain.privacy import personal
from domain.terms import end_of_day, local_date

LABELS = frozenset(
    {
        "VB",
        "Besluit",
        "Terugkoppeling",
        "Huisbezoek",
        "Overdracht",
        "Plan",
        "Monitor",
        "Overleg",
        "Opsporing",
        "Overzicht",
    }
)
ACUTE, LATE, STALLED = "ACUTE", "L1", "L2"
UNDELIVERED = "UNDELIVERED"
"""The rung of a message about another that reached nobody; its `ordinal` is the number of that other message."""
OFFER, OFFER_FAILED, OFFER_BACK = "OFFER", "OFFER_FAILED", "OFFER_BACK"
"""Of a hand-over to a partner's own system: to the receiver (it did not arrive), and to who offered it: it did not
arrive, or the answer that came back cannot be recorded yet."""

OFFER_WAITS, OFFER_HOMELESS, OFFER_TAKEN_BACK = "OFFER_WAITS", "OFFER_HOMELESS", "OFFER_TAKEN_BACK"
OFFER_UNREAD, OFFER_UNSEEN, OFFER_GONE = "OFFER_UNREAD", "OFFER_UNSEEN", "OFFER_GONE"
OFFER_STAYS, OFFER_CROSSED = "OFFER_STAYS", "OFFER_CROSSED"
OFFER_WORDS = {
    OFFER_FAILED: "Niet aangekomen bij de ontvanger",
    OFFER_WAITS: "Na een werkdag nog niet aangekomen bij de ontvanger",
    OFFER_HOMELESS: "Overdracht zonder systeem, het antwoord komt niet vanzelf terug",
    OFFER_TAKEN_BACK: "Staat bij de ontvanger als ingetrokken",
    OFFER_UNREAD: "Antwoord van de ontvanger niet te lezen",
    OFFER_UNSEEN: "Al twee dagen niet na te lezen bij de ontvanger",
    OFFER_GONE: "Niet meer te vinden bij de ontvanger",
    OFFER_STAYS: "Nog niet ingetrokken bij de ontvanger",
    OFFER_CROSSED: "Door de ontvanger aanvaard, hier niet meer aangeboden",
}
"""Of a hand-over to a partner's own system: what is wrong with it, told to who offered it and to their lead."""

CORV_FAILED, CORV_SILENT = "CORV_FAILED", "CORV_SILENT"
CORV_WORDS = {CORV_FAILED: "Door CORV niet afgeleverd", CORV_SILENT: "Nog geen ontvangstbericht van CORV"}
"""Of a request that was sent through CORV."""

FURTHER = "FURTHER"
"""Of a further report on a case that was known already (S23), told to who works on it: that, and nothing of it."""

AFTER_CLOSING = frozenset({OFFER_STAYS, OFFER_CROSSED, OFFER_HOMELESS, FURTHER, *CORV_WORDS})
"""What must be told also when the step is closed: it came of the closing, or comes later than that."""

OUTCOME, OUTCOME_FAILED = "OUTCOME", "OUTCOME_FAILED"
"""Of a status for a reporter's system: what did not arrive there, and the word of it to the worker."""

ASIDE = frozenset({UNDELIVERED, OFFER, OFFER_BACK, OUTCOME, OUTCOME_FAILED, FURTHER, *OFFER_WORDS, *CORV_WORDS})
"""What stands beside the ladder: it takes the place of no rung, and no rung takes its place."""

CAUSES = {choice.value: choice.title for choice in DELAY_CAUSE.choices}
FORBIDDEN = re.compile(r"geweld|politie|mishandel|\bMDA", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One step in a message. `waiting_for` and `cause` (a code) are told at L2 only: whose turn it is and why not.

    `waiting_for` is an organisation's code; in a message about one that did not arrive, whom that was meant for. There
    `cause` is the rung of the one that did not arrive.
    """

    label: str
    reference: str
    due_at: datetime | None
    rung: str
    link: str
    ordinal: int = 1
    waiting_for: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Count:
    """How many steps with this label wait too long in a municipality; small numbers come as text ('minder dan 10')."""

    label: str
    municipality_title: str
    number_text: str


def content_hash(reference: str, label: str, due_at: datetime | None) -> str:
    """What a message says, in 16 hexadecimals, to stand beside its key: that key with other contents is an error."""
    due = due_at.timestamp() if due_at else ""
    return sha256(f"{reference}|{label}|{due}".encode()).hexdigest()[:16]


def number_text(number: int, below: int) -> str:
    """A count as it may be told: a small number (POLICY privacy.suppress_below) could point at one household."""
    return str(number) if number >= below else f"minder dan {below}"


@dataclass(frozen=True)
class Rendered:
    """A message as it will be sent: plain text."""

    subject: str
    body: str


URGENT, OVERVIEW = "Er staat een urgente taak klaar", "Overzicht"
MAYBE_AGAIN = "Door een herstel na een storing kan dit een herhaling zijn van een bericht met een ander kenmerk."


def repeated(rendered: Rendered) -> Rendered:
    """The same message, which says that it may be a repetition: the ledger was restored from an older copy."""
    if MAYBE_AGAIN in rendered.body:
        return rendered
    return Rendered(rendered.subject, f"{rendered.body}{MAYBE_AGAIN}\n")


def render(lines: Iterable[Line], *, bundle_reference: str, sent_to_title: str) -> Rendered:
    """One message for one party: an acute step alone, one step, or a digest. Raises PrivacyRefusal."""
    told = sorted(lines, key=_urgency)
    if any(line.rung == ACUTE for line in told):
        rendered = _acute(told, bundle_reference)
    else:
        rendered = _ordinary(told, bundle_reference, sent_to_title)
    own = [bundle_reference, *(text for line in told for text in (line.link, line.reference))]
    return _checked(rendered, own, (line.label for line in told))


def render_counts(counts: Iterable[Count], *, bundle_reference: str, sent_to_title: str) -> Rendered:
    """Numbers only, for L3 and L4: no case, no link to one. Raises PrivacyRefusal."""
    told = list(counts)
    listed = [f"- {count.label}, gemeente {count.municipality_title}: {count.number_text}" for count in told]
    body = ["Zo veel stappen wachten te lang:", "", *listed]
    rendered = Rendered(
        f"{OVERVIEW}: stappen die te lang wachten [{bundle_reference}]", _page(body, bundle_reference, sent_to_title)
    )
    return _checked(rendered, [bundle_reference], (count.label for count in told))


def letter(
    subject: str, lines: list[str], *, bundle_reference: str, sent_to_title: str, own: Iterable[str] = ()
) -> Rendered:
    """A message that is about no step. `own`: words of ours that may look personal. Raises PrivacyRefusal."""
    rendered = Rendered(subject, _page(lines, bundle_reference, sent_to_title))
    return _checked(rendered, [bundle_reference, *own], ())


def _acute(lines: list[Line], bundle_reference: str) -> Rendered:
    if len(lines) != 1:
        raise PrivacyRefusal("KR-BERICHT-PRIVACY", what="meer dan een stap in een urgent bericht")
    return Rendered(f"{URGENT} [{bundle_reference}]", f"{URGENT}.\n{lines[0].link}\n")


def _ordinary(lines: list[Line], bundle_reference: str, sent_to_title: str) -> Rendered:
    sentences = [_sentence(line) for line in lines]
    if len(lines) == 1:
        subject = _headline(lines[0])
        body = ["Dit bericht gaat over één stap.", "", *sentences[0]]
    else:
        subject = f"{len(lines)} taken voor u"
        body = [f"Dit bericht gaat over {len(lines)} stappen.", ""]
        body += [text for number, sentence in enumerate(sentences, 1) for text in (f"{number}.", *sentence)]
    return Rendered(f"{subject} [{bundle_reference}]", _page(body, bundle_reference, sent_to_title))


def _page(body: list[str], bundle_reference: str, sent_to_title: str) -> str:
    title = neutral(sent_to_title)
    closing = [
        *([f"Voor: {title}"] if title else []),
        f"Kenmerk: {bundle_reference}",
        "Krijgt u dit kenmerk twee keer? Dan is het hetzelfde bericht.",
    ]
    return "\n".join([*body, "", *closing, ""])


def neutral(text: str) -> str:
    """The text, or nothing when it would tell too much: a message without its addressee's title still arrives."""
    return "" if FORBIDDEN.search(text) or personal(text) else text


def _headline(line: Line) -> str:
    return HEADLINES.get(line.rung, _task)(line)


def _sentence(line: Line) -> list[str]:
    """The headline, then the link; whom it is not for, or who need do nothing, hears of a step without a link."""
    link = [] if line.rung in (STALLED, UNDELIVERED, FURTHER) else [f"Open de taak: {line.link}"]
    return [_headline(line), *link]


def _due(line: Line, words: str) -> str:
    if line.due_at is None:
        return ""
    whole_day = line.due_at == end_of_day(local_date(line.due_at))
    return f"{words} {day_text(local_date(line.due_at)) if whole_day else moment_text(line.due_at)}"


def _again(line: Line) -> str:
    return f" ({line.ordinal}e keer)" if line.ordinal > 1 else ""


def _task(line: Line) -> str:
    return f"Taak {line.label} voor zaak {line.reference}{_due(line, ': uiterlijk')}{_again(line)}"


def _reminder(line: Line) -> str:
    return f"Herinnering taak {line.label} voor zaak {line.reference}{_due(line, ': uiterlijk')}{_again(line)}"


def _late(line: Line) -> str:
    return f"Over de termijn: taak {line.label} voor zaak {line.reference}{_due(line, ', uiterlijk was')}{_again(line)}"


def _stalled(line: Line) -> str:
    party = neutral(line.waiting_for) or "een partner"
    cause = CAUSES.get(line.cause, line.cause) or "niet vastgelegd"
    return f"Wacht: stap {line.label} van zaak {line.reference}. Wacht op: {party}. Reden: {cause}{_again(line)}"


def _undelivered(line: Line) -> str:
    """Neither what that message said nor why it failed: somebody must speak to the other, by another way than mail."""
    about = f"taak {line.label} voor zaak {line.reference}" if line.reference else f"overzicht {line.label}"
    party = neutral(line.waiting_for) or "wie aan de beurt is"
    if line.cause in OFFER_WORDS:
        return f"{OFFER_WORDS[line.cause]}: {about}. Neem zelf contact op met {party}"
    return f"Bericht niet aangekomen: {about}. Neem zelf contact op met {party}, niet per e-mail"


def _offer_trouble(line: Line) -> str:
    return f"{OFFER_WORDS[line.rung]}: taak {line.label} voor zaak {line.reference}. Neem zelf contact op"


def _corv(line: Line) -> str:
    return f"{CORV_WORDS[line.rung]}: taak {line.label} voor zaak {line.reference}"


def _offer_back(line: Line) -> str:
    return f"Antwoord van de ontvanger nog niet compleet: taak {line.label} voor zaak {line.reference}"


def _outcome_failed(line: Line) -> str:
    return f"Niet aangekomen: taak {line.label} voor zaak {line.reference}. Koppel zelf terug"


def _further(line: Line) -> str:
    return f"Zaak {line.reference} wordt opnieuw bekeken. Uw eigen taken en termijnen lopen door"


HEADLINES: dict[str, Callable[[Line], str]] = {
    OUTCOME_FAILED: _outcome_failed,
    **dict.fromkeys(OFFER_WORDS, _offer_trouble),
    **dict.fromkeys(CORV_WORDS, _corv),
    OFFER_BACK: _offer_back,
    FURTHER: _further,
    STALLED: _stalled,
    UNDELIVERED: _undelivered,
    LATE: _late,
    **dict.fromkeys(REMINDERS, _reminder),
}


def _urgency(line: Line) -> tuple[int, float, str]:
    order = {UNDELIVERED: -1, STALLED: 0, LATE: 1, **dict.fromkeys(REMINDERS, 2)}
    return order.get(line.rung, 3), line.due_at.timestamp() if line.due_at else 0.0, line.reference


def _checked(rendered: Rendered, own: list[str], labels: Iterable[str]) -> Rendered:
    """Refuse a label that is not on the list and any text that looks personal, our own references and links aside."""
    if not LABELS.issuperset(labels):
        raise PrivacyRefusal("KR-BERICHT-PRIVACY", what="een onbekend label")
    text = f"{rendered.subject}\n{rendered.body}"
    for known in sorted(filter(None, own), key=len, reverse=True):
        text = text.replace(known, " ")
    found = personal(text) or ("een verboden woord" if FORBIDDEN.search(text) else "")
    if found:
        raise PrivacyRefusal("KR-BERICHT-PRIVACY", what=found)
    return rendered
