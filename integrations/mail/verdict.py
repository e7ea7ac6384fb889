"""How the verdict on one send is read from what went wrong."""

import smtplib
import ssl

from integrations.verdict import OF_US, Result, Verdict

SLOW_DOWN = frozenset({408, 425, 429})
NEVER_CONNECTED = frozenset({"ConnectTimeout", "SSLError", "NewConnectionError", "ConnectTimeoutError"})


def relay_result(error: Exception, *, handed_over: bool) -> Result:
    """Judge a failed conversation with the mail relay; `handed_over`: the message itself was on its way.

    A 5xx is permanent for a recipient or a message; about the sender or the login it says something of our own
    set-up, which an operator mends while the messages wait.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _smtp(next(iter(error.recipients.values()))[0])
    if isinstance(error, smtplib.SMTPDataError):
        return _smtp(error.smtp_code)
    if handed_over:
        return Result(Verdict.INDEFINITE, _how(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return Result(Verdict.TEMPORARY, f"{OF_US}{error.smtp_code}")
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # a refused certificate is both
        return Result(Verdict.PERMANENT, "adres-ongeldig")
    return Result(Verdict.TEMPORARY, _how(error))


def channel_result(error: BaseException | None, status: int | None) -> Result:
    """Judge a failed call of another channel, by its HTTP status or by the exception that ended it."""
    if status is not None:
        final = 400 <= status < 500 and status not in SLOW_DOWN
        return Result(Verdict.PERMANENT if final else Verdict.TEMPORARY, f"http-{status}")
    if NEVER_CONNECTED & (_names(error) | _names(_cause(error))):
        return Result(Verdict.TEMPORARY, "geen-verbinding")
    return Result(Verdict.INDEFINITE, "onbekend" if error is None else _how(error))


def _smtp(code: int) -> Result:
    return Result(Verdict.PERMANENT if code >= 500 else Verdict.TEMPORARY, f"smtp-{code}")


def _names(error: object) -> set[str]:
    """An exception's class names: which HTTP library a channel uses is Apprise's business, not ours to import."""
    return {kind.__name__ for kind in type(error).__mro__}


def _cause(error: BaseException | None) -> object:
    """What urllib3 says inside a requests error."""
    return getattr(error.args[0], "reason", None) if error is not None and error.args else None


def _how(error: BaseException) -> str:
    if {"TimeoutError", "Timeout"} & (_names(error) | _names(error.__context__)):  # smtplib wraps its own
        return "tijd-verstreken"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "tls"
    if isinstance(error, ConnectionRefusedError):
        return "geweigerd"
    if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
        return "verbroken"
    return "onverwacht"
