"""Settings: every one documented, every bad one a clear line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PREFIX, get_settings, names

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield  # type: ignore[misc]
    get_settings.cache_clear()


def test_the_example_names_exactly_the_settings() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(rf"^# ({PREFIX}\w+)=", text, re.MULTILINE)) == names()


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    plain = get_settings()
    (tmp_path / ".env").write_text(re.sub(rf"^# ({PREFIX})", r"\1", text, flags=re.MULTILINE))
    get_settings.cache_clear()
    assert get_settings() == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("REGION", "Britain"),
        ("RATE_LIMIT", "often"),
        ("ALLOWED_ORIGINS", "*"),
        ("DATABASE_URL", "mysql://x"),
        ("RETENTION_DAYS", "0"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/hook"),
    ],
)
def test_a_bad_value_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    assert "\n" not in str(caught.value)
    assert name.split("_", maxsplit=1)[0] in str(caught.value)


def test_an_unknown_name_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWORK_PROT", "8000")
    with pytest.raises(SettingsError, match="GROUNDWORK_PROT"):
        get_settings()


def test_serving_in_public_needs_an_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWORK_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("GROUNDWORK_OPERATOR_NAME", "A service")
    with pytest.raises(SettingsError, match="GROUNDWORK_OPERATOR_CONTACT, GROUNDWORK_PRIVACY_URL"):
        get_settings()


def test_lists_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWORK_KNOWLEDGE_DIRS", "a:b")
    monkeypatch.setenv("GROUNDWORK_ALLOWED_ORIGINS", "https://a.org, https://b.org")
    assert get_settings().knowledge_dirs == (Path("a"), Path("b"))
    assert get_settings().allowed_origins == ("https://a.org", "https://b.org")
