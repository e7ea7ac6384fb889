"""What looks personal and what never may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PrivacyRefusal
from domain.privacy import personal, refuse_personal
from domain.process import PROCESS

PERSONAL = {
    "burgerservicenummer": [
        "123456782",
        " 123456782\n",
        "1234.56.782",
        "1234 56 782",
        "123.456.782",
        "123-456-782",
        "123 - 456 - 782",
        "123/456/782",
        "1 2 3 4 5 6 7 8 2",
        "bsn123456782",
        "BSN: 123456782",
        "bsn_123456782",
        "kind 9 123456782",
        "123456782/07",
        "123456782,123456783",
        "１２３４５６７８２",  # noqa: RUF001 - full-width digits
        "1234\u200b56782",
        "123\u2011456\u2011782",
        "123\u00a0456\u00a0782",
        "11122237",  # 011122237 after a spreadsheet dropped its zero
    ],
    "e-mailadres": ["iemand@example.nl", "mail: iemand@example", "Iemand.Anders@Example.NL.", "iemand＠example.nl"],  # noqa: RUF001
    "telefoonnummer": [
        "0612345678",
        "06-12345678",
        "06 - 12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06_12345678",
        "+31 6 12345678",
        "+31(0)6-12345678",
        "0031612345678",
        "010-1234567",
        "(010) 123 45 67",
        "tel06-12345678",
        "Mobiel:0612345678",
        "+32 470 12 34 56",
        "0687654321/0612345678",
    ],
    "postcode": ["1234AB", "1234 AB", "1234ab", "1234 ab", "1234  AB", "1234AB12", "1234 AB 12", "in 1234 AB Duinwijk"],
    "geboortedatum": [
        "28-04-2011",
        "1-1-2011",
        "28/04/2011",
        "28.04.2011",
        "12 mei 2011",
        "6 mrt. 2011",
        "12 maart 2011",
    ],
}
HARMLESS = [
    "",
    "A",
    "yes",
    "VT-101",
    "VT-01-01",
    "GM0344",
    "WK034401",
    "BU03440101",
    "PL0900-2026123456",
    "2026-00105",  # a year and a serial number that happen to pass the eleven test
    "2026-000123",
    "20260420",
    "20260001",
    "2026-04-20",
    "2026-04-20T22:05",
    "2026-04-20T22:05:10.123456+02:00",
    "2026-04-20 22:05:10",
    "di 28-04-2026",
    "di 28-04-2026 22:05",
    "31-02-2011",  # no day at all
    "in 2026 is alles anders",
    "28 taken, 2026 om 10:00",
    "1234 SS",
    "0123 AB",
    "0800-2000",  # the national number of Veilig Thuis
    "112",
    "http://127.0.0.1:4200/runs?type=span&seconds=-31536000&tag=te-laat",
    "Dit bericht gaat over 10 stappen.",
    "K784-H396-7.003",
]
CASES = [(text, what) for what, texts in PERSONAL.items() for text in texts]


@pytest.mark.parametrize(("text", "what"), CASES)
def test_what_looks_personal_is_named_by_its_dutch_word(text: str, what: str) -> None:
    assert personal(text) == what


@pytest.mark.parametrize("text", HARMLESS)
def test_our_own_words_codes_and_dates_are_never_hit(text: str) -> None:
    assert personal(text) == ""


def test_no_word_or_title_of_the_process_is_hit() -> None:
    for step in PROCESS:
        refuse_personal((step.word, step.code, step.title, step.label))
        refuse_personal(text for choice in step.outcomes for text in (choice.value, choice.title))


@given(st.sampled_from(CASES))
def test_a_refusal_names_the_kind_and_repeats_nothing(case: tuple[str, str]) -> None:
    text, what = case
    with pytest.raises(PrivacyRefusal) as refused:
        refuse_personal(["VT-101", 3, text])
    assert refused.value.code == "KR-PRIVACY"
    assert what in refused.value.sentence
    assert text.strip() not in str(refused.value)
    assert text.strip() not in str(refused.value.as_dict())


def test_a_number_given_as_a_number_is_looked_at_too() -> None:
    with pytest.raises(PrivacyRefusal):
        refuse_personal([123456782])


def test_values_without_anything_personal_pass() -> None:
    refuse_personal(["VT-101", 3, "2026-04-20", "yes"])
