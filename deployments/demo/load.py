"""Load the demo: play every plot's scenes in order of time, sweeping and delivering as the schedule would."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import col, func, select

from deployments.demo import demo_policy, kustland
from deployments.demo.answers import answers, in_days
from deployments.demo.plot import PLOTS, Plot, Scene
from domain.calendar_nl import Calendar
from domain.errors import Refusal
from domain.reports import IncomingPerson, IncomingReport
from domain.terms import add_working_days, at_hour, local_date, working_days_before
from integrations.ledger import Actor, Ledger
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Case, ProfessionalRow, Step, StepState
from integrations.mail import Sender
from tasks.change_policy import change_policy
from tasks.deliver_messages import deliver_messages
from tasks.load_region import load_region
from tasks.read_form import read_form
from tasks.receive_report import receive
from tasks.record_answer import record_answer
from tasks.sweep_deadlines import sweep_deadlines

DOOR = "demo"


@dataclass(frozen=True)
class Moment:
    """One thing that happens: a report (scene None) or a scene of a case."""

    at: datetime
    number: int
    plot: Plot
    scene: Scene | None


def load_demo(ledger: Ledger, sender: Sender, now: datetime, tell: Callable[[int, int], None]) -> int:
    """Fill a fresh ledger so that it stands at `now` as after months of work; the number of cases.

    `tell(done, of)` is called as it goes. The same `now` gives the same cases.
    """
    load_region(ledger, kustland(), now)
    change_policy(ledger, demo_policy(), now)
    with ledger.reading() as session:
        calendar = policy_of(session).calendar()
    moments = sorted(_moments(now, calendar), key=lambda moment: (moment.at, moment.number))
    player = _Player(ledger, sender)
    for done, moment in enumerate(moments):
        player.pass_time(moment.at)
        player.play(moment)
        tell(done + 1, len(moments))
    player.pass_time(now)
    player.tick(now)
    return len(player.cases)


def _moments(now: datetime, calendar: Calendar) -> Iterator[Moment]:
    today = local_date(now)
    for number, plot in enumerate(PLOTS, 1):
        start = working_days_before(today, plot.days_ago, calendar) if plot.days_ago else today
        received = at_hour(start, 9) + timedelta(minutes=7 * number % 60)
        if plot.days_ago == 0 or received > now:
            received = now - timedelta(minutes=50 if plot.acute else 20 + number)
        yield Moment(received, number, plot, None)
        for scene in plot.path:
            if scene.kind == plot.until:
                break
            at = _at(plot, scene, start, received, calendar) + timedelta(minutes=number % 5)
            if at < now:
                yield Moment(at, number, plot, scene)


def _at(plot: Plot, scene: Scene, start: date, received: datetime, calendar: Calendar) -> datetime:
    """Today's cases move by minutes, the others by working days."""
    if not plot.days_ago:
        return received + timedelta(minutes=scene.hour - 5)
    day = add_working_days(start, scene.day, calendar) if scene.day else start
    return max(at_hour(day, scene.hour), received + timedelta(minutes=10))


class _Player:
    def __init__(self, ledger: Ledger, sender: Sender) -> None:
        self.ledger, self.sender = ledger, sender
        self.cases: dict[int, str] = {}

    def pass_time(self, until: datetime) -> None:
        """Sweep at every moment something was due, up to `until`; deliver at the last look of each day."""
        while (look := self._next_look()) is not None and look < until:
            sweep_deadlines(self.ledger, look)
            after = self._next_look()
            if after is None or local_date(after) != local_date(look):
                deliver_messages(self.ledger, look, self.sender)

    def tick(self, at: datetime) -> None:
        sweep_deadlines(self.ledger, at)
        deliver_messages(self.ledger, at, self.sender)

    def _next_look(self) -> datetime | None:
        with self.ledger.reading() as session:
            return session.exec(select(func.min(Step.next_action_at))).first()

    def play(self, moment: Moment) -> None:
        if moment.scene is None:
            self.cases[moment.number] = self._report(moment)
        else:
            self._scene(moment, moment.scene)

    def _report(self, moment: Moment) -> str:
        report = _report(moment)
        with self.ledger.unit_of_work(now=moment.at, actor=Actor("VT-911", "vt_on_call", DOOR)) as uow:
            return receive(uow, report, moment.at).case_reference

    def _scene(self, moment: Moment, scene: Scene) -> None:
        step = self._step(moment.number, scene.kind)
        if step is None:
            return
        form, today = read_form(self.ledger, step.id, moment.at), local_date(moment.at)
        give = answers(form, today, _dated(scene, in_days(today, 14)))
        self._record(step.id, self._who(step, scene), give, moment.at)
        if scene.second:
            self._record(step.id, self._lead(step.team), {"approval": "yes"}, moment.at)

    def _record(self, step: str, by: str, give: Mapping[str, object], at: datetime) -> None:
        try:
            record_answer(self.ledger, step, give, by, door=DOOR, now=at)
        except Refusal as refusal:
            raise RuntimeError(f"demo: {step} {refusal.code}") from None

    def _step(self, number: int, kind: str) -> Step | None:
        with self.ledger.reading() as session:
            wanted = select(Step).join(Case, col(Case.id) == Step.case_id)
            wanted = wanted.where(Case.reference == self.cases[number], Step.kind == kind, Step.state == StepState.OPEN)
            return session.exec(wanted.order_by(col(Step.id))).first()

    def _who(self, step: Step, scene: Scene) -> str:
        if scene.by == "lead" or scene.give.get("outcome") == "accepted":
            with self.ledger.reading() as session:
                case = session.get(Case, step.case_id)
                return self._lead(case.local_team if case else step.team)
        return step.owner

    def _lead(self, team: str) -> str:
        with self.ledger.reading() as session:
            people = session.exec(select(ProfessionalRow).where(ProfessionalRow.team == team)).all()
        return next(person.code for person in people if any(role.endswith("team_lead") for role in person.roles))


def _dated(scene: Scene, later: str) -> dict[str, str | int]:
    dates = {f"{name}_due": later for name in scene.give if name.startswith("action_") and name.count("_") == 1}
    director = {"director": "WT-101"} if scene.kind in ("mda_consultation", "local_start") else {}
    return {**director, **scene.give, **dates}


def _report(moment: Moment) -> IncomingReport:
    """A household that fits the concern; every code is made from the number of the case."""
    n, year, plot = moment.number, moment.at.astimezone(UTC).year, moment.plot
    persons = [IncomingPerson(key="A", role="adult", birth_year=year - 30 - n % 12)]
    if plot.concern == "elder_abuse":
        persons.append(IncomingPerson(key="B", role="elder", birth_year=year - 78))
    else:
        persons.append(IncomingPerson(key="B", role="child", birth_year=year - 4 - n % 11))
        persons += [IncomingPerson(key="C", role="child", birth_year=year - 2 - n % 7)] * (n % 2)
    return IncomingReport(
        source="POL-KUST" if n % 3 else "CJG-DUINWIJK",
        number=f"DEMO-{n:03d}",
        received_at=moment.at,
        channel="file" if n % 3 else "phone",
        reporter_class="police" if n % 3 else "education",
        disclosure="open",
        concern=plot.concern,
        municipality=plot.municipality,
        household=f"HH-{n:03d}",
        persons=tuple(persons),
        own_number=f"VTK-{n:04d}",
        feedback_wanted=True,
        possibly_acute=plot.acute,
        accepted_by="" if plot.to_judge else "VT-911",
    )
