"""What was promised is sent: limits, errors, lost lines, kills; and what is erased is deleted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.wording import say
from tests.channels.conftest import ROOT, Bot, Person, Start
from tests.channels.fake_telegram import TOKEN, FakeTelegram, Fault

OPENING = "I want to talk before we get close tonight"


def test_429_is_waited_for_and_the_order_is_kept(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    person.says("hello")
    fake.faults.append(Fault("sendMessage", 429, retry_after=2, description="Too Many Requests"))
    begun = time.monotonic()
    said = person.says(OPENING)
    assert time.monotonic() - begun >= 2
    assert said[0].startswith("A short talk before closeness")
    assert said[1].startswith("Does each of you freely want this?")
    first, again = fake.called("sendMessage", person.id)[-3:-1]
    assert again.at - first.at >= 2
    assert again.params["text"] == first.params["text"]


def test_one_chats_limit_holds_up_no_other(bot: Bot, fake: FakeTelegram) -> None:
    slow, quick = Person(fake, 1), Person(fake, 2)
    slow.says("hello")
    fake.faults.append(Fault("sendMessage", 429, retry_after=5, chat=1))
    fake.say(1, OPENING)
    fake.say(2, "he is hitting me right now")
    fake.until(lambda: len(quick.chat.sent) >= 2, 4)
    fake.quiet()
    assert "freely want this" in "\n".join(fake.texts(1))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_of_telegrams_loses_no_answer(
    bot: Bot, person: Person, fake: FakeTelegram, status: int
) -> None:
    fake.faults.append(Fault("sendMessage", status, times=2))
    fake.faults.append(Fault("getUpdates", status, times=1))
    said = person.says(OPENING)
    assert said[-1].startswith("Does each of you freely want this?")
    assert len(fake.chat(person.id).sent) == len(said)


def test_a_lost_answer_of_telegrams_is_sent_again(
    start: Start, person: Person, fake: FakeTelegram
) -> None:
    start(read_seconds=0.5)
    fake.faults.append(Fault("sendMessage", after_delay=2, taken=False))
    assert person.says(OPENING)[-1].startswith("Does each of you freely want this?")


def test_markup_that_telegram_refuses_is_sent_as_bare_words(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    words = "Bad Request: can't parse entities: wrong on demand"
    fake.faults.append(Fault("sendMessage", 400, description=words))
    assert person.says("hello")[0] == say("telegram.start_what")


def test_a_message_that_telegram_refuses_for_good_holds_nothing_up(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    fake.faults.append(Fault("sendMessage", 400, description="Bad Request: odd"))
    assert say("telegram.start_privacy") in person.says("hello")


class TestGone:
    def test_who_blocks_the_bot_is_forgotten(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says(OPENING)
        fake.push(
            my_chat_member={
                "chat": {"id": person.id, "type": "private"},
                "from": {"id": person.id, "is_bot": False, "first_name": "P"},
                "date": 1,
                "old_chat_member": {"status": "member"},
                "new_chat_member": {"status": "kicked"},
            }
        )
        fake.quiet()
        assert bot.waiting(person.id) == []
        assert not bot.history(person.id).messages

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (403, "Forbidden: bot was blocked by the user"),
            (403, "Forbidden: user is deactivated"),
            (400, "Bad Request: chat not found"),
        ],
    )
    def test_what_telegram_says_of_it_is_enough(
        self, bot: Bot, person: Person, fake: FakeTelegram, status: int, words: str
    ) -> None:
        person.says(OPENING)
        fake.faults.append(Fault("sendMessage", status, description=words, times=99))
        fake.say(person.id, "yes")
        fake.quiet()
        assert bot.waiting(person.id) == []
        assert not bot.history(person.id).messages

    def test_a_chat_that_has_moved_is_forgotten(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says(OPENING)
        fake.faults.append(Fault("sendMessage", 400, migrated_to=-100123, times=99))
        fake.say(person.id, "yes")
        fake.quiet()
        assert bot.waiting(person.id) == []


class TestTrouble:
    def test_a_store_that_fails_for_a_moment_loses_nothing(
        self, bot: Bot, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person.says("hello")
        failures = [StoreError("the disk is full"), StoreError("the disk is full")]
        commit = bot.store.commit

        def failing(*args: Any, **more: Any) -> None:
            if failures:
                raise failures.pop()
            commit(*args, **more)

        monkeypatch.setattr(bot.store, "commit", failing)
        assert "freely want this" in "\n".join(person.says(OPENING))

    def test_a_store_that_fails_for_good_still_names_help(
        self, bot: Bot, person: Person, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(*_: Any, **__: Any) -> None:
            raise StoreError("the disk is full")

        monkeypatch.setattr(bot.store, "commit", failing)
        assert say("dialogue.error") in person.says("hello")

    def test_a_model_that_fails_gives_the_safety_reply(
        self, start: Start, person: Person, fake: FakeTelegram
    ) -> None:
        class Broken:
            def turn(self, *_: Any) -> Any:
                raise RuntimeError("broken")

        start(brain=Broken())
        said = person.says("hello")
        assert say("dialogue.error") in said
        assert len(said) > 1
        assert all(m["has_protected_content"] for m in fake.shown(person.id)[1:])
        assert person.says("he is hitting me right now")


class TestErasing:
    @pytest.mark.parametrize("words", ["/erase", "/leave", "leave", "Leave."])
    def test_every_message_goes_and_one_line_stays(
        self, bot: Bot, person: Person, fake: FakeTelegram, words: str
    ) -> None:
        person.says("/start")
        person.says(OPENING)
        person.presses("Yes")
        person.sends(sticker={"file_id": "f"})
        person.says("a hug")
        person.says("that's everything")
        before = set(fake.chat(person.id).messages)
        (line,) = person.says(words)
        assert line == say("telegram.erased" if words == "/erase" else "telegram.left")
        assert before | set(fake.chat(person.id).sent[:-1]) <= set(fake.chat(person.id).deleted)
        assert len(fake.chat(person.id).messages) == 1
        assert not bot.history(person.id).messages
        assert bot.state(person.id).conversation is None
        assert [row["do"] for row in bot.waiting(person.id)] == ["sent"]

    def test_forget_me_deletes_too(self, bot: Bot, person: Person, fake: FakeTelegram) -> None:
        person.says(OPENING)
        person.says("forget me")
        person.presses("Yes, erase it")
        assert fake.texts(person.id) == [say("dialogue.forgotten")]
        assert len(fake.chat(person.id).messages) == 1

    def test_the_way_out_of_a_crisis_leaves_here_too(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says("he is hitting me right now")
        if "Leave now" not in fake.titles(person.id):
            person.says("i can't talk, he is in the next room")
        person.presses("Leave now")
        assert fake.texts(person.id) == [say("telegram.left")]
        assert len(fake.chat(person.id).messages) == 1

    def test_a_message_too_old_to_delete_keeps_no_other(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says(OPENING)
        old = min(fake.chat(person.id).messages)
        fake.chat(person.id).messages[old]["date"] -= 49 * 3600
        person.says("/erase")
        assert set(fake.chat(person.id).messages) == {old, fake.chat(person.id).sent[-1]}

    def test_more_than_a_hundred_messages(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        for _ in range(60):
            fake.send(person.id, sticker={"file_id": "f"})
        fake.quiet(patience=180)
        person.says("/leave")
        assert len(fake.chat(person.id).messages) == 1
        assert len(fake.called("deleteMessages", person.id)) == 2

    def test_what_is_on_its_way_while_erasing_is_taken_back(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says("hello")
        fake.faults.append(Fault("sendMessage", 500, times=1, after_delay=0.0))
        fake.say(person.id, OPENING)
        fake.say(person.id, "/leave")
        fake.quiet()
        assert fake.texts(person.id) == [say("telegram.left")]

    def test_erasing_survives_errors(self, bot: Bot, person: Person, fake: FakeTelegram) -> None:
        person.says(OPENING)
        fake.faults.append(Fault("deleteMessages", 500, times=2))
        person.says("/leave")
        assert len(fake.chat(person.id).messages) == 1


def test_two_hundred_chats_at_once_each_in_its_order(start: Start, fake: FakeTelegram) -> None:
    bot = start()
    people = [Person(fake, 10_000 + n) for n in range(200)]
    for words in ("yes", "/privacy", "sticker"):
        for person in people:
            if words == "sticker":
                fake.send(person.id, sticker={"file_id": "f"})
            else:
                fake.say(person.id, words)
    fake.quiet(patience=400)
    stickers = say("telegram.kinds.sticker")
    for person in people:
        texts = fake.texts(person.id)
        privacy = texts.index(say("telegram.privacy"))
        assert texts[0] == say("telegram.start_what")
        assert texts[-1] == stickers
        assert 2 < privacy < len(texts) - 1
        assert texts.count(stickers) == 1
    assert bot.failure is None


class Process:
    """`groundwork telegram` in a process of its own."""

    def __init__(self, fake: FakeTelegram, folder: Path, token: str = TOKEN, **more: str) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDWORK_")}
        self._env = plain | {
            "GROUNDWORK_TELEGRAM_TOKEN": token, "GROUNDWORK_TELEGRAM_API_BASE": fake.base,
            "GROUNDWORK_DATA_DIR": str(folder), "GROUNDWORK_REGION": "GB",
        }  # fmt: skip
        self._env |= {f"GROUNDWORK_{name}": value for name, value in more.items()}
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._log = (self._folder / "bot.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "telegram"], cwd=ROOT, env=self._env,
            stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def end(self, sign: int = signal.SIGTERM) -> int:
        if self._process.poll() is None:
            self._process.send_signal(sign)
        return self._process.wait(30)

    @property
    def log(self) -> str:
        return (self._folder / "bot.log").read_text(errors="replace")


@pytest.fixture
def process(fake: FakeTelegram, tmp_path: Path) -> Iterator[Process]:
    running = Process(fake, tmp_path)
    yield running
    running.kill()


def test_a_kill_in_the_middle_goes_on_at_the_same_step(
    process: Process, fake: FakeTelegram, person: Person
) -> None:
    fake.say(person.id, OPENING)
    fake.until(lambda: "freely want this" in "\n".join(fake.texts(person.id)), 240, process.log)
    # Taken and stored, but Telegram takes nothing: what was promised is sent after the kill.
    fake.faults.append(Fault("sendMessage", 500, times=10_000))
    fake.say(person.id, "yes")
    fake.until(lambda: not fake.updates, 30)
    # And one that may be anywhere on its way when the kill comes.
    fake.say(person.id, "a long hug, canary-words")
    process.kill()
    fake.faults.clear()
    process.start()
    fake.until(lambda: "What is not okay" in "\n".join(fake.texts(person.id)), 240, process.log)
    fake.say(person.id, "what did I write so far?")
    fake.until(lambda: "a long hug" in "\n".join(fake.texts(person.id)), 60)
    fake.quiet(1.0)
    texts = fake.texts(person.id)
    assert len([t for t in texts if t.startswith("What would you like")]) == 1
    assert len([t for t in texts if t.startswith("What is not okay")]) == 1 + 1  # asked again
    assert process.end() == 0
    assert "canary-words" not in process.log
    assert TOKEN not in process.log


def test_a_bad_token_ends_the_start_with_one_line(fake: FakeTelegram, tmp_path: Path) -> None:
    running = Process(fake, tmp_path, token=TOKEN[:-1] + "x")
    assert running.end(0) == 2
    (line,) = [x for x in running.log.splitlines() if x.startswith("groundwork:")]
    assert "GROUNDWORK_TELEGRAM_TOKEN" in line
    assert "Traceback" not in running.log
