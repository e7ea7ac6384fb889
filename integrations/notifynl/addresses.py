"""Channels of NotifyNL in the region file: `notifynl:email:ADDRESS` and `notifynl:sms:+316…`."""

import re
from dataclasses import dataclass, field

import phonenumbers

NOTIFYNL = "notifynl:"
EMAIL, SMS = "email", "sms"
HOME = "NL"
_MAIL = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:.]{2,}")
_REACHABLE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True)
class Address:
    """Where one notification goes: `kind` is email or sms. The address itself is never shown."""

    kind: str
    to: str = field(repr=False)

    @property
    def channel(self) -> str:
        """As it stands in the region file, with the number in its international form."""
        return f"{NOTIFYNL}{self.kind}:{self.to}"

    def same(self, other: object) -> bool:
        """Whether this text, as a service gives it back, is the same address."""
        if not isinstance(other, str):
            return False
        return other.casefold() == self.to.casefold() if self.kind == EMAIL else mobile(other) == self.to


def parse_channel(channel: str) -> Address | None:
    """The address in a channel of NotifyNL; None when it is not right."""
    kind, _, to = channel.removeprefix(NOTIFYNL).partition(":")
    if not channel.startswith(NOTIFYNL):
        return None
    if kind == EMAIL and _MAIL.fullmatch(to):
        return Address(EMAIL, to)
    number = mobile(to) if kind == SMS else ""
    return Address(SMS, number) if number else None


def mobile(text: str) -> str:
    """A number that can receive an SMS in its international form (E.164); '' when it is none."""
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _REACHABLE:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
