"""Figures for Prometheus: counts and times. No words, no token, no chat, no address.

How often words pointed to danger is shown in steps of ten: on a small service, one more at two in the
morning would be a person somebody may know.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from bot.dialogue.history import card_kind
from bot.types import LEVELS

disable_created_metrics()  # type: ignore[no-untyped-call]  # they tell when the first of each came
STEP = 10
"""Crises are shown rounded down to a multiple of this."""
STAGES = ("read", "gate", "dialogue", "store", "whole")
OUTCOMES = (
    "ordinary", "answered", "unanswered", "crisis", "repeated", "refused", "too_long", "limited",
    "model_failed", "not_stored", "gone",
)  # fmt: skip
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

REQUESTS = Counter("groundwork_requests_total", "Requests by route and status", ["route", "status"])
SECONDS = Histogram(
    "groundwork_request_seconds", "Seconds per request", ["route"], buckets=_BUCKETS
)
TURNS = Counter("groundwork_turns_total", "Messages by what became of them", ["outcome"])
STAGE_SECONDS = Histogram(
    "groundwork_stage_seconds", "Seconds of a turn by stage", ["stage"], buckets=_BUCKETS
)
LEVEL = Counter("groundwork_levels_total", "Messages by crisis level, in tens", ["level"])
VERSIONS = Gauge(
    "groundwork_info", "Versions that serve", ["program", "model", "index"],
    multiprocess_mode="livemax",
)  # fmt: skip
READY = Gauge("groundwork_ready", "1 while the model is loaded", multiprocess_mode="livemin")

for _stage in STAGES:
    STAGE_SECONDS.labels(_stage)
for _outcome in OUTCOMES:
    TURNS.labels(_outcome)
for _level in LEVELS:  # a level that appears only with its first message would tell of it
    LEVEL.labels(_level)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measure a stage of a turn."""
    began = time.perf_counter()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(name).observe(time.perf_counter() - began)


def outcome(events: Iterable[Mapping[str, Any]]) -> str:
    """Return what became of an ordinary message: of a question, whether the library had an answer."""
    cards, intents = set(), set()
    for event in events:
        cards.add(card_kind(event))
        intents.add(((event.get("parse_data") or {}).get("intent") or {}).get("name"))
    if "passages" in cards:
        return "answered"
    return "unanswered" if intents & {"question", "out_of_scope"} else "ordinary"


def exposition() -> bytes:
    """Return all figures of this server, of all its workers where there are several."""
    registry: Any = REGISTRY
    # Prometheus' own name, set by bot/workers.py before any of this is imported.
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(_Coarse(registry))


class _Coarse:
    """A registry whose counts of crises are rounded down."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            if metric.name == "groundwork_levels":
                metric.samples = [_rounded(sample) for sample in metric.samples]
            yield metric


def _rounded(sample: Any) -> Any:
    if sample.labels.get("level") in {"none", None}:
        return sample
    return sample._replace(value=sample.value // STEP * STEP)
