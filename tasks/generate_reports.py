"""Write a file with a region-year of synthetic reports."""

from datetime import date
from pathlib import Path
from random import Random

from domain.errors import InputRefusal, WrongUse
from domain.generate import MEAN_REGION, region_year
from domain.reports import FIRST_YEAR, LAST_YEAR
from domain.synthetic_region import SyntheticRegion
from integrations.report_files import MOST_ROWS, write_reports


def generate_reports(
    path: Path, region: SyntheticRegion, start: date, *, count: int = MEAN_REGION, seed: int = 1
) -> int:
    """Write `count` reports of the year from `start` to a .csv or .json file; returns how many. Same seed, same bytes.

    The region's reports are invented: proportions are those of 2023, everything else is drawn.
    """
    if not 1 <= count <= MOST_ROWS:
        raise InputRefusal("KR-GETAL-ONGELDIG", field="aantal", low=1, high=MOST_ROWS)
    if not FIRST_YEAR <= start.year < LAST_YEAR:
        raise InputRefusal("KR-GETAL-ONGELDIG", field="jaar", low=FIRST_YEAR, high=LAST_YEAR - 1)
    reports = region_year(region, start, count, Random(seed))
    try:
        write_reports(path, reports)
    except OSError:
        raise WrongUse("KR-BESTAND-SCHRIJVEN") from None
    return len(reports)
