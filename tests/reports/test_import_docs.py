"""docs/import.md says what the code does: the same columns, values, errors, and examples that are read."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import CATALOGUE
from integrations.report_files import COLUMNS
from integrations.report_files.guards import MOST_BYTES, MOST_LINE, MOST_ROWS
from tests.reports.samples import ROW, csv_of, read

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")


def table(head: str) -> list[list[str]]:
    """The cells of the table under this heading line."""
    lines = TEXT.split(head, 1)[1].splitlines()[2:]
    rows = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows]


COLUMN_ROWS = table("| naam | verplicht | waarden | voorbeeld |")


def test_the_table_has_the_columns_of_the_code_in_that_order() -> None:
    documented = [(name.strip("`"), required == "ja") for name, required, _, _ in COLUMN_ROWS]
    assert documented == [(column.name, column.required) for column in COLUMNS]


def test_the_table_names_exactly_the_values_that_are_taken() -> None:
    for column, (_, _, values, _) in zip(COLUMNS, COLUMN_ROWS, strict=True):
        if column.choices:
            assert tuple(re.findall(r"`([^`]+)`", values)) == column.choices


def test_the_examples_of_the_table_make_a_report(tmp_path: Path) -> None:
    row = {name.strip("`"): example.strip("`") for name, _, _, example in COLUMN_ROWS}
    assert set(row) == set(ROW)
    assert len(read(tmp_path, csv_of(row)).reports) == 1


@pytest.mark.parametrize(("kind", "rows"), [("csv", 3), ("json", 1), ("xml", 1)])
def test_the_example_file_is_read(tmp_path: Path, kind: str, rows: int) -> None:
    example = re.search(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    found = read(tmp_path, example[1].encode(), f".{kind}")
    assert (len(found.reports), found.refused) == (rows, ())
    assert found.reports[0][1].received_at == datetime(2026, 4, 20, 20, 5, tzinfo=UTC)


def test_the_table_of_errors_has_every_code_with_which_an_import_is_refused() -> None:
    sources = [*(ROOT / "integrations" / "report_files").glob("*.py"), ROOT / "tasks" / "import_reports.py"]
    raised = {code for path in sources for code in re.findall(r'"(KR-[A-Z-]+)"', path.read_text(encoding="utf-8"))}
    documented = [code.strip("`") for code, _ in table("| code | betekenis |")]
    assert set(documented) == raised - {"KR-ROL"}
    assert len(documented) == len(set(documented))
    assert set(documented) <= set(CATALOGUE)


def test_the_limits_are_those_of_the_code() -> None:
    assert f"groter dan {MOST_BYTES // 1024**2} MB" in TEXT
    assert f"langer dan {MOST_LINE // 1024} kB" in TEXT
    assert f"meer dan {MOST_ROWS:,} meldingen".replace(",", " ") in TEXT
