"""What `ketenregie doctor` asks Prefect: does it answer, which version, do its rounds stand on, is its clock right."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version

from deployments.prefect_file import POOL, scheduled
from integrations.prefect_look import PrefectLook, look_at_prefect
from integrations.reachable import prefect_answers
from tasks.examine_ledger import Check

DRIFT = timedelta(minutes=1)
START = "Start 'ketenregie up', of zet KETENREGIE_UI_URL goed."
AGAIN = "Start 'ketenregie up' opnieuw, of registreer de deployments opnieuw (docs/operations.md)."


def prefect_checks(ui_url: str, now: datetime) -> Iterator[Check]:
    """Every check of Prefect, in the order in which to mend them. `now`: the moment by this machine's clock."""
    if not prefect_answers(ui_url):
        yield Check("Prefect", "fail", "geen antwoord", START)
        return
    yield Check("Prefect", "ok", "bereikbaar")
    seen = look_at_prefect(ui_url, POOL)
    if seen is None or seen.refused:
        said = "vraagt een wachtwoord" if seen else "vertelt niets over zijn rondes"
        yield Check("rondes", "warn", said, "Kijk op de pagina Deployments of de rondes aan staan.")
        return
    yield _version(seen.version)
    yield _rounds(seen)
    yield _pool(seen)
    if seen.date is not None:
        yield _clock(seen.date, now)


def _version(found: str) -> Check:
    ours = version("prefect")
    if found == ours:
        return Check("Prefect-server", "ok", found)
    return Check("Prefect-server", "warn", f"{found}, hier {ours}", "Geef server en worker dezelfde versie.")


def _rounds(seen: PrefectLook) -> Check:
    """Every round of the clockwork must be there, not paused, with its schedule on."""
    running = {found.name for found in seen.deployed if found.scheduled and not found.paused}
    known = {found.name for found in seen.deployed}
    wrong = [f"{name} {'staat uit' if name in known else 'ontbreekt'}" for name in scheduled() if name not in running]
    if wrong:
        return Check("rondes", "fail", ", ".join(wrong), AGAIN)
    return Check("rondes", "ok", f"{len(scheduled())} staan aan")


def _pool(seen: PrefectLook) -> Check:
    if seen.pool:
        return Check("werkvoorraad", "ok", f"{POOL} staat open")
    return Check("werkvoorraad", "fail", f"{POOL} ontbreekt of staat stil", AGAIN)


def _clock(theirs: datetime, ours: datetime) -> Check:
    if abs(theirs - ours) <= DRIFT:
        return Check("klok van Prefect", "ok", "loopt gelijk")
    return Check("klok van Prefect", "warn", "loopt niet gelijk", "Zet de tijd van beide machines goed (NTP).")
