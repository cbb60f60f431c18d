from __future__ import annotations

import json
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from bot.artifacts.model import Artifact, Section

sections = st.builds(Section, st.text(), st.text(), st.none() | st.text())
artifacts = st.builds(
    Artifact,
    id=st.text(), conversation=st.text(), title=st.text(), header=st.none() | st.text(),
    footer=st.none() | st.text(), sections=st.lists(sections).map(tuple), made_on=st.dates(),
    file_name=st.text(), calendar_on=st.none() | st.dates(), calendar_allowed=st.booleans(),
    calendar_at=st.none() | st.times(),
)  # fmt: skip


def artifact(conversation: str = "repair", *, allowed: bool = True) -> Artifact:
    return Artifact(
        "0a1b", conversation, "A title", None, "A footer",
        (Section("behaviour", "What I did", "my words"), Section("impact", "Impact", None)),
        date(2026, 11, 22), "personal-notes", None, allowed,
    )  # fmt: skip


@given(artifacts)
def test_it_comes_back_from_json(made: Artifact) -> None:
    assert Artifact.from_dict(json.loads(json.dumps(made.as_dict()))) == made


def test_what_was_stored_without_a_time_is_read() -> None:
    raw = artifact().as_dict()
    del raw["calendar_at"]
    assert Artifact.from_dict(raw).calendar_at is None
    assert Artifact.from_dict({**raw, "calendar_at": "18:30:00"}).calendar_at == time(18, 30)


def test_the_card_is_what_the_interface_says() -> None:
    url = "/api/conversations/artifacts/0a1b?format="
    assert artifact().card() == {
        "kind": "artifact",
        "id": "0a1b",
        "conversation": "repair",
        "title": "A title",
        "header": artifact().header,
        "footer": artifact().footer,
        "sections": [
            {"step": "behaviour", "label": "What I did", "answer": "my words"},
            {"step": "impact", "label": "Impact", "answer": None},
        ],
        "downloads": [{"format": f, "url": url + f} for f in ("md", "txt", "pdf", "ics")],
    }


def test_no_calendar_where_it_is_not_allowed_and_never_for_a_safety_plan() -> None:
    for made in (artifact(allowed=False), artifact("safety_plan")):
        assert [d["format"] for d in made.card()["downloads"]] == ["md", "txt", "pdf"]
