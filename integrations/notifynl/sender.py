"""Send by NotifyNL. It has no idempotency key: before every send it is asked what it has under our reference."""

from datetime import UTC, datetime, timedelta

from domain.errors import WrongUse
from domain.messages import Rendered
from domain.short_text import short_text
from integrations.faults import fault_point
from integrations.http import Unanswered
from integrations.notifynl.addresses import EMAIL, Address, parse_channel
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.service import Known, Service
from integrations.notifynl.statuses import Fate
from integrations.verdict import OF_US, Result, Verdict

NO_CHANNEL = Result(Verdict.PERMANENT, "kanaal-ongeldig")
NOT_SET_UP = Result(Verdict.TEMPORARY, f"{OF_US}notifynl-instelling")
OF_THE_MESSAGE = frozenset({"ValidationError", "InvalidEmailError", "InvalidPhoneError"})
DAY_FULL = "TooManyRequestsError"
FAILURE = "notifynl-"


class NotifyNLSender:
    """Sends `notifynl:` channels. `home`: where a professional logs in, for the SMS."""

    def __init__(self, config: NotifyNL | None, home: str) -> None:
        self._config, self._home = config, home

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """Look, send, and look again when in doubt: three exchanges at most, together within the bound of a send."""
        address = parse_channel(channel)
        if address is None:
            return NO_CHANNEL
        if self._config is None:
            return NOT_SET_UP
        try:
            with Service(self._config) as service:
                template = service.template(address.kind)
                if template is None:
                    return NOT_SET_UP
                told = self._told(address, Rendered(subject, body), reference)
                return _once(service, address, template, told, f"{reference}.{address.kind}")
        except WrongUse:
            return NOT_SET_UP
        except Unanswered as error:
            return _of_us(error)

    def _told(self, address: Address, mail: Rendered, reference: str) -> dict[str, str]:
        if address.kind == EMAIL:
            return {"subject": mail.subject, "body": mail.body}
        return {"body": short_text(mail, home=self._home, bundle_reference=reference)}


def _once(service: Service, address: Address, template: str, told: dict[str, str], reference: str) -> Result:
    known = service.find(reference, address)
    if known is not None and known.fate is not Fate.GIVEN_UP:
        return _of_known(known)
    fault_point("notifynl.looked")
    try:
        return Result(Verdict.SENT, remote=service.send(address, template, told, reference))
    except Unanswered as error:
        if error.result.verdict is not Verdict.INDEFINITE:
            return _refused(error, datetime.now(UTC))
        return _in_doubt(service, address, reference, known, error)


def _in_doubt(service: Service, address: Address, reference: str, before: Known | None, error: Unanswered) -> Result:
    """The body was on its way: found now, or left for the next try, which looks first."""
    try:
        known = service.find(reference, address)
    except Unanswered:
        known = None
    if known is None or known == before:
        return Result(Verdict.INDEFINITE, error.result.reason, wait=error.wait, looks=True)
    return _of_known(known)


def _of_known(known: Known) -> Result:
    if known.fate in (Fate.LOST, Fate.GIVEN_UP):
        verdict = Verdict.PERMANENT if known.fate is Fate.LOST else Verdict.TEMPORARY
        return Result(verdict, f"{FAILURE}{known.status}", remote=known.number)
    return Result(Verdict.SENT, remote=known.number)


def _refused(error: Unanswered, now: datetime) -> Result:
    """Only what NotifyNL says of the address or the text is about this message; the rest an operator mends."""
    if error.status == 400 and error.codes & OF_THE_MESSAGE:
        return Result(Verdict.PERMANENT, f"{FAILURE}ongeldig")
    if DAY_FULL in error.codes:
        return Result(Verdict.TEMPORARY, f"{OF_US}daglimiet", wait=max(error.wait, until_tomorrow(now)))
    return _of_us(error)


def _of_us(error: Unanswered) -> Result:
    """Nothing was taken, and it says something of the service, of its limits or of our set-up."""
    reason, busy = error.result.reason, error.status == 429
    if (error.result.verdict is Verdict.PERMANENT or busy) and not reason.startswith(OF_US):
        reason = f"{OF_US}{reason}"
    return Result(Verdict.TEMPORARY, reason, wait=error.wait)


def until_tomorrow(now: datetime) -> float:
    """Seconds until just after the day of NotifyNL, which is a day in UTC, is over."""
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    return (tomorrow - now).total_seconds() + 60
