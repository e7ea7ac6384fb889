"""`uitkomstmeldingen` as VNG JZV Meldingen 1.0 has them: the reporter's own number and a status, nothing else."""

from enum import StrEnum
from types import TracebackType
from typing import Self

from integrations.http import Door, Unanswered
from integrations.partners import secret
from integrations.reporters.config import ReporterSystem
from integrations.verdict import OF_US, Result, Verdict
from integrations.zgw.token import Signer

PATH = "uitkomstmeldingen"
USER = "ketenregie"
"""Who acts, for the trail of the other side: the system, never a person."""

NOT_THERE, THERE_ALREADY = 404, 409
ADDRESS = frozenset({404, 405, 415})
"""Said in another shape than the interface has them: then it is a page or a gateway, and the address is not right."""


class Before(StrEnum):
    """What we know of an outcome over there: none was told; perhaps one arrived; one was taken."""

    NOTHING = "nothing"
    DOUBT = "doubt"
    TOLD = "told"


TURNS = {
    Before.NOTHING: ("POST", "PUT", frozenset({THERE_ALREADY})),
    Before.DOUBT: ("PUT", "POST", frozenset({400, NOT_THERE, 409, 410})),
    Before.TOLD: ("PUT", "POST", frozenset({NOT_THERE})),
}
"""First, then, and after which answer. The document gives a PUT of what is not there no 404, but 400, 409 or 410."""


class OutcomeDoor:
    """The door of one reporter's system. Use it as a context. Raises WrongUse or Unanswered when ours is not right."""

    def __init__(self, system: ReporterSystem) -> None:
        assert system.feedback is not None
        signed = Signer(system.feedback_client_id, secret(system.feedback_secret or ""), USER)
        self._door = Door(system.feedback, auth=signed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()

    def tell(self, number: str, status: str, before: Before) -> None:
        """Tell this status of the report with this number. Raises Unanswered.

        Only what was never told goes by POST first; PUT may be repeated at will. Each turns to the other when it hears
        that the outcome is there already, or may not be.
        """
        content = {"registratienummer": number, "status": status}
        first, second, turn = TURNS[before]
        try:
            self._ask(first, content)
        except Unanswered as error:
            if error.status not in turn:
                raise
            self._ask_after(second, content, error)

    def look(self, number: str) -> None:
        """Read the outcome of this report, whatever it is. Raises Unanswered."""
        self._door.get(f"{PATH}/{number}")

    def _ask_after(self, method: str, content: dict[str, str], refusal: Unanswered) -> None:
        """The other way round. A POST that hears it is there already leaves the refusal of the PUT as it was."""
        try:
            self._ask(method, content)
        except Unanswered as error:
            raise (refusal if method == "POST" and error.status == THERE_ALREADY else error) from None

    def _ask(self, method: str, content: dict[str, str]) -> None:
        """Any 2xx will do, whatever it says."""
        try:
            self._door.ask(method, PATH, content=content)
        except Unanswered as error:
            if not 200 <= error.status < 300:
                raise _of_us(error) from None


def _of_us(error: Unanswered) -> Unanswered:
    """A wrong address is not about this report: an operator mends it while all of them wait."""
    elsewhere = 300 <= error.status < 400 or (error.status in ADDRESS and not error.problem)
    if not elsewhere:
        return error
    return Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}{error.result.reason}"), status=error.status, wait=error.wait)
