"""The token of a ZGW call: whose clock it follows, and what it holds."""

import re
from email.utils import formatdate
from pathlib import Path

import httpx
import jwt
import pytest
from pydantic import SecretStr

from integrations.partners import parse_partners
from integrations.zgw.token import BACK, VALID, Signer
from tests.partners.zgw_standin import SECRET

NOW = 1_795_000_000.0


def signer() -> Signer:
    return Signer("ketenregie", SecretStr(SECRET), "veilig-thuis", clock=lambda: NOW)


def issued(request: httpx.Request) -> float:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False, "verify_exp": False})
    assert claims["exp"] - claims["iat"] == VALID
    return float(claims["iat"])


def tries(sign: Signer, *answers: httpx.Response) -> list[float]:
    """When each request of one exchange said it was signed, less what a token is set back."""
    request = httpx.Request("POST", "https://partner.example/zaken")
    flow = sign.auth_flow(request)
    signed = [issued(next(flow)) - NOW + BACK]
    for answer in answers:
        try:
            signed.append(issued(flow.send(answer)) - NOW + BACK)
        except StopIteration:
            break
    return signed


def refused(ahead: float | None, status: int = 403) -> httpx.Response:
    headers = {} if ahead is None else {"Date": formatdate(NOW + ahead, usegmt=True)}
    return httpx.Response(status, headers=headers)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("ahead", [-300.0, -20.0, 20.0, 300.0])
def test_a_refusal_with_another_clock_is_answered_once_by_that_clock(status: int, ahead: float) -> None:
    assert tries(signer(), refused(ahead, status), refused(ahead, status)) == [0.0, ahead]


@pytest.mark.parametrize("ahead", [None, 0.0, 1.0, -2.0, 301.0, -301.0, 1e9])
def test_a_refusal_by_the_same_clock_or_a_senseless_one_is_a_refusal(ahead: float | None) -> None:
    assert tries(signer(), refused(ahead)) == [0.0]


def test_a_date_that_is_none_is_passed_over() -> None:
    for said in ("", "yesterday", "Wed, 99 Foo 9999 99:99:99 GMT", "Sun, 22 Nov 99999 00:00:00 GMT"):
        assert tries(signer(), httpx.Response(403, headers={"Date": said})) == [0.0]


@pytest.mark.parametrize("status", [200, 201, 400, 404, 500])
def test_another_clock_alone_is_no_reason_to_ask_again(status: int) -> None:
    sign = signer()
    assert tries(sign, refused(60.0, status)) == [0.0]
    assert (sign.seen, sign.skew) == (60.0, 0.0)


def test_what_was_learned_holds_for_the_next_request_and_is_unlearned_when_they_mend_their_clock() -> None:
    sign = signer()
    tries(sign, refused(60.0))
    assert tries(sign, httpx.Response(200)) == [60.0]
    assert tries(sign, refused(0.0), httpx.Response(200)) == [60.0, 0.0]


def test_a_token_names_organisations_and_nothing_else() -> None:
    claims = jwt.decode(
        signer().token(), SECRET, algorithms=["HS256"], options={"verify_iat": False, "verify_exp": False}
    )
    assert claims == {
        "iss": "ketenregie",
        "client_id": "ketenregie",
        "user_id": "veilig-thuis",
        "user_representation": "veilig-thuis",
        "iat": int(NOW - BACK),
        "exp": int(NOW - BACK + VALID),
    }


def test_the_example_in_the_readme_is_a_partners_file() -> None:
    readme = Path(__file__).parents[2] / "integrations" / "zgw" / "README.md"
    found = re.search(r"```toml\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    (system,) = parse_partners(found[1]).zgw
    assert set(type(system).model_fields) - system.model_fields_set == set()
