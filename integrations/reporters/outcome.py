"""`uitkomstmeldingen` as VNG JZV Meldingen 1.0 has them: the reporter's own number and a status, nothing else."""

from types import TracebackType
from typing import Self

from integrations.http import Door, Unanswered
from integrations.partners import secret
from integrations.reporters.config import ReporterSystem
from integrations.zgw.token import Signer

PATH = "uitkomstmeldingen"
USER = "ketenregie"
"""Who acts, for the trail of the other side: the system, never a person."""

NOT_THERE, THERE_ALREADY = 404, 409


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

    def tell(self, number: str, status: str, *, new: bool) -> None:
        """Tell this status of the report with this number. Raises Unanswered.

        `new`: nothing was told of this report before, and there is no doubt about that. Only then POST comes first;
        PUT may be repeated at will. Each turns to the other when it hears that the outcome is there already, or not.
        """
        content = {"registratienummer": number, "status": status}
        first, second, turn = ("POST", "PUT", THERE_ALREADY) if new else ("PUT", "POST", NOT_THERE)
        try:
            self._ask(first, content)
        except Unanswered as error:
            if error.status != turn:
                raise
            self._ask(second, content)

    def look(self, number: str) -> None:
        """Read the outcome of this report, whatever it is. Raises Unanswered."""
        self._door.get(f"{PATH}/{number}")

    def _ask(self, method: str, content: dict[str, str]) -> None:
        """Any 2xx will do, whatever it says."""
        try:
            self._door.ask(method, PATH, content=content)
        except Unanswered as error:
            if not 200 <= error.status < 300:
                raise
