"""What `ketenregie doctor` asks the systems of partners: each section of the partners' file by its own preflight."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deployments.receiver.house import shown_to_us
from domain.errors import KetenregieError
from integrations.corv.preflight import preflight as of_corv
from integrations.events.preflight import preflight as of_subscriber
from integrations.handover import Finding
from integrations.klantinteracties.preflight import preflight as of_klantinteracties
from integrations.ledger import Ledger
from integrations.notificaties.preflight import preflight as of_notificaties
from integrations.notifynl.preflight import preflight as of_notifynl
from integrations.partner_figures.preflight import preflight as of_figures
from integrations.partner_settings import Section
from integrations.partners import NOBODY, Partners, partners, secret
from integrations.reporters.config import ReporterSystem
from integrations.reporters.preflight import preflight as of_reporters
from integrations.settings import settings
from integrations.signals.preflight import preflight as of_signals
from integrations.zgw.preflight import preflight as of_zgw
from tasks.examine_folders import examine_folders
from tasks.examine_ledger import Check, Verdict
from tasks.examine_notifications import examine_notifications
from tasks.examine_offers import examine_offers
from tasks.examine_partners import examine_partners
from tasks.examine_signals import examine_signals
from tasks.examine_telling import examine_telling

Preflight = Callable[[Any], list[Finding]]
STRANGE = "Dit systeem antwoordt zoals niemand verwachtte; meld het de makers van ketenregie."
SECRETS = ("secret", "api_key", "callback_secret", "feedback_secret", "mark_secret")


@dataclass(frozen=True)
class Asked:
    """One section of the file: what it is called here, and who looks at it."""

    what: str
    section: Section
    preflight: Preflight


def partner_checks(ledger: Ledger, now: datetime) -> list[Check]:
    """Every check of partners; without a partners' file there is nothing to look at."""
    if settings().partners is None:
        return [Check("partners", "ok", "geen systemen van partners ingesteld"), *_fitting(ledger, NOBODY, now)]
    try:
        given = partners()
    except KetenregieError as error:
        return [_failed("partnerbestand", error)]
    return [
        Check("partnerbestand", "ok", "leesbaar"),
        *_fitting(ledger, given, now),
        *(check for asked in sections(given) for check in _looked(asked)),
    ]


def sections(given: Partners) -> Iterator[Asked]:
    """Every section, in the order of the file's description."""
    yield from _each("zgw", given.zgw, "organisation", of_zgw)
    yield from _each("klantinteracties", given.klantinteracties, "organisation", of_klantinteracties)
    yield from _each("notificaties", given.notificaties, "name", of_notificaties)
    yield from [Asked("notifynl", given.notifynl, of_notifynl)] if given.notifynl else []
    yield from _each("melders", given.reporters, "source", of_reporters)
    yield from _each("signalen", (*given.signal_files, *given.brp), "name", of_signals)
    yield from _each("wachtlijsten", given.figures, "organisation", of_figures)
    yield from _each("abonnee", given.subscribers, "name", of_subscriber)
    yield from (Asked("corv", folder, of_corv) for folder in given.corv)


def _each(kind: str, listed: Iterable[Section], name: str, preflight: Preflight) -> Iterator[Asked]:
    return (Asked(f"{kind} {getattr(section, name)}", section, preflight) for section in listed)


def _fitting(ledger: Ledger, given: Partners, now: datetime) -> list[Check]:
    try:
        signals, telling = examine_signals(ledger, given, now), examine_telling(ledger, given, now)
        strange = examine_notifications(ledger, given, now)
        offers, files = examine_offers(ledger, now), examine_folders(ledger, now)
        return [*examine_partners(ledger, given), *offers, *signals, *telling, *strange, *files]
    except KetenregieError:  # a ledger that cannot be read is told elsewhere
        return []


def _looked(asked: Asked) -> list[Check]:
    """Its secrets first: without them nothing else can be asked."""
    lacking = list(_secrets(asked))
    if lacking:
        return lacking
    try:
        found = asked.preflight(asked.section)
    except KetenregieError as error:
        return [_failed(asked.what, error)]
    except Exception as error:  # one strange system must not keep the others from being looked at
        return [Check(asked.what, "fail", f"onverwacht: {type(error).__name__}", STRANGE)]
    return [_check(asked.what, finding) for finding in found] or [Check(asked.what, "ok", "ingesteld")]


def _secrets(asked: Asked) -> Iterator[Check]:
    for field in SECRETS:
        name = getattr(asked.section, field, None)
        if name is None:
            continue
        try:
            shown_to_us(name) if _shown(asked.section, field) else secret(name)
        except KetenregieError as error:
            yield _failed(asked.what, error)


def _shown(section: Section, field: str) -> bool:
    """Whether somebody from outside is known by it: with a shorter one the receiver does not start, for nobody."""
    return field == "callback_secret" or (field == "secret" and isinstance(section, ReporterSystem))


def _check(what: str, finding: Finding) -> Check:
    verdict: Verdict = "ok" if finding.good else "fail" if finding.serious else "warn"
    return Check(what, verdict, finding.what, "" if finding.good else finding.advice)


def _failed(what: str, error: KetenregieError) -> Check:
    return Check(what, "fail", f"{error.code}: {error.sentence}", error.next_step)
