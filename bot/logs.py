"""Logging that can't carry what a person wrote: an allow-list of fields, and nothing below warnings from libraries.

Rasa logs messages, intents and events with their text at debug level through structlog; none of it may
reach a file, a terminal or a collector.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"event", "level", "logger", "timestamp", "stage", "seconds", "status", "route", "version"}
)


def only_allowed(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not on the allow-list."""
    return {name: value for name, value in event.items() if name in ALLOWED}


_RENDER = structlog.processors.LogfmtRenderer(
    key_order=["timestamp", "level", "logger", "event"], drop_missing=True
)


class OwnOnly(logging.Filter):
    """Lets through our own records, and only the bare kind of others' (never their arguments)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut a foreign record down to its logger and level."""
        if not record.name.startswith(("bot", "knowledge", "uvicorn.error")):
            record.msg, record.args = f"{record.levelname.lower()} in {record.name}", ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def configure() -> None:
    """Set up logging for a process; call once, before anything else logs."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        processors=[
            only_allowed,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _RENDER,
        ],
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.addFilter(OwnOnly())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[only_allowed, _RENDER],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("bot", "knowledge", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
    # Warnings of libraries can quote data (Rasa quotes messages); ours are errors in tests.
    warnings.simplefilter("ignore")
