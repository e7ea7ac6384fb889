"""What the partners' file may say of a case system that speaks ZGW, and how what they write there is read."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from integrations.zgw.answers import read_day
from integrations.zgw.peer import numbers
from tests.partners.zgw import system_at


@pytest.mark.parametrize(
    "more",
    [
        {"rsin": "111222334"},
        {"rsin": "12345678"},
        {"documenten": None},
        {"units": ({"role": "initiator", "code": "A", "name": "A"},) * 2},
        {"units": ({"role": "beslisser", "code": "A", "name": "A"},)},
        {"answers": {}},
        {"answers": {"accepted_status": ("Ja",), "withdrawn_status": "Ja"}},
        {"answers": {"accepted_result": ("Ja",), "refused_result": {"Ja": "capacity"}}},
        {"answers": {"accepted_result": ("Ja",), "refused_result": {"Nee": "because"}}},
        {"answers": {"accepted_result": ("Ja",), "talk_on": "gisteren"}},
        {"answers": {"accepted_result": ("Ja",), "takes_risks": "soms"}},
        {"legal_basis": "Wet\r\nX-Header: 1"},
        {"user": "Jan Jansen"},
        {"confidentiality": "PERSOON"},
        {"surplus": 1},
        {"first_status": "In behandeling"},
        {"units": ({"role": "initiator", "code": "A" * 25, "name": "A"},)},
        {"units": ({"role": "initiator", "code": "A", "name": "A" * 51},)},
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_file_is_read(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        system_at("http://127.0.0.1:9/", **more)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("20261122", date(2026, 11, 22)),
        ("20261122143000", date(2026, 11, 22)),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22T14:30:00+01:00", date(2026, 11, 22)),
        ("22-11-2026", None),
        ("20261340", None),
        ("morgen", None),
        ("", None),
    ],
)
def test_a_day_in_a_property_is_read_as_the_catalogue_writes_it(said: str, day: date | None) -> None:
    assert read_day(said) == day


def test_a_version_is_numbers_or_nothing() -> None:
    assert [numbers(said) for said in ("1.29.3", "1.30.0-rc1", "v1", "", "1.2.3.4.5", "1.x", "٣.1")] == [
        (1, 29, 3),
        (1, 30, 0),
        (),
        (),
        (),
        (),
        (),
    ]
