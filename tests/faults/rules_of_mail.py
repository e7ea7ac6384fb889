"""I3 and I4: what left the house, held against what was decided."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from domain.ladder import COUNTS
from integrations.ledger.contacts import AddressBook
from integrations.ledger.restored import epoch
from integrations.ledger.tables import Bundle, DeliveryState, Message
from tests.faults.witness import Found, Witness

CASE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-C\b")


def copies(seen: Witness) -> Found:
    """I3: one copy of each mail at each address, and no more than one beyond that for each doubt that was recorded."""
    arrived = Counter((mail.reference, mail.to) for mail in seen.mails)
    allowed: Counter[tuple[str, str]] = Counter()
    for delivery in seen.deliveries:
        bundle = seen.bundles[delivery.bundle_id]
        at = (bundle.reference, seen.address(bundle, delivery.channel))
        allowed[at] += delivery.indefinite + (delivery.state in (DeliveryState.SENT, DeliveryState.CLAIMED))
        if delivery.state == DeliveryState.SENT and at[1] and not arrived[at]:
            yield f"I3 sent, and nothing arrived: delivery {delivery.id}"
    for at, number in arrived.items():
        if number > allowed[at]:
            yield f"I3 {number} copies of {at[0]}, {allowed[at]} recorded"
    if epoch(seen.session):
        return  # a copy that was put back may hold mails that had not been changed yet
    texts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in seen.mails:
        texts[mail.reference, mail.to].add(f"{mail.subject}\n{mail.body}")
    yield from (f"I3 two texts under one reference: {at[0]}" for at, found in texts.items() if len(found) > 1)


def right_people(seen: Witness) -> Found:
    """I4: each mail has a decided row and went to whom it was for; counts and cases, alarms and the rest stay apart."""
    by_reference = {bundle.reference: bundle for bundle in seen.bundles.values()}
    if len(by_reference) != len(seen.bundles):
        yield "I4 two bundles with one reference"
    for mail in seen.mails:
        bundle = by_reference.get(mail.reference)
        if bundle is None or not seen.inside[bundle.id]:
            yield f"I4 a mail that nobody decided: {mail.reference or mail.subject}"
            continue
        channels = len(seen.book.channels.get(bundle.party, ()))
        if mail.to not in {seen.address(bundle, number) for number in range(channels)}:
            yield f"I4 at a wrong address: {mail.reference}"
        told = {message.case_reference for message in seen.inside[bundle.id]}
        if not told.issuperset(CASE.findall(f"{mail.subject}\n{mail.body}")):
            yield f"I4 another case in {mail.reference}"
    for bundle in seen.bundles.values():
        yield from _one_bundle(bundle, seen.inside[bundle.id], seen.book)


def _one_bundle(bundle: Bundle, told: Sequence[Message], book: AddressBook) -> Found:
    for message in told:
        if bundle.party != message.party and f"vervangen:{bundle.party}" not in message.reason:
            yield f"I4 for {message.party}, in a mail to {bundle.party}: message {message.id}"
    counts = {message.rung in COUNTS for message in told}
    contact = book.contacts.get(bundle.party)
    if len(counts) > 1 or (False in counts and contact and not contact.may_read_cases()):
        yield f"I4 counts and cases in one mail, or a case to who sees counts only: bundle {bundle.id}"
    if any(message.acute for message in told) and len({message.step_id for message in told}) > 1:
        yield f"I4 an alarm with something else: bundle {bundle.id}"
