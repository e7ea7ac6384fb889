"""What is told of dropped files: whose, how many and which codes."""

import pytest

from domain.file_notice import CODES_TOLD, Troubles, file_notice
from domain.messages import FORBIDDEN

WHERE = {"bundle_reference": "BKXF-TRQW", "sent_to_title": "Bereikbare dienst"}


def test_every_kind_of_trouble_is_said_with_its_number() -> None:
    text = file_notice("GEM-KUST", Troubles(1, 2, 3, 1), ["KR-B", "KR-A"], **WHERE)
    assert text.subject == "Bestanden van GEM-KUST [BKXF-TRQW]"
    assert text.body.splitlines()[:8] == [
        "De map van GEM-KUST vraagt aandacht.",
        "",
        "- 1 bestand is geweigerd",
        "- 2 bestanden wachten al langer dan tien minuten",
        "- 3 bestanden zijn gelezen maar niet weg te leggen",
        "- de map is niet te lezen of niet te legen",
        "",
        "Codes: KR-A, KR-B",
    ]
    assert "Kenmerk: BKXF-TRQW" in text.body


@pytest.mark.parametrize("source", ["POLITIE-KUST", "123456782", "BUREAU-HUISELIJK-GEWELD"])
def test_a_source_whose_name_would_tell_too_much_is_not_named(source: str) -> None:
    text = file_notice(source, Troubles(refused=1), [], **WHERE)
    assert source not in text.subject + text.body
    assert not FORBIDDEN.search(text.subject + text.body)
    assert "een bron" in text.subject


def test_of_many_codes_some_are_said() -> None:
    text = file_notice("GEM-KUST", Troubles(refused=99), [f"KR-{number:02}" for number in range(50)], **WHERE)
    assert text.body.count("KR-") == CODES_TOLD
