"""The rules of delivery: when a failed send is tried again, and the reference a message carries."""

from datetime import timedelta

SEND_BOUND = timedelta(seconds=30)
LEASE = timedelta(seconds=60)  # longer than SEND_BOUND, so that a living worker never loses what it is sending

_DAILY = 7
LADDER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    *([timedelta(days=1)] * _DAILY),
)
LONGEST_WAIT = timedelta(days=8)
"""Between two tries: a day by the ladder, and the longest row of days without working hours."""

# Consonants only: a reference never spells a word and never looks like a number of a person.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8
_PER_EPOCH = 1_000_000_000
_LETTERS_FROM = 900_000_000
_SPREAD = 14_142_135_623  # has no factor 2 or 5, so different numbers never share a reference


def next_try(attempts: int) -> timedelta | None:
    """How long after the failed attempt number `attempts` (1, 2 …) to try again; None: given up after seven days."""
    return LADDER[attempts - 1] if attempts <= len(LADDER) else None


def bundle_reference(number: int, epoch: int = 0) -> str:
    """The reference of the bundle whose first message has this number, e.g. BKXF-TRQW: unique, and always the same.

    `epoch` counts how often this ledger was restored from a copy: numbers given after the copy are given again, and
    must not carry the reference of another message. Room for 25 restores and a thousand million messages each.
    """
    rest = (number + epoch * _PER_EPOCH) * _SPREAD % len(_LETTERS) ** _LENGTH
    letters = []
    for _ in range(_LENGTH):
        rest, place = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[place])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def letter_reference(number: int, epoch: int = 0) -> str:
    """The reference of the bundle with this number in which no message stands: from numbers that no message gets."""
    return bundle_reference(_LETTERS_FROM + number, epoch)
