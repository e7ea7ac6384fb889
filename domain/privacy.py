"""What looks like personal data, so that every door can refuse it (docs/decisions: the ledger holds no identity).

Recognised: burgerservicenummer (eleven test), e-mail address, telephone number, Dutch postcode, and a date written as
people write a date of birth. Never hit: ISO dates and moments, UUIDs, our own case references, our own date texts
(with their weekday), and codes that start with a letter.
"""

import re
from collections.abc import Iterable
from datetime import date
from unicodedata import category, normalize

from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType, number_type
from stdnum.nl import bsn

from domain.errors import PrivacyRefusal

BSN = "burgerservicenummer"
EMAIL = "e-mailadres"
PHONE = "telefoonnummer"
POSTCODE = "postcode"
BIRTH_DATE = "geboortedatum"

# Shapes of our own, taken out before looking: they hold digits that would otherwise be weighed.
_OURS = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # UUID
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"  # ISO date or moment
    r"|(?:ma|di|wo|do|vr|za|zo) \d\d-\d\d-\d{4}(?: \d\d:\d\d)?"  # domain/dutch.py
    r")(?![0-9A-Za-z])"
)
# A number glued to its own name; glued to any other letter it is a code.
_BSN_WORD = re.compile(r"(?:bsn|sofi)(?:nr|nummer)?(?=\d)", re.IGNORECASE)
_PHONE_WORD = re.compile(r"(?:tel|telefoon|gsm|mob|mobiel)(?:nr|nummer)?\.?(?=[\d+(])", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]@[^\s@]")
_RUN = re.compile(r"(?<![0-9A-Za-z])\d+(?:[ ._/-]{1,3}\d+)*(?![0-9A-Za-z])")
# SA, SD and SS are not issued. Small words after a number ("2026 is") are no postcode.
_POSTCODE = re.compile(
    r"(?<![0-9A-Za-z])(?<!\d-)[1-9]\d{3}(?: {1,2}(?!(?:al|de|en|er|in|is|na|nu|of|om|op|te|we|ze|zo)\b)|)"
    r"(?!(?i:sa|sd|ss)(?![A-Za-z]))[A-Za-z]{2}(?:[ -]?\d{1,4})?(?![0-9A-Za-z])"
)
_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_DATE = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:[-/. ](\d{{1,2}})[-/. ]| ({'|'.join(_MONTHS)}|maart)[a-z]*\.? )((?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
# Any 06 number counts, also in a range that no provider holds today.
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][-./])(?:(?:\+|00)31[ ()./-]{0,3}0?[ ()./-]{0,3}|0)"
    r"6[ ./-]{0,3}\d(?:[ ./-]?\d){7}(?!\d)"
)
# Numbers of services, such as the national 0800 number of Veilig Thuis, belong to nobody.
_SERVICES = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


def personal(value: str) -> str:
    """The Dutch word for the personal data this text looks like, or '' when it looks like none."""
    text = _OURS.sub(" § ", _plain(value))
    if _EMAIL.search(text):
        return EMAIL
    if any(_is_birth_date(*match.groups(default="")) for match in _DATE.finditer(text)):
        return BIRTH_DATE
    if _holds_phone(text):
        return PHONE
    if _holds_bsn(text):
        return BSN
    return POSTCODE if _POSTCODE.search(text) else ""


def refuse_personal(values: Iterable[object]) -> None:
    """Raise PrivacyRefusal KR-PRIVACY, naming only the kind, when any value looks personal."""
    for value in values:
        if what := personal(str(value)):
            raise PrivacyRefusal("KR-PRIVACY", what=what)


def _plain(value: str) -> str:
    """Full-width digits, exotic spaces and dashes as plain ones; invisible characters gone."""
    text = "".join(char for char in normalize("NFKC", value) if category(char) != "Cf")
    return "".join("-" if category(char) == "Pd" else " " if char.isspace() else char for char in text)


def _is_birth_date(day: str, month: str, name: str, year: str) -> bool:
    name = name.lower().replace("maart", "mrt")
    number = _MONTHS.index(name) + 1 if name else int(month)
    try:
        date(int(year), number, int(day))
    except ValueError:
        return False
    return True


def _holds_bsn(text: str) -> bool:
    return any(_bsn_in(re.findall(r"\d+", run)) for run in _RUN.findall(_BSN_WORD.sub(" ", text)))


def _bsn_in(groups: list[str]) -> bool:
    """One group of digits, or three and more that belong together; two groups are a year and a serial number."""
    if any(_is_bsn(group) for group in groups):
        return True
    windows = (groups[i:j] for i in range(len(groups)) for j in range(i + 3, min(i + 9, len(groups)) + 1))
    return any(_is_bsn("".join(window)) for window in windows if sum(map(len, window)) == 9)


def _is_bsn(digits: str) -> bool:
    # Spreadsheets drop the leading zero; eight digits that start with a century are a date or a serial number.
    short = len(digits) == 8 and digits[:2] not in {"19", "20"}
    return (short or len(digits) == 9) and bool(bsn.is_valid(digits))


def _holds_phone(text: str) -> bool:
    text = _PHONE_WORD.sub(" ", text).replace("_", "-")
    if _MOBILE.search(text):
        return True
    found = PhoneNumberMatcher(text, "NL", leniency=Leniency.VALID)
    return any(number_type(match.number) not in _SERVICES for match in found)
