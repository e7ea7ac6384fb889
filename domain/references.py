"""Case references such as K7Q3-H9FM-C: random, opaque, and easy to read aloud.

They are derived from nothing (section 5.3 of the process catalogue). The alphabet has 23 characters: no vowels, so no
words, and none of the lookalikes 0/O, 1/I/L, 2/Z, 5/S, U and B. As 23 is prime, the check character of ISO 7064 (pure
system, radix 2) detects every wrong character and every swap of neighbours. Both groups start with a letter, so a
reference never holds four digits before two letters, the shape of a postcode. There are about 43 thousand million.
"""

from typing import Protocol

from stdnum.iso7064 import mod_37_2

LETTERS = "CDFGHJKMNPQRTVWXY"
ALPHABET = "346789" + LETTERS
_DRAWN = (LETTERS, *[ALPHABET] * 3) * 2


class Source(Protocol):
    """Where the characters come from: `secrets.SystemRandom()` in use, `random.Random(seed)` in tests."""

    def choice(self, seq: str, /) -> str:
        """One character of `seq`, each equally likely."""
        ...


def new_reference(source: Source) -> str:
    """A fresh reference; whether it is taken already is for the ledger's UNIQUE column to say."""
    drawn = "".join(source.choice(characters) for characters in _DRAWN)
    return _dashed(drawn + mod_37_2.calc_check_digit(drawn, ALPHABET))


def normalise(reference: str) -> str:
    """The way we write it: capitals and dashes. Text that cannot be a reference comes back without dashes."""
    plain = "".join(reference.split()).replace("-", "").upper()
    return _dashed(plain) if len(plain) == len(_DRAWN) + 1 else plain


def is_valid(reference: str) -> bool:
    """True when the shape and the check character are right; capitals and dashes do not matter."""
    plain = normalise(reference).replace("-", "")
    shape = len(plain) == len(_DRAWN) + 1 and plain[0] in LETTERS and plain[4] in LETTERS
    return shape and mod_37_2.is_valid(plain, ALPHABET)


def _dashed(plain: str) -> str:
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
