"""What the partners' file says of NotifyNL."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class NotifyNL(Section):
    """The service of one municipality. `api_key` and `callback_secret` name secrets in KETENREGIE_SECRETS."""

    connection: Connection
    api_key: Name
    email_template: str
    sms_template: str = ""
    callback_secret: Name | None = None
