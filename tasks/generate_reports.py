"""Write a file with a region-year of synthetic reports."""

from datetime import date
from pathlib import Path
from random import Random

from domain.errors import InputRefusal, WrongUse
from domain.generate import MEAN_REGION, region_year
from domain.parties import OrganisationKind, Role
from domain.reports import FIRST_YEAR, LAST_YEAR
from domain.synthetic_region import Place, SyntheticRegion
from integrations.region_file import Region, RegionMunicipality
from integrations.report_files import MOST_ROWS, write_reports

INTAKE = {Role.VT_ON_CALL, Role.VT_WORKER}


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


def shape_of(region: Region) -> SyntheticRegion:
    """The shape of a region by its file, which knows no weights: equal municipalities of three districts each.

    Without a police organisation in the file, Veilig Thuis itself writes down what the police report.
    """
    of_kind = {organisation.kind: organisation.code for organisation in region.organisations}
    veilig_thuis = of_kind[OrganisationKind.VEILIG_THUIS]
    return SyntheticRegion(
        veilig_thuis=veilig_thuis,
        police=of_kind.get(OrganisationKind.POLICE, veilig_thuis),
        places=tuple(_place(region, municipality) for municipality in region.municipalities),
        intake=tuple(person.code for person in region.professionals if person.active and INTAKE & {*person.roles}),
    )


def _place(region: Region, municipality: RegionMunicipality) -> Place:
    home = {team.code: team.organisation for team in region.teams}
    districts = tuple((f"{municipality.code[:38]}-{number}", 1) for number in (1, 2, 3))
    return Place(municipality.code, 1, districts, home[municipality.local_team])
