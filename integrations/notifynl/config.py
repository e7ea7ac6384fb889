"""What the partners' file says of NotifyNL."""

from typing import Annotated

from pydantic import StringConstraints

from integrations.http import Connection
from integrations.partner_settings import Name, Section

Template = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]


class NotifyNL(Section):
    """The service of one municipality. `api_key` and `callback_secret` name secrets in KETENREGIE_SECRETS.

    The templates are the municipality's own; `sms_template` may be left out where nobody gets an SMS.
    """

    connection: Connection
    api_key: Name
    email_template: Template
    sms_template: Template | None = None
    callback_secret: Name | None = None
