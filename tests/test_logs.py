"""No words a person wrote reach the logs."""

from __future__ import annotations

import logging

import pytest
import structlog

from bot import logs

CANARY = "canary-words-of-a-person"


def test_rasas_structured_logs_lose_their_fields(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().error("processor.message.parse", parse_data_text=CANARY)
    assert CANARY not in "".join(capfd.readouterr())


def test_foreign_records_lose_their_arguments(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logging.getLogger("rasa.core").error("could not handle %s", CANARY)
    said = "".join(capfd.readouterr())
    assert "rasa.core" in said
    assert CANARY not in said


def test_own_records_are_whole(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logging.getLogger("bot.engine").warning("the model failed (%s)", "ValueError")
    assert "the model failed (ValueError)" in "".join(capfd.readouterr())
