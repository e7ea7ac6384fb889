"""Files of reports in the documented layout (docs/import.md): read with guards, written without surprises."""

from integrations.report_files.guards import MOST_ROWS
from integrations.report_files.layout import COLUMNS, Column
from integrations.report_files.reader import FORMATS, KnownCodes, ReadFile, RefusedRow, read_reports, refused_row
from integrations.report_files.writer import write_reports

__all__ = [
    "COLUMNS",
    "FORMATS",
    "MOST_ROWS",
    "Column",
    "KnownCodes",
    "ReadFile",
    "RefusedRow",
    "read_reports",
    "refused_row",
    "write_reports",
]
