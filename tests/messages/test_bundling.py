"""From planned messages to mails: who gets which, together with what, and what never leaves."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Audit, Organisation, ProfessionalRow, StepState
from tasks import bundle_messages as bundling
from tasks.bundle_messages import Bundled, bundle_messages
from tests.messages.rows import (
    DUE,
    NOW,
    REFERENCE,
    add_case,
    add_step,
    bundles,
    close_step,
    deliveries,
    later,
    mail,
    messages,
    plan,
    planned,
)


def states(ledger: Ledger) -> list[tuple[str, str]]:
    return [(message.state, message.reason) for message in messages(ledger)]


def test_a_party_gets_one_digest_a_round(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", rung="R"), planned("s-3", rung="L1"), planned("s-4", "LT-101"))
    assert bundle_messages(ledger, NOW) == Bundled(bundles=2, messages=4)
    subjects = {bundle.party: bundle.subject for bundle in bundles(ledger)}
    assert subjects["VT-101"].startswith("3 taken voor u [")
    assert subjects["LT-101"].startswith(f"Taak VB voor zaak {REFERENCE}")


def test_an_acute_message_goes_alone_and_stands_in_front(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", rung="ACUTE"), planned("s-3"), planned("s-4", rung="ACUTE"))
    assert bundle_messages(ledger, NOW) == Bundled(bundles=3, messages=4)
    acute = {bundle.id for bundle in bundles(ledger) if bundle.acute}
    queue = sorted(deliveries(ledger), key=lambda delivery: delivery.next_try_at or NOW)
    assert [delivery.bundle_id in acute for delivery in queue] == [True, True, False]
    assert all("3 taken" not in bundle.subject for bundle in bundles(ledger))


def test_nothing_is_bundled_before_its_time_or_twice(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", planned_at=later(minutes=5)))
    assert bundle_messages(ledger, NOW) == Bundled()
    assert bundle_messages(ledger, later(minutes=5)) == Bundled(bundles=1, messages=1)
    assert bundle_messages(ledger, later(minutes=6)) == Bundled()


@pytest.mark.parametrize("state", [StepState.DONE, StepState.CANCELLED])
def test_a_step_closed_after_planning_sends_nothing(ledger: Ledger, state: StepState) -> None:
    plan(ledger, planned("s-1"), planned("s-2"))
    close_step(ledger, "s-1", state=state)
    assert bundle_messages(ledger, NOW) == Bundled(bundles=1, messages=1, silenced=1)
    assert states(ledger) == [("cancelled", "stap-klaar"), ("bundled", "")]


def test_a_reminder_of_a_step_that_is_only_planned_does_go(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="R10"))
    close_step(ledger, "s-1", state=StepState.PLANNED)
    assert bundle_messages(ledger, NOW).bundles == 1


def test_an_alarm_that_was_heard_falls_silent_but_a_new_one_sounds(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="ACUTE"), planned("s-1", rung="ACUTE", ordinal=2, planned_at=later(minutes=15)))
    close_step(ledger, "s-1", acknowledged_at=later(minutes=1))
    assert bundle_messages(ledger, later(minutes=20)) == Bundled(bundles=1, messages=1, silenced=1)
    assert states(ledger) == [("cancelled", "bevestigd"), ("bundled", "")]


def test_an_acknowledgement_never_silences_the_ladder(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="L1"))
    close_step(ledger, "s-1", acknowledged_at=later(minutes=1))
    assert bundle_messages(ledger, later(minutes=2)).bundles == 1


def test_every_channel_of_a_professional_gets_its_own_delivery(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"channels": [mail("VT-101"), "org:chat"]}})
    bundle_messages(ledger, NOW)
    assert [delivery.channel for delivery in deliveries(ledger)] == [0, 1]


def test_a_digest_goes_to_whoever_stands_in_together_with_their_own_messages(ledger: Ledger) -> None:
    absent = {"VT-101": {"active": False, "deputy": "VT-102"}}
    plan(ledger, planned("s-1"), planned("s-2", "VT-102"), people=absent)
    assert bundle_messages(ledger, NOW) == Bundled(bundles=1, messages=2)
    assert bundles(ledger)[0].party == "VT-102"
    assert states(ledger) == [("bundled", "vervangen:VT-102"), ("bundled", "")]


def test_who_has_no_channel_and_no_deputy_is_replaced_by_the_lead_of_the_team(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", "LT-101"), people={"LT-101": {"channels": []}})
    bundle_messages(ledger, NOW)
    assert bundles(ledger)[0].party == "LT-201"
    assert bundles(ledger)[0].body.count("Voor: Lokaal team Meerdorp") == 1


def test_a_message_that_reaches_nobody_is_a_failure_that_shows(ledger: Ledger) -> None:
    veilig_thuis = ("VT-101", "VT-102", "VT-201", "PR-101")
    silent: dict[str, dict[str, Any]] = {code: {"channels": []} for code in veilig_thuis}
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"), people=silent)
    assert bundle_messages(ledger, NOW) == Bundled(bundles=1, messages=1, failed=1)
    assert states(ledger) == [("failed", "niemand"), ("bundled", "")]
    with ledger.reading() as session:
        failures = session.exec(select(Audit).where(Audit.act == "bericht-mislukt")).all()
    assert [(row.case_reference, row.step_id, row.details["partij"]) for row in failures] == [
        (REFERENCE, "s-1", "VT-101")
    ]


def test_the_contract_manager_gets_numbers_of_all_that_waits_and_no_case(ledger: Ledger) -> None:
    told = [planned(f"s-{n}", "CM-101", "L3", label="Overdracht") for n in range(12)]
    plan(ledger, *told[:11])
    bundle_messages(ledger, NOW)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        add_case(work.session, 2, "M4CD-K3FH-9", "GM2")
        add_step(work.session, "s-11", 2)
        work.session.add(told[11])
    close_step(ledger, "s-0")
    bundle_messages(ledger, later(days=1))
    bodies = [bundle.body for bundle in bundles(ledger)]
    assert "- Overdracht, gemeente Meerdorp: 11\n" in bodies[0]
    assert "- Overdracht, gemeente Duinstad: minder dan 10\n- Overdracht, gemeente Meerdorp: 10\n" in bodies[1]
    assert not any(REFERENCE in body or "http" in body for body in bodies)


def test_numbers_and_cases_never_share_a_mail(ledger: Ledger) -> None:
    both = {"CM-101": {"roles": ["contract_manager", "process_director"]}}
    plan(
        ledger,
        planned("s-1", "CM-101", "L2"),
        planned("s-2", "CM-101", "L3"),
        planned("s-3", "CM-101", "L4"),
        people=both,
    )
    assert bundle_messages(ledger, NOW).bundles == 3


def test_a_case_for_a_contract_manager_goes_to_the_process_director(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", "CM-101", "L2"))
    bundle_messages(ledger, NOW)
    assert bundles(ledger)[0].party == "PR-101"


def test_a_mail_whose_text_is_refused_stops_no_other(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", label="Partnergeweld"), planned("s-2", "LT-101"))
    assert bundle_messages(ledger, NOW) == Bundled(bundles=2, messages=2, failed=1)
    assert states(ledger) == [("failed", "KR-BERICHT-PRIVACY"), ("bundled", "")]


def test_an_organisation_with_a_channel_of_its_own_can_be_a_party(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", "LT-MEER"))
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(Organisation, "LT-MEER").channel = "lt-meer"
    bundle_messages(ledger, NOW)
    assert bundles(ledger)[0].party == "LT-MEER"


def test_the_link_leads_to_the_run_and_before_it_exists_to_the_list(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"), planned("s-3", rung="ACUTE"))
    close_step(ledger, "s-1", run_id="0190f3a2-6d2e-7b3c-9d4e-5f60718293a4")
    bundle_messages(ledger, NOW)
    bodies = {(bundle.party, bundle.acute): bundle.body for bundle in bundles(ledger)}
    assert "/runs/flow-run/0190f3a2-6d2e-7b3c-9d4e-5f60718293a4\n" in bodies["VT-101", False]
    assert f"&tag=zaak%3A{REFERENCE}\n" in bodies["LT-101", False]
    assert bodies["VT-101", True].endswith("&tag=acuut\n")


def test_a_backlog_is_bundled_in_short_transactions_and_long_digests_are_split(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("AT_ONCE", 30), ("IN_ONE_TRANSACTION", 6), ("LINES_AT_MOST", 3)):
        monkeypatch.setattr(bundling, name, most)
    everyone = ("VT-101", "VT-102", "VT-201", "LT-101", "LT-201")
    plan(ledger, *(planned(f"s-{n}", code) for code in everyone for n in range(7)))
    bundled = bundle_messages(ledger, NOW)
    assert bundled.messages == 35
    assert bundled.bundles == len({bundle.reference for bundle in bundles(ledger)})
    sizes = Counter(message.bundle_id for message in messages(ledger))
    assert max(sizes.values()) == 3
    with ledger.reading() as session:
        acts = session.exec(select(Audit).where(Audit.act == "berichten-gebundeld")).all()
    assert all(act.details["berichten"] <= 6 for act in acts)
    assert sum(act.details["berichten"] for act in acts) == 35


def test_a_move_of_the_deadline_is_told_even_when_the_old_one_was(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="R"))
    bundle_messages(ledger, NOW)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.add(planned("s-1", rung="R", deadline_version=2, due_at=NOW + timedelta(days=20)))
    assert bundle_messages(ledger, later(days=1)) == Bundled(bundles=1, messages=1)


def test_who_left_between_two_rounds_is_replaced_in_the_next(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", planned_at=later(days=1)))
    bundle_messages(ledger, NOW)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(ProfessionalRow, "VT-101").active = False
    bundle_messages(ledger, later(days=1))
    assert [bundle.party for bundle in bundles(ledger)] == ["VT-101", "VT-201"]


def test_only_the_highest_rung_goes_when_several_waited(ledger: Ledger) -> None:
    waited = [planned("s-1", rung=rung, planned_at=later(hours=n)) for n, rung in enumerate(("NOTICE", "R", "L1"))]
    plan(ledger, *waited, planned("s-1", "VT-201", "L1"), planned("s-2"))
    assert bundle_messages(ledger, later(days=1)) == Bundled(bundles=2, messages=3, silenced=2)
    assert states(ledger)[:3] == [("skipped", "hogere-trede"), ("skipped", "hogere-trede"), ("bundled", "")]


def test_an_alarm_never_replaces_the_ladder_nor_a_number_a_case(ledger: Ledger) -> None:
    both = {"CM-101": {"roles": ["contract_manager", "process_director"]}}
    plan(
        ledger,
        *(planned("s-1", rung="L1"), planned("s-1", rung="ACUTE")),
        *(planned("s-1", "CM-101", "L2"), planned("s-1", "CM-101", "L3")),
        people=both,
    )
    assert bundle_messages(ledger, NOW) == Bundled(bundles=4, messages=4)


def test_a_reminder_of_a_term_that_was_moved_is_not_sent_and_a_notice_tells_the_new_date(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="L1"), planned("s-2"))
    moved = {"deadline_version": 2, "due_at": DUE + timedelta(days=1)}
    close_step(ledger, "s-1", **moved)
    close_step(ledger, "s-2", **moved)
    assert bundle_messages(ledger, NOW) == Bundled(bundles=1, messages=1, silenced=1)
    assert states(ledger)[0] == ("cancelled", "termijn-verzet")
    assert "uiterlijk wo 29-04-2026" in bundles(ledger)[0].subject


def test_who_stands_in_for_a_colleague_is_told_the_same_step_once(ledger: Ledger) -> None:
    plan(
        ledger,
        *(planned("s-1", code, "L1") for code in ("VT-101", "VT-201")),
        *(planned("s-2", code, "ACUTE", ordinal=n) for n, code in ((2, "VT-101"), (1, "VT-201"))),
        people={"VT-101": {"active": False}},
    )
    assert bundle_messages(ledger, NOW) == Bundled(bundles=2, messages=4)
    assert all("taken voor u" not in bundle.subject for bundle in bundles(ledger))


def test_who_stands_in_is_told_each_rung_of_a_step(ledger: Ledger) -> None:
    absent = {"VT-101": {"active": False}}
    plan(ledger, planned("s-1", "VT-101", "L1"), planned("s-1", "VT-201", "R"), people=absent)
    bundle_messages(ledger, NOW)
    [bundle] = bundles(ledger)
    assert "Over de termijn: taak VB" in bundle.body
    assert "Herinnering taak VB" in bundle.body
