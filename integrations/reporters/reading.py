"""From bytes to a report: refused whole when it names anybody, and no refusal repeats what was read."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from domain.errors import InputRefusal, PrivacyRefusal, WrongUse
from domain.privacy import refuse_personal
from domain.reports import IncomingPerson, IncomingReport
from integrations.report_files.reader import CLOCKS_DIFFER
from integrations.reporters.config import ReporterSystem
from integrations.reporters.melding import (
    BAN,
    HELP,
    Gezinslid,
    Ketenregie,
    Melding,
    VraagAntwoord,
    ZorgelijkeSituatie,
)

MOST_BYTES = 64 * 1024
MOST_TEXTS = 500  # keys and values; a report on twenty people has about two hundred
LONGEST_TEXT = 200
MOST_FIELDS = 8
ABOUT_PEOPLE = frozenset({"natuurlijkPersoon", "incident", "overigeInformatie", "verzoek"})
FREE_TEXT = frozenset({"nadereOmschrijving", "situatieSchets"})
OURS = frozenset(
    name for part in (Melding, ZorgelijkeSituatie, VraagAntwoord, Ketenregie, Gezinslid) for name in part.model_fields
)
WHOLE = "het geheel"


def read_melding(raw: bytes) -> Melding:
    """The report in this body.

    Raises PrivacyRefusal when anything in it looks personal or it fills a field that is for people or free text,
    InputRefusal KR-DEUR-VELDEN with the names of our own fields, WrongUse KR-DEUR-VERZOEK when it is no JSON.
    """
    found = _loaded(raw)
    texts = list(_texts(found))
    if len(texts) > MOST_TEXTS:
        raise _wrong({WHOLE})
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise PrivacyRefusal("KR-DEUR-PERSOON")
    refuse_personal(texts)
    if ABOUT_PEOPLE & _keys(found) or FREE_TEXT & _keys(_of(found, "zorgelijkeSituatie")):
        raise PrivacyRefusal("KR-DEUR-PERSOON")
    try:
        return Melding.model_validate_json(raw)
    except ValidationError as error:
        raise _wrong({_place(fault["loc"]) for fault in error.errors(include_input=False, include_url=False)}) from None


def incoming(melding: Melding, system: ReporterSystem, now: datetime) -> IncomingReport:
    """The report as every door hands it over; whose it is, says our own registration. Raises InputRefusal, and
    WrongUse when our own registration is not right.

    The clocks run from `datumTijd`, the moment the report was made.
    """
    more, situation = melding.ketenregie, melding.zorgelijkeSituatie
    if melding.datumTijd > now + CLOCKS_DIFFER:
        raise _wrong({"datumTijd"})
    try:
        return IncomingReport(
            source=system.source,
            number=melding.registratienummer,
            received_at=melding.datumTijd,
            channel="file",
            reporter_class=system.reporter_class,
            disclosure=more.bekendheidMelder,
            concern=more.aard,
            municipality=more.gemeente,
            district=more.wijk,
            household=more.gezinsnummer,
            numbered_by=system.source,
            persons=tuple(
                IncomingPerson(key=one.sleutel, role=one.rol, birth_year=one.geboortejaar) for one in more.gezinsleden
            ),
            feedback_wanted=melding.terugkoppelingGewenst,
            on_regular_waiting_list=more.opWachtlijst,
            existing_help=situation.yes(HELP),
            home_ban=situation.yes(BAN),
            possibly_acute=more.mogelijkAcuut,
            norm_ground=more.meldnorm,
        )
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        if place == ("source",):
            raise WrongUse("KR-DEUR-BRON") from None
        raise _wrong({"datumTijd" if place == ("received_at",) else "ketenregie.gezinsleden"}) from None


def _loaded(raw: bytes) -> Any:
    """The first parser bounds the depth and refuses what is not UTF-8 or no number; the second a name twice, of which
    only the last would be looked at."""
    try:
        from_json(raw, allow_inf_nan=False)
        return json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise WrongUse("KR-DEUR-VERZOEK") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _texts(found: Any) -> Iterator[str]:
    """Every name and every value, numbers too."""
    match found:
        case dict():
            for name, value in found.items():
                yield name
                yield from _texts(value)
        case list():
            for value in found:
                yield from _texts(value)
        case None | bool():
            pass
        case _:
            yield str(found)


def _keys(found: Any) -> frozenset[str]:
    return frozenset(found) if isinstance(found, dict) else frozenset()


def _of(found: Any, name: str) -> Any:
    return found.get(name) if isinstance(found, dict) else None


def _place(loc: tuple[int | str, ...]) -> str:
    """Our own names on the way to it; a name of the sender's own is never told."""
    return ".".join(part for part in loc if isinstance(part, str) and part in OURS) or WHOLE


def _wrong(fields: set[str]) -> InputRefusal:
    return InputRefusal("KR-DEUR-VELDEN", fields=", ".join(sorted(fields)[:MOST_FIELDS]))
