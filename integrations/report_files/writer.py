"""Writes a file of reports in the documented layout: the same reports give the same bytes."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from domain.errors import InputRefusal
from domain.reports import PERSON_ROLES, IncomingPerson, IncomingReport
from integrations.report_files.layout import COLUMNS, NAMES


def write_reports(path: Path, reports: Iterable[IncomingReport]) -> None:
    """Write a .csv file with semicolons, or a .json file, both UTF-8; times are Amsterdam time with their offset."""
    if path.suffix.lower() == ".csv":
        _write_csv(path, reports)
    elif path.suffix.lower() == ".json":
        path.write_text(json.dumps([_object(report) for report in reports], indent=1), encoding="utf-8")
    else:
        raise InputRefusal("KR-BESTAND-SOORT")


def _write_csv(path: Path, reports: Iterable[IncomingReport]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";", lineterminator="\n")
        rows.writerow(NAMES)
        rows.writerows([column.show(report) for column in COLUMNS] for report in reports)


def _object(report: IncomingReport) -> dict[str, object]:
    cells: dict[str, object] = {column.name: column.show(report) for column in COLUMNS}
    return cells | {"gezinsleden": [_member(person) for person in report.persons]}


def _member(person: IncomingPerson) -> dict[str, object]:
    return {"sleutel": person.key, "rol": PERSON_ROLES[person.role].lower(), "geboortejaar": person.birth_year}
