"""What is a person's own: take it all, keep what was ticked, hand over what was chosen and shown first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import handover, services
from bot.channels import own
from bot.handover import NotHandedOver, Service
from tests.faults.conftest import CRISIS, Site, Sites, site_in  # noqa: F401  (a fixture)

WEB = Service("The Harbour", "https://people.example/take")
MAIL = Service("The Harbour", "mailto:people@harbour.example")


class Post:
    """Records what is passed."""

    def __init__(self) -> None:
        self.passed: list[tuple[str, bytes]] = []
        self.fails = False

    def __call__(self, url: str, body: bytes) -> None:
        if self.fails:
            raise NotHandedOver("no")
        self.passed.append((url, body))


@pytest.fixture
def site(site_in: Sites, tmp_path: Path) -> Iterator[Site]:  # noqa: F811
    with site_in(tmp_path / "data") as found:
        yield found


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    found = Post()
    monkeypatch.setattr(handover, "post", found)
    return found


def people(site: Site, service: Service | None) -> None:
    site.http.app.dependency_overrides[own.service] = lambda: service  # type: ignore[attr-defined]


def with_paper(site: Site) -> str:
    """Finish a conversation; returns the paper's id."""
    for text in ("I want to talk before we get close tonight", "Yes", "a long hug on the sofa"):
        site.say(text)
    replies = site.say("that's everything").json()["replies"]
    cards = [r["card"] for r in replies if r["card"] and r["card"]["kind"] == "artifact"]
    return str(cards[0]["id"])


def ask(site: Site, method: str, path: str, **body: Any) -> Any:
    return site.http.request(
        method, f"/api/conversations/{path}", headers=site.headers, json=body or None
    )


class TestExport:
    def test_all_that_was_given_is_in_it(self, site: Site) -> None:
        paper = with_paper(site)
        site.say("I crossed a line and want to make amends properly")
        found = ask(site, "GET", "export").json()
        assert "a long hug on the sofa" in [m["text"] for m in found["messages"]]
        assert [p["id"] for p in found["papers"]] == [paper]
        assert found["region"] == "GB" or found["region"] is None
        assert found["goes"] > found["begun"]
        assert not found["kept"]

    def test_answers_still_open_are_in_it(self, site: Site) -> None:
        for text in ("I want to talk before we get close tonight", "Yes", "a long hug"):
            site.say(text)
        answers = ask(site, "GET", "export").json()["answers"]
        assert {"conversation": "pre_brief", "step": "wants", "answer": "a long hug"} in answers

    def test_crisis_turns_are_not_and_it_says_so(self, site: Site) -> None:
        site.say(CRISIS)
        response = ask(site, "GET", "export")
        assert CRISIS not in response.text
        assert "apart from" in response.json()["about"]

    def test_it_needs_the_token(self, site: Site) -> None:
        site.headers = {"Authorization": "Bearer wrong"}
        assert ask(site, "GET", "export").status_code == 401


class TestKeep:
    def test_only_what_was_ticked_comes_back(self, site: Site) -> None:
        paper = with_paper(site)
        site.say("I crossed a line and want to make amends properly")
        site.say("pause")
        phrase = ask(site, "POST", "keep", papers=[paper]).json()["phrase"]
        assert len(phrase.split()) == 6
        back = site.http.post("/api/conversations/return", json={"phrase": phrase}).json()
        assert back["state"]["paused"] == []
        site.headers = {"Authorization": f"Bearer {back['token']}"}
        found = ask(site, "GET", "export").json()
        assert [p["id"] for p in found["papers"]] == [paper]
        assert found["kept"]

    def test_it_is_taken_back_as_easily(self, site: Site) -> None:
        phrase = ask(site, "POST", "keep", papers=[with_paper(site)]).json()["phrase"]
        assert ask(site, "DELETE", "keep").status_code == 204
        assert ask(site, "DELETE", "keep").status_code == 204
        gone = site.http.post("/api/conversations/return", json={"phrase": phrase})
        assert gone.status_code == 404

    @pytest.mark.parametrize(
        "ticked", [{"papers": []}, {"papers": ["none"]}, {"conversations": ["safety_plan"]}]
    )
    def test_nothing_ticked_keeps_nothing(self, site: Site, ticked: dict[str, Any]) -> None:
        site.say("i want to make a safety plan")
        site.say("pause")
        assert ask(site, "POST", "keep", **ticked).status_code == 404


