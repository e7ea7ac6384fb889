"""The stage of a story: a fresh ledger with a virtual clock, a real mail server on this machine, and the acts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import col, func, select

from deployments.demo import kustland
from deployments.mail_catcher import Caught, MailCatcher, read_mailbox
from deployments.stories.format import Act, Story
from domain.case import PersonRole
from domain.duty import next_opening
from domain.errors import UnknownRefusal
from domain.reports import IncomingReport
from integrations.ledger import SYSTEM, Actor, Ledger
from integrations.ledger.policy import policy_of
from integrations.ledger.settings_table import put
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Step
from integrations.region_file import Region, read_region
from integrations.senders import sender_of
from integrations.settings import Settings
from tasks.acknowledge import acknowledge
from tasks.add_person import add_person
from tasks.deliver_messages import deliver_messages
from tasks.load_region import load_region
from tasks.open_step import open_step
from tasks.receive_report import receive
from tasks.record_answer import Recorded, record_answer
from tasks.sweep_deadlines import sweep_deadlines

DOOR = "verhaal"
REPORT_DEFAULTS: dict[str, Any] = {
    "source": "POL-KUST",
    "channel": "file",
    "reporter_class": "police",
    "disclosure": "open",
    "concern": "child_abuse",
    "municipality": "MEERDORP",
    "household": "H-TEST-1",
    "feedback_wanted": True,
}


def region_of(story: Story, beside: Path) -> Region:
    """The story's own region file, or the synthetic region Kustland."""
    if story.region:
        return read_region(beside.parent / story.region)
    return kustland()


class Stage:
    """Performs acts; `cases` maps the alias of a case in the story to its reference."""

    def __init__(self, ledger: Ledger, mailbox: MailCatcher) -> None:
        self.ledger, self.mailbox = ledger, mailbox
        self.url = ledger.url.render_as_string(hide_password=False)
        self.cases: dict[str, str] = {}
        self.sender = sender_of(Settings(mail_host="127.0.0.1", mail_port=mailbox.port))

    def prepare(self, region: Region, policy: str, now: datetime) -> None:
        """Load the region and the policy into the fresh ledger."""
        self.ledger.upgrade()
        load_region(self.ledger, region, now)
        with self.ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            put(uow, "clock", "virtual")
            put(uow, "policy", policy)

    def restart(self) -> None:
        """Forget everything in memory: only what is on disk goes on."""
        self.ledger.dispose()
        self.ledger = Ledger(self.url)

    def pass_time(self, until: datetime) -> None:
        """Sweep and deliver at every moment the schedule would find something, up to `until`."""
        while (moment := self._next_moment()) is not None and moment <= until:
            self.tick(moment)

    def tick(self, now: datetime) -> None:
        """One sweep and one delivery round."""
        sweep_deadlines(self.ledger, now)
        deliver_messages(self.ledger, now, self.sender)

    def _next_moment(self) -> datetime | None:
        """The next look of the sweep, or the opening that held messages wait for."""
        with self.ledger.reading() as session:
            look = session.exec(select(func.min(Step.next_action_at))).first()
            held = session.exec(
                select(func.min(Message.planned_at)).where(Message.state == MessageState.PLANNED)
            ).first()
            policy = policy_of(session)
        opening = next_opening(held, policy.hours, policy.calendar()) if held else None
        return min(filter(None, (look, opening)), default=None)

    def perform(self, act: Act) -> Recorded | None:
        """Perform one act. Raises the Refusal the act meets."""
        match act.verb:
            case "report":
                self._report(act)
            case "record":
                assert act.record is not None
                step = self.step_id(act.record.step, act.record.case)
                return record_answer(self.ledger, step, act.record.give, act.record.by, door=DOOR, now=act.at)
            case "open":
                assert act.open is not None
                reference = self.reference(act.open.case)
                open_step(self.ledger, reference, act.open.step, act.open.by, door=DOOR, now=act.at)
            case "acknowledge":
                assert act.acknowledge is not None
                step = self.step_id(act.acknowledge.step, act.acknowledge.case)
                acknowledge(self.ledger, step, act.acknowledge.by, door=DOOR, now=act.at)
            case "person":
                self._person(act)
            case "mail":
                self.mailbox.stop() if act.mail == "down" else self.mailbox.start()
        return None

    def _report(self, act: Act) -> None:
        given: dict[str, Any] = REPORT_DEFAULTS | (act.report or {})
        alias = str(given.pop("as", "K"))
        given.setdefault("number", f"M-{act.at:%Y%m%d%H%M}")
        given.setdefault("received_at", act.at)
        report = IncomingReport.model_validate(given | {"persons": tuple(given.get("persons", ()))}, strict=False)
        actor = Actor(report.accepted_by or "VT-911", "vt_on_call", DOOR)
        with self.ledger.unit_of_work(now=act.at, actor=actor) as uow:
            self.cases[alias] = receive(uow, report, act.at).case_reference

    def _person(self, act: Act) -> None:
        assert act.person is not None
        person, reference = act.person, self.reference(act.person.case)
        role = PersonRole(person.role)
        add_person(self.ledger, reference, role, person.birth_year, person.by, door=DOOR, now=act.at)

    def reference(self, alias: str = "") -> str:
        """The reference of a case by its alias; without one, the first case of the story."""
        if not self.cases:
            raise UnknownRefusal("KR-ZAAK-ONBEKEND")
        return self.cases[alias] if alias else next(iter(self.cases.values()))

    def step_id(self, word: str, alias: str = "") -> str:
        """The step of this word (or word/subject) of a case: the open one, else the planned one, else the last."""
        kind, _, subject = word.partition("/")
        with self.ledger.reading() as session:
            wanted = select(Step).join(Case, col(Case.id) == Step.case_id).where(Step.kind == kind)
            wanted = wanted.where(Case.reference == self.reference(alias)).order_by(col(Step.id))
            found = [s for s in session.exec(wanted) if s.subject.startswith(subject)]
        for state in RUNNING:
            if running := [step for step in found if step.state == state]:
                return running[0].id
        if not found:
            raise UnknownRefusal("KR-STAP-ONBEKEND")
        return found[-1].id

    def mails(self) -> list[Caught]:
        """What has arrived in the mailbox so far."""
        return read_mailbox(self.mailbox.folder)


@contextmanager
def stage(story: Story, beside: Path) -> Iterator[Stage]:
    """A stage in a temporary folder that is gone afterwards."""
    with TemporaryDirectory(prefix="ketenregie-verhaal-") as folder, stage_in(Path(folder), story, beside) as made:
        yield made


@contextmanager
def stage_in(folder: Path, story: Story, beside: Path, number: int = 0) -> Iterator[Stage]:
    """The stage in this folder, made for the first act and taken up again by a later process for act `number`."""
    names = folder / "cases.json"
    with MailCatcher(folder / "mail") as mailbox:
        made = Stage(Ledger(f"sqlite:///{folder}/ledger.sqlite"), mailbox)
        try:
            if number == 0:
                made.prepare(region_of(story, beside), story.policy, story.acts[0].at)
            else:
                made.cases = json.loads(names.read_text(encoding="utf-8"))
            if [act.mail for act in story.acts[:number] if act.mail][-1:] == ["down"]:
                mailbox.stop()
            yield made
            names.write_text(json.dumps(made.cases), encoding="utf-8")
        finally:
            made.ledger.dispose()
