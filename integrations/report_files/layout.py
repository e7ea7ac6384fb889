"""The layout of a file of reports: its columns by their Dutch names. docs/import.md shows this table to people."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.dutch import AMSTERDAM
from domain.reports import (
    CHANNELS,
    CLASSIFICATIONS,
    CONCERNS,
    DISCLOSURES,
    PERSON_ROLES,
    REPORTER_CLASSES,
    IncomingReport,
)
from integrations.report_files import cells

Show = Callable[[IncomingReport], str]


@dataclass(frozen=True)
class Column:
    """One column: its Dutch name, the field it fills, how a cell is read and written, and whether it must be filled."""

    name: str
    field: str
    read: cells.Reader
    show: Show
    required: bool = True
    choices: tuple[str, ...] = ()  # the allowed values, in Dutch


def _text(name: str, field: str, *, required: bool = True) -> Column:
    return Column(name, field, cells.text, lambda report: str(getattr(report, field)), required)


def _choice(name: str, field: str, titles: dict[str, str], *, required: bool = True) -> Column:
    shown = {"": ""} | {code: title.lower() for code, title in titles.items()}
    values = tuple(title.lower() for title in titles.values())
    return Column(
        name, field, cells.choice(titles), lambda report: shown[str(getattr(report, field))], required, values
    )


def _yes_no(name: str, field: str) -> Column:
    return Column(
        name, field, cells.yes_no, lambda report: "ja" if getattr(report, field) else "nee", choices=("ja", "nee")
    )


def _moment(report: IncomingReport) -> str:
    return report.received_at.astimezone(AMSTERDAM).isoformat(timespec="seconds")


def _household(report: IncomingReport) -> str:
    members = ((person.key, PERSON_ROLES[person.role].lower(), person.birth_year or "") for person in report.persons)
    return " ".join(f"{key}:{role}:{year}" for key, role, year in members)


COLUMNS: tuple[Column, ...] = (
    _text("bron", "source"),
    _text("meldnummer", "number"),
    Column("ontvangen_op", "received_at", cells.moment, _moment),
    _choice("kanaal", "channel", CHANNELS),
    _choice("soort_melder", "reporter_class", REPORTER_CLASSES),
    _choice("bekendheid_melder", "disclosure", DISCLOSURES),
    _choice("aard", "concern", CONCERNS),
    _text("gemeente", "municipality"),
    _text("wijk", "district", required=False),
    _text("gezinsnummer", "household"),
    Column("gezinsleden", "persons", cells.household, _household),
    _text("eigen_zaaknummer", "own_number", required=False),
    _yes_no("terugkoppeling_gewenst", "feedback_wanted"),
    _yes_no("op_wachtlijst", "on_regular_waiting_list"),
    _yes_no("lopende_hulp", "existing_help"),
    _yes_no("huisverbod", "home_ban"),
    _yes_no("mogelijk_acuut", "possibly_acute"),
    Column("meldnorm", "norm_ground", cells.small_number, lambda report: str(report.norm_ground), required=False),
    _choice("indeling", "classification", CLASSIFICATIONS, required=False),
    _text("aangenomen_door", "accepted_by", required=False),
)

NAMES = tuple(column.name for column in COLUMNS)
BY_FIELD = {column.field: column for column in COLUMNS}
EXPECTED = ", ".join(NAMES)
