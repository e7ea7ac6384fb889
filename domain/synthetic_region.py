"""The shape of a region for synthetic reports: where households live, who reports, who takes reports in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A municipality: its weight in the number of reports, its districts with theirs, and its local organisation."""

    code: str
    weight: int
    districts: tuple[tuple[str, int], ...]
    local_organisation: str


@dataclass(frozen=True)
class SyntheticRegion:
    """Codes of organisations and places. `intake` holds who accepts reports; empty: all are still to be judged."""

    veilig_thuis: str
    police: str
    places: tuple[Place, ...]
    intake: tuple[str, ...] = ()


KUSTLAND = SyntheticRegion(
    veilig_thuis="VT-KUST",
    police="POL-KUST",
    places=(
        Place("DUINWIJK", 30, (("DW-CENTRUM", 4), ("DW-DUINZOOM", 3), ("DW-POLDER", 1)), "CJG-DUINWIJK"),
        Place("MEERDORP", 15, (("MD-DORP", 3), ("MD-PLAS", 1)), "CJG-MEERDORP"),
        Place("HAVENOORD", 55, (("HO-HAVEN", 4), ("HO-STATION", 3), ("HO-WEST", 3), ("HO-NIEUW", 2)), "CJG-HAVENOORD"),
    ),
    intake=("VT-911", "VT-101", "VT-201", "VT-301"),
)
"""The invented region of the demo and the tests; its codes stand in deployments/demo/kustland.toml."""
