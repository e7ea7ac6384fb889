"""What a run may say of an error: a code and the kind of the error, never its text or the errors behind it."""

import traceback

import pytest

from domain.errors import KetenregieError, OutsideFailure, UnknownRefusal
from flows.this_run import codes_only

SECRET = "geheim-900000001"


@pytest.mark.parametrize("error", [ValueError(SECRET), OSError(2, SECRET), KeyError(SECRET)])
def test_an_error_of_another_kind_leaves_as_a_code_without_its_text(error: Exception) -> None:
    with pytest.raises(OutsideFailure) as caught, codes_only():
        raise error
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert type(error).__name__ in str(caught.value)


def fails_with_something_behind_it() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise UnknownRefusal("KR-STAP-ONBEKEND") from error


def test_an_error_of_our_own_keeps_its_code_and_loses_what_was_behind_it() -> None:
    with pytest.raises(KetenregieError) as caught, codes_only():
        fails_with_something_behind_it()
    assert caught.value.code == "KR-STAP-ONBEKEND"
    assert SECRET not in "".join(traceback.format_exception(caught.value))
