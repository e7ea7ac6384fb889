"""The duty roster of the region file: whose shift it is hears the alarm, and a gap never means nobody."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from domain.errors import PolicyRefusal
from integrations.ledger.tables import Message, Shift
from integrations.region_file import Region, parse_region
from tasks.load_region import load_region
from tests.chain import Chain
from tests.people.post import Post
from tests.region import kustland, moment

DESKS = {"VT-911", "VT-912", "VT-913"}


def with_desk(*shifts: tuple[str, str, str]) -> Region:
    """Kustland with a duty desk of three, and these shifts."""
    given: dict[str, Any] = kustland().model_dump(mode="json")
    [desk] = [person for person in given["professionals"] if person["code"] == "VT-911"]
    for code in ("VT-912", "VT-913"):
        given["professionals"].append(desk | {"code": code, "channels": [f"mail:{code.lower()}@kustland.example"]})
    given["shifts"] = [{"professional": code, "from": begins, "until": ends} for code, begins, ends in shifts]
    return Region.model_validate_json(json.dumps(given))


def alarmed(chain: Chain) -> set[str]:
    """Who hears the next alarm."""
    with chain.ledger.reading() as session:
        before = session.exec(select(Message.id).order_by(col(Message.id).desc())).first() or 0
    chain.sweep()
    with chain.ledger.reading() as session:
        new = session.exec(select(Message.party).where(col(Message.id) > before, Message.rung == "ACUTE")).all()
    return set(new)


def test_the_alarm_goes_to_whose_shift_it_is_and_in_a_gap_to_the_whole_desk(chain: Chain) -> None:
    roster = with_desk(
        ("VT-912", "2026-04-24T20:00", "2026-04-25T04:00"), ("VT-913", "2026-04-25T06:00", "2026-04-26T06:00")
    )
    load_region(chain.ledger, roster, chain.now)
    chain.report("2026-04-25T02:50", possibly_acute=True)
    assert chain.step("immediate_safety_check").owner == "VT-912"
    assert alarmed(chain.at("2026-04-25T03:20")) == {"VT-912", "VT-209"}
    assert alarmed(chain.at("2026-04-25T04:10")) == {*DESKS, "VT-209"}
    assert alarmed(chain.at("2026-04-25T06:10")) == {"VT-913", "VT-209"}
    assert Post().round(chain.ledger, chain.now)


def test_the_newest_file_holds_from_now_on_and_what_is_over_stays(chain: Chain) -> None:
    first = with_desk(
        ("VT-911", "2026-04-20T18:00", "2026-04-21T08:00"), ("VT-912", "2026-04-22T18:00", "2026-04-23T08:00")
    )
    load_region(chain.ledger, first, moment("2026-04-20T12:00"))
    second = with_desk(
        ("VT-913", "2026-04-22T18:00", "2026-04-23T08:00"), ("VT-911", "2026-04-20T18:00", "2026-04-21T08:00")
    )
    for _ in range(2):
        load_region(chain.ledger, second, moment("2026-04-21T12:00"))
    assert shifts(chain) == [("VT-911", moment("2026-04-20T18:00")), ("VT-913", moment("2026-04-22T18:00"))]


def test_a_shift_that_is_made_longer_after_it_ended_is_one_shift(chain: Chain) -> None:
    begins = "2026-04-20T18:00"
    load_region(chain.ledger, with_desk(("VT-911", begins, "2026-04-21T08:00")), moment("2026-04-20T12:00"))
    load_region(chain.ledger, with_desk(("VT-911", begins, "2026-04-21T12:00")), moment("2026-04-21T09:00"))
    assert shifts(chain) == [("VT-911", moment(begins))]


def shifts(chain: Chain) -> Sequence[tuple[str, datetime]]:
    with chain.ledger.reading() as session:
        rows = session.exec(select(Shift).order_by(col(Shift.from_at))).all()
    return [(row.professional, row.from_at) for row in rows]


LINES = """
name = "R"
organisations = [{code = "VT", kind = "veilig_thuis", title = "VT"}]
teams = [{code = "T", title = "T", organisation = "VT"}]
municipalities = [{code = "G", title = "G", team = "T", local_team = "T"}]
[[professionals]]
code = "VT-1"
team = "T"
roles = ["vt_on_call"]
[[professionals]]
code = "VT-2"
team = "T"
roles = ["vt_worker"]
"""


def test_a_shift_in_the_file_is_amsterdam_time_unless_it_says_otherwise() -> None:
    region = parse_region(
        LINES + '[[shifts]]\nprofessional = "VT-1"\nfrom = 2026-07-01T22:00:00\nuntil = 2026-07-02T06:00:00Z\n'
    )
    [shift] = region.shifts
    assert shift.from_at == moment("2026-07-01T22:00")
    assert shift.until_at - shift.from_at == timedelta(hours=10)


@pytest.mark.parametrize(
    ("code", "begins", "ends"),
    [
        ("VT-1", "2026-07-02T06:00:00", "2026-07-02T06:00:00"),
        ("VT-2", "2026-07-01T22:00:00", "2026-07-02T06:00:00"),
        ("VT-9", "2026-07-01T22:00:00", "2026-07-02T06:00:00"),
        ("VT-1", "2026-10-25T02:30:00", "2026-10-25T08:00:00"),
        ("VT-1", "2026-03-29T02:30:00", "2026-03-29T08:00:00"),
    ],
    ids=["no-length", "no-desk", "unknown", "twice-that-night", "not-that-night"],
)
def test_a_shift_that_cannot_be_is_refused(code: str, begins: str, ends: str) -> None:
    with pytest.raises(PolicyRefusal, match="KR-REGIO"):
        parse_region(LINES + f'[[shifts]]\nprofessional = "{code}"\nfrom = {begins}\nuntil = {ends}\n')
