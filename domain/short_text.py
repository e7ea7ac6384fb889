"""The text of an SMS: that a task waits and where, in one message of a telephone (section 5.3 of the catalogue).

Who reads it on a locked screen learns nothing of a case: no case reference, no label, no link to one step.
"""

from domain.messages import MAYBE_AGAIN, OVERVIEW, URGENT, Rendered

ORDINARY = "Er staat een taak klaar"
NUMBERS = "Er is een overzicht van ketenregie voor u."
AGAIN = "Kan een herhaling zijn."
LONGEST = 160  # characters of the GSM alphabet in one SMS

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€")


def short_text(mail: Rendered, *, home: str, bundle_reference: str) -> str:
    """The SMS beside this mail. `home`: where one logs in. The reference is left out where it no longer fits.

    Who gets numbers only has nothing to log in to.
    """
    sentence = URGENT if mail.subject.startswith(URGENT) else ORDINARY
    call = [NUMBERS] if mail.subject.startswith(OVERVIEW) else [f"{sentence}. Log in.", home]
    needed = [*call, *([AGAIN] if MAYBE_AGAIN in mail.body else [])]
    whole = " ".join([*needed, f"Kenmerk {bundle_reference}"])
    return whole if gsm_length(whole) <= LONGEST else " ".join(needed)


def gsm_length(text: str) -> int:
    """How much room a text takes in an SMS; a character outside the GSM alphabet counts as more than a whole one."""
    return sum(1 if sign in _PLAIN else 2 if sign in _DOUBLE else LONGEST + 1 for sign in text)