class TestHandover:
    def test_without_a_service_there_is_none(self, site: Site, post: Post) -> None:
        response = ask(site, "POST", "handover/preview", papers=["x"])
        assert response.status_code == 404
        assert "Help line" in response.json()["title"]

    def test_what_is_passed_is_what_was_shown(self, site: Site, post: Post) -> None:
        people(site, WEB)
        paper = with_paper(site)
        wish = {"papers": [paper], "reach": "text me after six: 07700 900123"}
        shown = ask(site, "POST", "handover/preview", **wish).json()
        assert "a long hug on the sofa" in shown["text"]
        assert "07700 900123" in shown["text"]
        assert "court" in shown["notice"]
        assert post.passed == [], "looking passes nothing"
        done = ask(site, "POST", "handover", **wish, digest=shown["digest"])
        assert "The Harbour" in done.json()["text"]
        [(url, body)] = post.passed
        assert url == WEB.contact
        import json

        assert json.loads(body)["text"] == shown["text"]

    def test_anything_else_is_not_passed(self, site: Site, post: Post) -> None:
        people(site, WEB)
        wish = {"papers": [with_paper(site)], "reach": "me"}
        digest = ask(site, "POST", "handover/preview", **wish).json()["digest"]
        for changed in ({**wish, "reach": "you"}, {**wish, "papers": []}):
            assert ask(site, "POST", "handover", **changed, digest=digest).status_code == 409
        assert ask(site, "POST", "handover", **wish, digest="yes").status_code == 409
        assert ask(site, "POST", "handover", **wish).status_code == 422, "without consent"
        assert post.passed == []

    def test_the_talk_and_a_crisis_are_never_in_it(self, site: Site, post: Post) -> None:
        people(site, WEB)
        paper = with_paper(site)
        site.say("this is for you alone")
        site.say(CRISIS)
        shown = ask(site, "POST", "handover/preview", papers=[paper]).json()
        assert "for you alone" not in shown["text"]
        assert CRISIS not in shown["text"]

    def test_mail_is_sent_by_the_person(self, site: Site, post: Post) -> None:
        people(site, MAIL)
        wish = {"reach": "07700 900123"}
        shown = ask(site, "POST", "handover/preview", **wish).json()
        assert shown["link"].startswith("mailto:people@harbour.example?body=")
        assert ask(site, "POST", "handover", **wish, digest=shown["digest"]).status_code == 503
        assert post.passed == []

    def test_a_service_that_is_away_is_said_and_help_is_shown(self, site: Site, post: Post) -> None:
        people(site, WEB)
        post.fails = True
        wish = {"reach": "07700 900123"}
        digest = ask(site, "POST", "handover/preview", **wish).json()["digest"]
        response = ask(site, "POST", "handover", **wish, digest=digest)
        assert response.status_code == 503
        assert "999" in str(response.json()["replies"])

    def test_nothing_to_pass_is_not_passed(self, site: Site, post: Post) -> None:
        people(site, WEB)
        assert ask(site, "POST", "handover/preview", papers=["none"]).status_code == 422

    @pytest.mark.parametrize("service", [WEB, MAIL])
    def test_it_is_offered_where_help_lines_are(
        self, site: Site, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chosen = services.settings().model_copy(
            update={"handover_name": service.name, "handover_contact": service.contact}
        )
        monkeypatch.setattr(services, "settings", lambda: chosen)
        replies = site.say(CRISIS).json()["replies"]
        offered = [r["text"] for r in replies if "The Harbour" in r["text"]]
        assert len(offered) == 1
        assert "report" in offered[0]
        assert ("people@harbour.example" in offered[0]) == (service is MAIL)
        first = next(n for n, r in enumerate(replies) if r["card"])
        assert "The Harbour" not in str(replies[: first + 1]), "after the lines"
        for asked in ("are you human?", "who can read this?"):
            other = Site(site.http, site.folder)
            assert "The Harbour" in str(other.say(asked).json()["replies"]), asked
