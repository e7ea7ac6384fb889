"""Where Prefect may differ from the ledger: each kind with its Dutch words, and how to see it in one run."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tasks.find_runs import SeenRun
from tasks.run_facts import RunFacts
from tasks.start_run import SLACK, at_another_moment, moment_of, run_name, tags_of

DEAD_AFTER = timedelta(minutes=5)  # a step is at work for a second or two; of a server that is away, 14 seconds


class Difference(StrEnum):
    """A kind of difference, by the word under which it is counted in the trail."""

    MISSING = "ontbrak"
    ENDED = "te_vroeg_geeindigd"
    DEAD = "dood"
    FORM = "zonder_formulier"
    MOMENT = "ander_moment"
    DEPLOYMENT = "andere_deployment"
    RUN_ID = "ander_nummer"
    LABELS = "andere_labels"
    DOUBLED = "dubbel"
    CLOSED = "stap_gesloten"
    STRANGE = "geen_stap"
    ROUND = "dode_ronde"
    ORPHAN = "oude_deployment"


TOLD = {
    Difference.MISSING: "stap zonder run: run gemaakt",
    Difference.ENDED: "run was geëindigd terwijl de stap openstaat: opnieuw gewekt",
    Difference.DEAD: "run stond stil bij een worker: opnieuw gestart",
    Difference.FORM: "run wachtte zonder het goede formulier of met een ongelezen antwoord: opnieuw gestart",
    Difference.MOMENT: "run stond op een ander moment dan de stap: verzet",
    Difference.DEPLOYMENT: "run hoorde bij een oude deployment of werkvoorraad: overgezet",
    Difference.RUN_ID: "administratie kende een andere run: genoteerd",
    Difference.LABELS: "naam of labels van de run klopten niet: bijgewerkt",
    Difference.DOUBLED: "stap had meer dan één run: beëindigd",
    Difference.CLOSED: "stap is klaar maar de run liep nog: beëindigd",
    Difference.STRANGE: "run zonder stap in deze administratie: beëindigd",
    Difference.ROUND: "ronde waar niemand meer aan werkte: afgesloten",
    Difference.ORPHAN: "deployment van een andere versie: op pauze gezet",
}


def is_dead(run: SeenRun, now: datetime) -> bool:
    """True when no worker can be at this run any more."""
    return run.busy and now - run.since > DEAD_AFTER


def in_state(run: SeenRun, facts: RunFacts, homes: dict[UUID, str], now: datetime) -> Difference | None:
    """What is wrong with where the run stands, if anything; `homes`: the deployments of now, each with its pool."""
    if run.busy and not is_dead(run, now):
        return None
    if run.deployment is None or run.deployment not in homes or run.pool != homes[run.deployment]:
        return Difference.DEPLOYMENT
    if run.busy:
        return Difference.DEAD
    if run.paused:
        return _while_waiting(run, facts, now)
    moved = run.scheduled and at_another_moment(run.due, moment_of(facts, now), planned=facts.planned)
    return Difference.MOMENT if moved else None


def has_other_labels(run: SeenRun, facts: RunFacts) -> bool:
    """True when the run's name or tags are not those of its step."""
    return run.name != run_name(facts) or run.tags != frozenset(tags_of(facts))


def _while_waiting(run: SeenRun, facts: RunFacts, now: datetime) -> Difference | None:
    if facts.planned and moment_of(facts, now) > now + SLACK:
        return Difference.MOMENT
    good = run.asking == facts.asking or run.asking.startswith(f"{facts.asking}-again-")
    return None if good else Difference.FORM
