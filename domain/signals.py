"""Signals from outside about where a household is: coded, with a day, never an address.

A signal proves nothing by itself: it opens the step *opsporen bij buiten beeld* (S19), and a person finds out.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SignalCode(StrEnum):
    """What was signalled; for the BRP each is its own reason to be out of sight."""

    MOVED = "moved"
    MOVED_MUNICIPALITY = "moved_municipality"
    ABROAD = "abroad"
    RESIDENCE_UNKNOWN = "residence_unknown"
    NOT_AT_ADDRESS = "not_at_address"
    REGISTRATION_ENDED = "registration_ended"
    SCHOOL_LEFT = "school_left"
    CONTACT_LOST = "contact_lost"


SIGNAL_TITLES: dict[SignalCode, str] = {
    SignalCode.MOVED: "Verhuisd",
    SignalCode.MOVED_MUNICIPALITY: "Verhuisd naar een andere gemeente",
    SignalCode.ABROAD: "Vertrokken naar het buitenland",
    SignalCode.RESIDENCE_UNKNOWN: "Vertrokken, onbekend waarheen",
    SignalCode.NOT_AT_ADDRESS: "Verblijft niet op het adres",
    SignalCode.REGISTRATION_ENDED: "Inschrijving beëindigd",
    SignalCode.SCHOOL_LEFT: "Van school gehaald",
    SignalCode.CONTACT_LOST: "Contact verloren",
}


@dataclass(frozen=True)
class Sign:
    """One signal: about which case (our reference), which member of the household ("" for the whole), seen on a day.

    `number` is of this signal and no other of its source; the same number comes twice as one signal.
    """

    reference: str
    person: str
    code: SignalCode
    seen_on: date
    number: str
