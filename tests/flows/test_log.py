"""What is written while runs work: our own words, codes only; no addresses, no URLs, no alarm at a suspension."""

import logging

import pytest

from integrations.log_silence import OURS, silence


@pytest.fixture(autouse=True)
def silenced() -> None:
    silence()
    silence()


@pytest.mark.parametrize("name", ["httpx", "httpcore", "httpcore.connection"])
def test_a_library_that_logs_addresses_logs_no_request(name: str) -> None:
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_apprise_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("apprise").error("Sending email to VT-101 failed")
    assert caplog.records == []


@pytest.mark.parametrize("name", ["prefect.flow_runs", "prefect.flow_runs.worker"])
@pytest.mark.parametrize(
    ("level", "text", "extra", "kept"),
    [
        (logging.INFO, "Antwoord answer-0 vastgelegd", OURS, True),
        (logging.INFO, "Worker submitting flow run", {}, False),
        (logging.ERROR, "Finished in state Suspended(type=PAUSED)", {}, False),
        (logging.ERROR, "Crash detected!", {}, True),
    ],
)
def test_the_log_of_a_run_keeps_our_words_and_real_errors(
    name: str, level: int, text: str, extra: dict[str, bool], kept: bool
) -> None:
    logger = logging.getLogger(name)
    record = logger.makeRecord(name, level, __file__, 1, text, (), None, extra=extra)
    assert bool(logger.filter(record)) is kept
