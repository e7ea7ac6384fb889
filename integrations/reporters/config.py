"""What the partners' file says of the systems of reporters (the police first)."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from domain.reports import ReporterClass
from integrations.drop_folder import QUIET
from integrations.http import Connection
from integrations.partner_settings import Name, Quiet, Section


def _code(value: str) -> str:
    return value.upper()


class ReporterSystem(Section):
    """A reporter's system that sends reports and hears what became of them. Each way in and out may be left out.

    `source`: the source its reports get, whatever it says itself; `reporter_class`: to which class it belongs.
    `client_id` and `secret`: what it signs its calls to us with. `folder`: where it drops files of reports, which are
    imported by the professional `imports_as` of Veilig Thuis once they have lain unchanged for `quiet` seconds.
    `feedback`: where `uitkomstmeldingen` go, signed with `feedback_secret` as `feedback_client_id`.
    """

    source: Name
    reporter_class: ReporterClass = "police"
    client_id: str | None = None
    secret: Name | None = None
    folder: Path | None = None
    imports_as: Annotated[Name, AfterValidator(_code)] | None = None
    quiet: Quiet = QUIET
    feedback: Connection | None = None
    feedback_secret: Name | None = None
    feedback_client_id: str = "ketenregie"

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        """What is only good together stands there together."""
        pairs = ((self.client_id, self.secret), (self.folder, self.imports_as), (self.feedback, self.feedback_secret))
        if any((one is None) != (other is None) for one, other in pairs):
            raise ValueError("client_id en secret, folder en imports_as, feedback en feedback_secret horen bij elkaar")
        return self
