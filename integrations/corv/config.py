"""What the partners' file says of the folder with receipts of CORV."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from integrations.drop_folder import QUIET
from integrations.partner_settings import Name, Quiet, Section


def _code(value: str) -> str:
    return value.upper()


class CorvFolder(Section):
    """A folder in which another system drops receipts.

    `records_as`: the professional of Veilig Thuis under whose code the day of sending is filled in; None: the receipt
    is kept as evidence, and a person fills it in. `received_within_days`: so many days after `verzonden` the worker
    hears that no `ontvangen` came (POLICY); 0 where the box does not tell what was received. `quiet`: so many seconds a
    file lies unchanged before it is read.
    """

    folder: Path
    records_as: Annotated[Name, AfterValidator(_code)] | None = None
    received_within_days: int = Field(default=3, ge=0, le=30)
    quiet: Quiet = QUIET
