"""The audit chain: a row that was changed, removed or put in between is found, at the right place."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from integrations.ledger import SYSTEM, Actor, Ledger, audit
from integrations.ledger.audit import AUDIT, EMPTY, FIELDS, Head
from tests.ledger.rows import NOW, drop_guards

CHANGES = (
    "actor = 'VT-666'",
    "role = 'x'",
    "door = 'x'",
    "act = 'x'",
    "ground = 'x'",
    "case_reference = 'x'",
    "step_id = 'x'",
    "details = '[]'",
    "at = '2026-04-20 09:30:16'",
    "hash = 'x'",
    "previous = 'x'",
    "seq = -2",
)
LENGTH = len(CHANGES)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
details = st.dictionaries(words.map(lambda word: f"x{word}"), words | st.integers(), max_size=4)


def fill(ledger: Ledger) -> Head:
    """LENGTH rows, two a unit of work; the head of the chain."""
    for number in range(LENGTH // 2):
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            uow.audit("een", nummer=number)
            uow.audit("twee", naam="straße", nummer=number)
    with ledger.reading() as session:
        return audit.head(session)


def tamper(ledger: Ledger, *statements: str) -> int | None:
    """Change the table behind the guards' back; what verify finds."""
    drop_guards(ledger.writer)
    with ledger.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with ledger.reading() as session:
        return audit.verify(session)


def test_a_chain_nobody_touched_is_whole(ledger: Ledger) -> None:
    with ledger.reading() as session:
        assert (audit.head(session), audit.verify(session)) == (EMPTY, None)
    head = fill(ledger)
    with ledger.reading() as session:
        assert (head.seq, audit.verify(session), audit.verify(session, anchor=head)) == (LENGTH, None, None)


def test_a_changed_row_is_found_where_it_is_whichever_column_it_was(ledger: Ledger) -> None:
    """One column a row, from the last row to the first, so that each is the first broken one in its turn."""
    fill(ledger)
    for seq, change in zip(range(LENGTH, 0, -1), CHANGES, strict=True):
        assert tamper(ledger, f"UPDATE audit SET {change} WHERE seq = {seq}") == seq


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["DELETE FROM audit WHERE seq = 3"], 3),
        (["DELETE FROM audit WHERE seq = 1"], 1),
        (["DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq = 4"], 3),
        (["UPDATE audit SET seq = -3 WHERE seq = 3"], 1),
        (["UPDATE audit SET seq = 99 WHERE seq = 2", "UPDATE audit SET seq = 2 WHERE seq = 5"], 2),
    ],
    ids=["removed", "first removed", "removed and closed up", "moved before the first", "swapped"],
)
def test_a_removed_or_moved_row_is_found(ledger: Ledger, statements: list[str], found: int) -> None:
    fill(ledger)
    assert tamper(ledger, *statements) == found


def test_a_row_rewritten_with_its_own_new_hash_is_found_at_the_next_row(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.reading() as session:
        row = session.connection().execute(AUDIT.select().where(AUDIT.c.seq == 3)).mappings().one()
    forged = audit.digest(row["previous"], {name: row[name] for name in FIELDS} | {"actor": "VT-666"})
    assert tamper(ledger, f"UPDATE audit SET actor = 'VT-666', hash = '{forged}' WHERE seq = 3") == 4


def test_a_row_added_further_on_is_found_though_its_hashes_fit(ledger: Ledger) -> None:
    head = fill(ledger)
    row = dict.fromkeys(FIELDS, "") | {"seq": LENGTH + 3, "at": NOW, "details": {}}
    drop_guards(ledger.writer)
    with ledger.writer.begin() as connection:
        connection.execute(AUDIT.insert(), row | {"previous": head.hash, "hash": audit.digest(head.hash, row)})
    with ledger.reading() as session:
        assert audit.verify(session) == LENGTH + 1


def test_a_tail_cut_off_or_rewritten_is_found_by_the_head_that_was_kept(ledger: Ledger) -> None:
    kept = fill(ledger)
    assert tamper(ledger, f"DELETE FROM audit WHERE seq = {LENGTH}") is None
    with ledger.reading() as session:
        assert audit.verify(session, anchor=kept) == LENGTH
    with ledger.unit_of_work(now=NOW, actor=Actor("VT-666", "x", "x")) as uow:
        uow.audit("iets anders")
    with ledger.reading() as session:
        assert (audit.verify(session), audit.verify(session, anchor=kept)) == (None, LENGTH)


def test_the_chain_goes_on_after_a_savepoint_is_rolled_back(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.audit("blijft")
        savepoint = uow.session.begin_nested()
        uow.audit("verdwijnt")
        uow.audit("verdwijnt ook")
        savepoint.rollback()
        uow.audit("blijft ook")
    with ledger.reading() as session:
        assert (audit.head(session).seq, audit.verify(session)) == (2, None)


def test_a_unit_of_work_rolled_back_leaves_no_gap(ledger: Ledger) -> None:
    for failing in (False, True, False):
        try:
            with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
                uow.audit("handeling")
                uow.session.flush()
                if failing:
                    raise LookupError
        except LookupError:
            pass
    with ledger.reading() as session:
        assert (audit.head(session).seq, audit.verify(session)) == (2, None)


def test_the_hash_covers_every_column_but_the_two_hashes() -> None:
    """A column added later needs a decision: existing rows must keep their hash."""
    assert {*FIELDS, "previous", "hash"} == set(AUDIT.columns.keys())


def test_two_rows_with_the_same_words_in_other_fields_have_other_hashes() -> None:
    row = dict.fromkeys(FIELDS, "") | {"at": NOW, "act": "ab", "ground": "c"}
    assert audit.digest("", row) != audit.digest("", row | {"act": "a", "ground": "bc"})


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=details)
def test_whatever_the_details_are_they_keep_their_hash(ledger: Ledger, given: dict[str, str | int]) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.audit("handeling", **given)  # type: ignore[arg-type]
    with ledger.reading() as session:
        last = session.connection().execute(AUDIT.select().order_by(AUDIT.c.seq.desc())).mappings().first()
        assert last is not None
        assert last["details"] == given
        assert audit.verify(session) is None
