"""Telegram calling `groundwork serve`: closed without the secret, in order, beside the web chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.telegram.order import FAR, Sequence
from bot.channels.telegram.webhook import path_of
from bot.errors import SettingsError
from bot.settings import Settings
from bot.wording import say
from tests.api.conftest import Server
from tests.channels.fake_telegram import TOKEN, FakeTelegram

SECRET = "a-secret_of-the-webhook"
PATH = "/telegram/a-long-name"


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeTelegram, Server]]:
    with FakeTelegram() as fake:
        folder = tmp_path_factory.mktemp("hook")
        server = _Hooked(fake, folder)
        fake.until(lambda: fake.webhook, 30, "the webhook was not registered")
        yield fake, server
        server.stop()


class _Hooked(Server):
    """A server that Telegram calls; its own address stands in its settings."""

    def __init__(self, fake: FakeTelegram, folder: Path) -> None:
        self._fake = fake
        super().__init__(
            folder, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_BASE=fake.base, REGION="GB",
            TELEGRAM_WEBHOOK_SECRET=SECRET,
        )  # fmt: skip

    def start(self) -> None:
        self._settings["TELEGRAM_WEBHOOK_URL"] = self.url + PATH
        super().start()


Hooked = tuple[FakeTelegram, Server]
pytestmark = pytest.mark.xdist_group("webhook")


def update(fake: FakeTelegram, chat: int, text: str) -> dict[str, Any]:
    made = fake.say(chat, text)
    fake.updates.remove(made)
    return made


def test_the_address_and_the_secret_are_registered(hooked: Hooked) -> None:
    fake, server = hooked
    assert fake.webhook is not None
    assert fake.webhook["url"] == server.url + PATH
    assert fake.webhook["secret_token"] == SECRET
    assert fake.webhook["allowed_updates"] == [
        "message", "edited_message", "callback_query", "my_chat_member",
    ]  # fmt: skip


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET.upper()])
def test_without_the_secret_401_and_nothing_happens(hooked: Hooked, secret: str) -> None:
    fake, server = hooked
    made = update(fake, 77, "I want to talk before we get close tonight")
    response = fake.deliver(made, secret=secret)
    assert response.status_code == 401
    bare = httpx.post(server.url + PATH, json=made)
    assert bare.status_code == 401
    time.sleep(0.5)
    assert fake.chat(77).sent == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "x"}', b"\xff"])
def test_nonsense_with_the_secret_is_no_server_error(hooked: Hooked, body: bytes) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    response = httpx.post(hooked[1].url + PATH, content=body, headers=headers)
    assert response.status_code == 422


def test_a_talk_beside_the_web_chat(hooked: Hooked) -> None:
    fake, server = hooked
    for text in ("I want to talk before we get close tonight", "yes"):
        assert fake.deliver(update(fake, 78, text)).status_code == 200
        fake.quiet()
    assert fake.texts(78)[-1].startswith("What would you like this time?")
    assert httpx.post(f"{server.url}/api/conversations", json={}).status_code == 201


def test_a_redelivered_update_is_answered_once(hooked: Hooked) -> None:
    fake, _ = hooked
    made = update(fake, 79, "hello")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(fake.deliver, [made] * 4))
    assert {a.status_code for a in answers} == {200}
    fake.quiet()
    assert len([t for t in fake.texts(79) if t == say("telegram.start_what")]) == 1


def test_updates_side_by_side_are_put_in_order(hooked: Hooked) -> None:
    fake, _ = hooked
    fake.deliver(update(fake, 80, "I want to talk before we get close tonight"))
    made = [update(fake, 80, text) for text in ("yes", "a long hug", "no hands on my neck")]
    with ThreadPoolExecutor(3) as pool:
        late = [pool.submit(fake.deliver, u) for u in reversed(made) if not time.sleep(0.05)]
        assert {r.result().status_code for r in late} == {200}
    fake.quiet()
    wanted = ("What would you like", "What is not okay", "Which word will mean stop")
    asked = [t for t in fake.texts(80) if t.startswith(wanted)]
    assert [t.startswith(w) for t, w in zip(asked, wanted, strict=True)] == [True] * 3


def test_it_is_not_among_the_documented_calls(hooked: Hooked) -> None:
    assert PATH not in httpx.get(f"{hooked[1].url}/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://example.org", SECRET), ("https://example.org/", SECRET), ("no address", SECRET),
        ("https://example.org/hook", "with space"), ("https://example.org/hook", "ü" * 20),
    ],
)  # fmt: skip
def test_settings_that_telegram_would_refuse(url: str, secret: str) -> None:
    settings = Settings(_env_file=None, telegram_webhook_url=url, telegram_webhook_secret=secret)
    with pytest.raises(SettingsError, match="GROUNDWORK_TELEGRAM_WEBHOOK"):
        path_of(settings)


class TestOrder:
    async def _begun(self, *numbers: int) -> list[int]:
        order, begun = Sequence(), list[int]()

        async def work(number: int) -> None:
            begun.append(number)

        async def late(number: int) -> None:
            await order.take(number, lambda: work(number))

        tasks = []
        for number in numbers:
            tasks.append(asyncio.create_task(late(number)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)
        return begun

    async def test_those_before_go_first(self) -> None:
        assert await self._begun(1, 4, 3, 2) == [1, 2, 3, 4]

    async def test_a_number_that_never_comes_holds_up_for_a_moment_only(self) -> None:
        assert await self._begun(1, 3) == [1, 3]

    async def test_numbers_that_begin_anew_wait_for_nothing(self) -> None:
        begun = asyncio.get_running_loop().time()
        assert await self._begun(5, 5 + FAR, 1) == [5, 5 + FAR, 1]
        assert asyncio.get_running_loop().time() - begun < 0.4
