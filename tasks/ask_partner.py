"""Ask the case system of one organisation: one outside call, and whatever goes wrong ends as a verdict with a code."""

import logging
from collections.abc import Callable
from typing import TypeVar

from domain.errors import KetenregieError
from integrations.handover import HandoverSystem
from integrations.handover_doors import opened
from integrations.handover_systems import configured
from integrations.http import Unanswered
from integrations.verdict import OF_US, Result, Verdict

NO_SYSTEM = f"{OF_US}geen-systeem"
ELSEWHERE = "omgeleid"
LOGGER = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def ask_partner(organisation: str, question: Callable[[HandoverSystem], Answer]) -> Answer:
    """What this organisation's system answers. Raises Unanswered, and nothing else.

    A setting of ours that is missing is temporary: an operator mends it while the hand-over waits.
    """
    system = configured(organisation)
    if system is None:
        raise Unanswered(Result(Verdict.TEMPORARY, NO_SYSTEM))
    try:
        with opened(system) as door:
            return question(door)
    except Unanswered:
        raise
    except KetenregieError as error:
        raise Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}{error.code}")) from None
    except Exception as error:  # one hand-over that we cannot make must not keep the others waiting
        LOGGER.warning("partner %s", type(error).__name__)
        raise Unanswered(Result(Verdict.INDEFINITE, f"onverwacht-{type(error).__name__}")) from None


def is_gone(system: HandoverSystem, remote: str, missed: Unanswered) -> bool:
    """Whether this answer means that nothing stands at this address any more. Raises Unanswered, for now, when what was
    not there is something else: their catalogue, or all of a system in maintenance."""
    if not missed.not_there:
        return False
    try:
        gone = system.gone(remote)
    except Unanswered as error:
        raise temporary(error) from None
    if not gone:
        raise temporary(missed)
    return True


def temporary(missed: Unanswered) -> Unanswered:
    """The same, to be tried again."""
    result = Result(Verdict.TEMPORARY, missed.result.reason, missed.result.remote)
    return Unanswered(result, status=missed.status, wait=missed.wait, codes=missed.codes)


def a_page(missed: Unanswered) -> bool:
    """A redirect, or a 404 that no API gave: it may be a page of who does maintenance there."""
    return missed.result.reason == ELSEWHERE or (missed.status == 404 and not missed.codes)
