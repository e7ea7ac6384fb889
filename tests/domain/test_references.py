"""Case references: random, readable, and safe against slips of the pen."""

import random
import re
import secrets

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2

from domain.references import ALPHABET, LETTERS, is_valid, new_reference, normalise

references = st.integers().map(lambda seed: new_reference(random.Random(seed)))
positions = st.integers(0, 8)
SHAPE = re.compile(r"[A-Z][A-Z0-9]{3}-[A-Z][A-Z0-9]{3}-[A-Z0-9]")


def test_the_alphabet_has_no_lookalikes_and_a_prime_number_of_characters() -> None:
    assert not set(ALPHABET) & set("0O1ILU2Z5SBAEIOU")
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert set(LETTERS) < set(ALPHABET)


@given(references)
def test_a_new_reference_is_valid_and_has_its_shape(reference: str) -> None:
    assert SHAPE.fullmatch(reference)
    assert is_valid(reference)


def test_the_source_of_the_system_gives_references_too() -> None:
    made = {new_reference(secrets.SystemRandom()) for _ in range(200)}
    assert len(made) == 200
    assert all(map(is_valid, made))


def test_the_same_source_gives_the_same_reference() -> None:
    assert new_reference(random.Random(7)) == new_reference(random.Random(7)) != new_reference(random.Random(8))


@given(references, positions, st.characters(exclude_categories=["Z", "C"], exclude_characters="-"))
def test_every_single_wrong_character_is_detected(reference: str, position: int, wrong: str) -> None:
    plain = reference.replace("-", "")
    changed = plain[:position] + wrong + plain[position + 1 :]
    assert is_valid(changed) == (wrong.upper() == plain[position])


@given(references, positions)
def test_every_other_character_of_the_alphabet_is_detected_at_every_place(reference: str, position: int) -> None:
    plain = reference.replace("-", "")
    others = (plain[:position] + other + plain[position + 1 :] for other in ALPHABET if other != plain[position])
    assert not any(map(is_valid, others))


@given(references)
def test_every_swap_of_two_neighbours_is_detected(reference: str) -> None:
    plain = reference.replace("-", "")
    for place in range(len(plain) - 1):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        assert is_valid(swapped) == (swapped == plain)


@given(references, positions)
def test_a_character_too_few_or_too_many_is_detected(reference: str, position: int) -> None:
    plain = reference.replace("-", "")
    assert not is_valid(plain[:position] + plain[position + 1 :])
    assert not is_valid(plain[:position] + plain[position] + plain[position:])


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_group_that_starts_with_a_digit_is_no_reference_whatever_its_check_character(drawn: str) -> None:
    text = drawn + mod_37_2.calc_check_digit(drawn, ALPHABET)
    assert is_valid(text) == (drawn[0] in LETTERS and drawn[4] in LETTERS)


@given(references)
def test_capitals_dashes_and_spaces_do_not_matter(reference: str) -> None:
    for written in (reference, reference.lower(), reference.replace("-", ""), f" {reference.replace('-', ' ')}\n"):
        assert is_valid(written)
        assert normalise(written) == reference


@given(references)
def test_no_reference_holds_the_shape_of_a_postcode(reference: str) -> None:
    assert not re.search(r"\d{4}", reference)
    assert not re.search(r"\d{4}[A-Z]{2}", reference.replace("-", ""))


@given(st.text(max_size=20))
def test_any_text_can_be_asked_about_and_writing_it_our_way_changes_nothing_the_second_time(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert is_valid(text) == is_valid(normalise(text))
