from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.paragraphs import blocks

BODY = " ".join(["A sentence with a few plain words in it."] * 9)
PAGE = f"""How to tend a garden through the year
A short summary of what follows, in one sentence only, for those in a hurry.
Published July 28, 2025
Facebook X Reddit Pinterest Email
{BODY} one
ADVERTISEMENT
{BODY} two
What to do in spring when the days grow longer.
{BODY} three
Related Articles
Gardens
{BODY} four
July 26, 2025
"""


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


def test_page_of_the_web_is_counted_without_clutter() -> None:
    body = [block for block in blocks(PAGE) if block.kind == "body"]
    assert [block.text.split()[-1] for block in body] == ["one", "two", "three"]
    assert [block.number for block in body] == [1, 2, 3]
    titles = [block.text for block in blocks(PAGE) if block.kind == "title"]
    assert titles == ["How to tend a garden through the year"]


def test_heading_between_long_paragraphs_is_a_heading_even_with_a_full_stop() -> None:
    assert "What to do in spring when the days grow longer." in [
        block.text for block in blocks(PAGE) if block.kind == "heading"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ADVERTISEMENT",
        "Advertisement",
        "July 31, 2025 - 3 min Read",
        "Published July 28, 2025",
        "Updated: 2025-07-28",
        "3 min read",
        "By Jane Doe",
        "Written by Jane Doe and John Roe",
        "Facebook X Reddit Pinterest Email",
        "Share Tweet Copy link",
        "All rights reserved.",
        "-",
    ],
)
def test_clutter_line(line: str) -> None:
    assert kinds(f"# Title\n\n{BODY}\n\n{line}\n\n{BODY}") == ["title", "body", "clutter", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "In July we met again, and it went better than the first time.",
        "By the end of the week she felt calmer, which surprised both of them a great deal.",
        "Share what you like, and keep the rest for yourself.",
    ],
)
def test_sentence_that_begins_like_clutter_stays(line: str) -> None:
    assert kinds(f"# Title\n\n{BODY}\n\n{line}\n\n{BODY}") == ["title", "body", "body", "body"]


def test_markdown_headings_and_written_texts() -> None:
    text = "# One\n\nAdvertisement\n\n## Two\nBody here."
    assert [b.kind for b in blocks(text, written=True)] == ["title", "body", "heading", "body"]


@given(st.text(max_size=400))
def test_spans_are_exact_for_any_text(text: str) -> None:
    last = 0
    for block in blocks(text):
        assert last <= block.start < block.end <= len(text)
        if block.kind == "body":
            assert text[block.start : block.end] == block.text
        last = block.end
