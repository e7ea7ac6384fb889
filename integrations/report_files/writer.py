"""Writes a file of reports in the documented layout: the same reports give the same bytes."""

import csv
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from domain.errors import InputRefusal
from domain.reports import PERSON_ROLES, IncomingPerson, IncomingReport
from integrations.report_files.layout import COLUMNS, NAMES


def write_reports(path: Path, reports: Iterable[IncomingReport]) -> None:
    """Write a .csv (semicolons), .json or .xml file, all UTF-8; times are Amsterdam time with their offset."""
    if path.suffix.lower() == ".csv":
        _write_csv(path, reports)
    elif path.suffix.lower() == ".json":
        path.write_text(json.dumps([_object(report) for report in reports], indent=1), encoding="utf-8")
    elif path.suffix.lower() == ".xml":
        _write_xml(path, reports)
    else:
        raise InputRefusal("KR-BESTAND-SOORT")


def _write_csv(path: Path, reports: Iterable[IncomingReport]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";", lineterminator="\n")
        rows.writerow(NAMES)
        rows.writerows([column.show(report) for column in COLUMNS] for report in reports)


def _write_xml(path: Path, reports: Iterable[IncomingReport]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<meldingen>\n')
        for report in reports:
            cells = (f"  <{column.name}>{escape(column.show(report))}</{column.name}>\n" for column in COLUMNS)
            file.write(f" <melding>\n{''.join(cells)} </melding>\n")
        file.write("</meldingen>\n")


def _object(report: IncomingReport) -> dict[str, object]:
    cells: dict[str, object] = {column.name: column.show(report) for column in COLUMNS}
    return cells | {"gezinsleden": [_member(person) for person in report.persons]}


def _member(person: IncomingPerson) -> dict[str, object]:
    return {"sleutel": person.key, "rol": PERSON_ROLES[person.role].lower(), "geboortejaar": person.birth_year}
