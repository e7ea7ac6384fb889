"""The words a message may hold, and a message of every template to every party about every case."""

import re
from collections.abc import Iterator
from itertools import product

from sqlmodel import select

from domain.ladder import COUNTS
from domain.messages import CAUSES, Count, Rendered, number_text, render_counts
from domain.process import step_of
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import Case, Message, MessageState, Municipality, Organisation, Step, StepState
from tasks.compose_messages import compose
from tasks.read_messages import Told
from tests.faults.leaks_world import BEGIN, LeakWorld

PARTIES = ("VT-201", "VT-209", "VT-911", "VT-990", "WT-201", "WT-209", "KR-001", "KR-002", "ZG-001", "CM-001", "AO-001")
RUNGS = ("NOTICE", "SECOND", "R", "R10", "R5", "L1", "L2", "ACUTE", "L3", "L4")


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


WORDS = words(
    """dit bericht gaat over één stap stappen taak taken voor zaak uiterlijk was herinnering de termijn open kenmerk
    krijgt u dit twee keer dan is het hetzelfde bericht wacht stap van op reden een partner niet vastgelegd er staat
    urgente klaar te lang gemeente minder dan zo veel wachten die overzicht keer"""
)
LABELS = words("vb besluit terugkoppeling huisbezoek overdracht plan monitor overleg opsporing overzicht")
SHAPES = re.compile(
    r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b"  # the reference of a case
    r"|\[?[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\]?"  # the reference of a mail
    r"|(?:ma|di|wo|do|vr|za|zo) \d\d-\d\d-\d{4}(?: \d\d:\d\d)?"  # a moment
    r"|http://127\.0\.0\.1:\d+/\S+"  # a link, which asks for a login
    r"|\(\d+e keer\)|^- |^\d+\.$",
    re.MULTILINE,
)


def strange(told: Rendered, names: frozenset[str]) -> list[str]:
    """The words of a message that no message may hold."""
    text = SHAPES.sub(" ", f"{told.subject}\n{told.body}")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    found = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in found if word not in WORDS | LABELS and not word.isdecimal()]


def every_message(world: LeakWorld) -> Iterator[tuple[Rendered, frozenset[str]]]:
    """Each template for each party for each case, and the names it may hold: a team's, a town's, who is waited for."""
    with world.ledger.reading() as session:
        titles = address_book(session).titles
        towns = {town.code: town.title for town in session.exec(select(Municipality))}
        known = frozenset(
            {*titles.values(), *towns.values(), *CAUSES.values(), *session.exec(select(Organisation.title))}
        )
        for case in session.exec(select(Case)):
            step = session.exec(select(Step).where(Step.case_id == case.id, Step.state == StepState.OPEN)).first()
            assert step is not None
            for party, rung in product(PARTIES, RUNGS):
                told = Told(message_of(step, case, party, rung), step, "")
                names = frozenset(name for name in known | {step.organisation} if name)
                if rung in COUNTS:
                    count = Count(step_of(step.kind).label, towns[case.municipality], number_text(len(party), 10))
                    yield render_counts([count], bundle_reference="BCDF-GHJK", sent_to_title=titles[party]), names
                else:
                    yield compose(session, [told], reference="BCDF-GHJK", sent_to_title=titles[party]), names


def message_of(step: Step, case: Case, party: str, rung: str) -> Message:
    """A message as the sweep decides it, never written down."""
    return Message(
        step_id=step.id,
        case_reference=case.reference,
        party=party,
        rung=rung,
        deadline_version=1,
        ordinal=1 + len(party) % 3,
        label=step_of(step.kind).label,
        due_at=step.due_at,
        acute=rung == "ACUTE",
        state=MessageState.PLANNED,
        planned_at=BEGIN,
    )
