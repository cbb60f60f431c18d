"""The described interface against the served one: schemathesis sends what the description allows, and what
it does not, to every call. No answer is a server's error, and none is undocumented."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Client, Server

pytestmark = pytest.mark.xdist_group("server")
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
FEW, MANY = 12, 800
QUIET = list(HealthCheck)
ERASES = ("DELETE", "/api/conversations")


def send_all(server: Server, mode: GenerationMode, examples: int, token: str | None) -> int:
    """Send that many requests of one mode to each call; returns how many were sent."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    return sum(send(found.ok(), mode, examples, token) for found in schema.get_all_operations())


def send(operation: Any, mode: GenerationMode, examples: int, token: str | None) -> int:
    """Send that many requests to one call; returns how many were sent."""
    sent = 0
    # Erasing would leave nothing to talk to: with a token that call has tests of its own.
    known = token and (operation.method.upper(), operation.path) != ERASES
    headers = {"Authorization": f"Bearer {token}"} if known else {}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None)
    def one(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    with suppress(Unsatisfiable):  # nothing can be wrong in what it takes: any text will do
        one()
    return sent


@pytest.mark.parametrize("known", [True, False], ids=["token", "no token"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_answer_is_as_described(
    server: Server, mode: GenerationMode, known: bool, examples: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    token = Client(server, region="GB").begun["token"] if known else None
    sent = send_all(server, mode, examples, token)
    assert sent > 4 * examples
    with capsys.disabled():
        print(f"\n{sent} generated requests ({mode.value}), 0 server errors, 0 undocumented")
