from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from markdown_it import MarkdownIt

from bot.artifacts import words
from bot.artifacts.model import FORMATS, Artifact, Section
from bot.artifacts.render import render
from bot.wording import say

from .test_model import artifact, artifacts

MADE = date(2026, 11, 22)
HOSTILE = (
    "# heading",
    "* list",
    "1. list",
    "12) list",
    "- list",
    "+ list",
    "> quote",
    "    code",
    "\tcode",
    "`code` ``x``",
    "```\nfence\n```",
    "~~~\nfence",
    "**bold** __bold__ _it_",
    "~~gone~~",
    "[link](http://evil.example)",
    "![image](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "http://evil.example/a?b=c",
    "https://evil.example",
    "www.evil.example",
    "evil.example",
    "me@evil.example",
    "mailto:me@evil.example",
    "&lt;b&gt; &amp; &#35;",
    "a | b\n--|--",
    "title\n=====",
    "title\n-----",
    "***",
    "---",
    "___",
    "line  \nbreak",
    "back\\\nslash",
    "\\*no\\*",
    "[ref]\n\n[ref]: http://evil.example",
    "[^1] note\n\n[^1]: text",
    "$x^2$ $$y$$",
    ":smile: :+1:",
    "- [ ] task",
    "term\n: definition",
    "<!-- hidden -->",
    "*[HTML]: text",
    "==mark== ^up^ ~down~",
    "1986\\. A great year",
    "6:30, 18.30 and 3.5",
    '#set page("a0")\n#panic("x")',
    "$ sum_1^n $",
    "@cite <label> *b* _i_",
    '#include "/etc/passwd"',
    "#sys.inputs.data",
    "// comment /* more */",
    "left\u202eright \u2066x\u2069",
    "nul\x00 bell\x07 esc\x1b[31m",
    "\ud800 alone",
    "\r\nwindows\rmac",
    "\u2028line\u2029par",
    "{{ 7*7 }} {% x %} ${y}",
    "=cmd|' /C calc'!A0",
    "BEGIN:VEVENT\nEND:VCALENDAR",
)
SCRIPTS = (
    "Привет, мир",
    "नमस्ते दुनिया",
    "你好世界",
    "مرحبا بالعالم",
    "שלום עולם",
    "😀👩‍👩‍👧 ❤️",
    "ខ្មែរ",
    "ǅ ﬁ ½",
)


def with_answer(answer: str | None, **changes: Any) -> Artifact:
    made = replace(artifact(), sections=(Section("s", "Label", answer),))
    return replace(made, **changes)


def visible(answer: str) -> list[str]:
    return [re.sub(r"\s+", " ", line) for line in words.lines(answer) if line]


def markdown_of(answer: str | None) -> str:
    return render(with_answer(answer), "md")[0].decode()


@pytest.mark.parametrize("format", FORMATS)
def test_the_kind_and_name_of_the_file(format: Any) -> None:
    data, media, name = render(artifact(), format)
    kinds = {
        "md": "text/markdown",
        "txt": "text/plain",
        "pdf": "application/pdf",
        "ics": "text/calendar",
    }
    assert media.split(";")[0] == kinds[format]
    assert name == f"personal-notes.{format}"
    assert data == render(artifact(), format)[0], "the same file for the same artifact"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc-passwd.txt"),
        ('a"; x="', "a-x.txt"),
        ("", "notes.txt"),
        ("Ünï", "n.txt"),
        ("a\r\nSet-Cookie: b", "a-set-cookie-b.txt"),
    ],
)
def test_a_file_name_is_safe_in_a_header_and_on_a_disk(name: str, expected: str) -> None:
    assert render(with_answer("x", file_name=name), "txt")[2] == expected


class TestMarkdown:
    @staticmethod
    def parsed(text: str) -> list[Any]:
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        return list(parser.parse(text))

    def read(self, answer: str) -> list[str]:
        """The lines of the answer as a reader of the rendered page sees them."""
        tokens = self.parsed(markdown_of(answer))
        kinds = {token.type for token in tokens}
        assert kinds <= {
            "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "hr",
        }, kinds  # fmt: skip
        found = ""
        for token in [t for t in tokens if t.type == "inline"][2:-2]:
            assert {c.type for c in token.children} <= {"text", "text_special", "hardbreak"}
            found += "".join("\n" if c.type == "hardbreak" else c.content for c in token.children)
            found += "\n"
        assert sum(token.type == "hr" for token in tokens) == 1
        assert sum(token.type == "heading_open" for token in tokens) == 2
        return [re.sub(r"\s+", " ", line) for line in found.split("\n") if line]

    @pytest.mark.parametrize("answer", HOSTILE + SCRIPTS)
    def test_words_stay_words(self, answer: str) -> None:
        assert self.read(answer) == visible(answer)
        # GitHub's renderer makes links of bare addresses: none is left bare.
        assert not re.search(r"https?:/|www\.|[^\\]@", markdown_of(answer))

    @settings(max_examples=300, deadline=None)
    @given(st.one_of(
        st.text(alphabet="#*-_+.`~<>[]()!|:=\\ \n\t1a&;/@^${}\"'", min_size=1),
        st.text(st.characters(codec="utf-8", exclude_categories=("Zs",)), min_size=1),
        st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map(" ".join),
    ))  # fmt: skip
    def test_any_words_stay_words(self, answer: str) -> None:
        assert self.read(answer) == visible(answer)

    def test_a_skipped_step_is_blank(self) -> None:
        assert "## Label\n\n(left blank)\n" in markdown_of(None).replace("\\", "")

    def test_plain_words_are_left_alone(self) -> None:
        said = "We stop at 18:30, no hands on my neck. I'd like tea - (warm); 3.5 hours, ok?"
        assert said in markdown_of(said)


class TestText:
    @pytest.mark.parametrize("answer", HOSTILE + SCRIPTS)
    def test_only_labels_and_words(self, answer: str) -> None:
        text = render(with_answer(answer), "txt")[0].decode()
        inside = text.split("Label\n", 1)[1].split("A footer")[0]
        assert visible(inside) == visible(answer)
        fixed = text.replace(inside, "")
        assert fixed == "A title\n=======\n\nLabel\nA footer\n\nWritten on 22 November 2026\n"

    def test_an_answer_cannot_pass_for_a_label(self) -> None:
        text = render(with_answer("x\n\nA footer"), "txt")[0].decode()
        assert text.count("\nA footer") == 1


class TestPdf:
    @staticmethod
    def pdf(made: Artifact, **options: Any) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(render(made, "pdf", **options)[0]))

    @staticmethod
    def text(made: Artifact) -> str:
        reader = pypdf.PdfReader(io.BytesIO(render(made, "pdf")[0]))
        return "\n".join(page.extract_text() for page in reader.pages)

    def test_it_is_tagged_and_says_so(self) -> None:
        pdf = self.pdf(artifact())
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "A title"
            assert metadata["pdfuaid:part"] == "1"

    def test_the_tags_are_headings_and_paragraphs_in_order(self) -> None:
        tags: list[str] = []

        def walk(node: Any) -> None:
            if isinstance(node, pikepdf.Array):
                for child in node:
                    walk(child)
            elif isinstance(node, pikepdf.Dictionary):
                tags.extend([str(node.S)] if "/S" in node and "/P" in node else [])
                walk(node.get("/K"))

        pdf = self.pdf(artifact())
        walk(pdf.Root.StructTreeRoot)
        headings = [tag for tag in tags if tag in {"/Title", "/H1", "/H2", "/H3"}]
        assert headings == ["/H1", "/H2", "/H2"]
        assert tags.count("/P") >= 4

    def test_its_text_is_text(self) -> None:
        found = self.text(artifact())
        for part in (
            "A title",
            "What I did",
            "my words",
            "Impact",
            say("artifacts.blank"),
            "A footer",
        ):
            assert part in found

    @pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
    def test_two_papers(self, paper: Any, size: tuple[int, int]) -> None:
        pdf = self.pdf(artifact(), paper=paper)
        box = [float(n) for n in pdf.pages[0].MediaBox]
        assert (round(box[2]), round(box[3])) == size

    @pytest.mark.parametrize("answer", HOSTILE + SCRIPTS)
    def test_nothing_a_person_writes_breaks_it_or_is_run(self, answer: str) -> None:
        made = with_answer(answer, title=answer, header=answer, footer=answer)
        assert self.pdf(made).Root.MarkInfo.Marked
        if answer.isascii():
            squeezed = re.sub(r"\s", "", self.text(with_answer(answer)))
            assert re.sub(r"\s", "", "".join(visible(answer))) in squeezed

    def test_signs_without_a_glyph_are_said_to_be_missing(self) -> None:
        assert say("artifacts.missing_signs") in self.text(with_answer("\U0001f9ff \U00013000"))
        assert say("artifacts.missing_signs") not in self.text(with_answer("Привет, café, שלום"))

    def test_a_long_answer_takes_more_pages(self) -> None:
        made = with_answer("\n\n".join(f"word{n} " * 60 for n in range(60)))
        assert len(self.pdf(made).pages) > 3
        assert "word59" in self.text(made)


class TestCalendar:
    @staticmethod
    def event(made: Artifact) -> Any:
        (event,) = Calendar.from_ical(render(made, "ics")[0]).walk("VEVENT")
        return event

    def test_one_neutral_event_that_says_nothing(self) -> None:
        made = with_answer("secret words", title="secret title", header="secret", footer="secret")
        data = render(made, "ics")[0].decode()
        assert data.count("BEGIN:VEVENT") == 1
        event = self.event(made)
        assert str(event["summary"]) == say("artifacts.event")
        assert "description" not in event
        for word in ("secret", "repair", "groundwork", "personal-notes", made.id):
            assert word not in data.lower()

    def test_without_a_date_it_is_a_week_on(self) -> None:
        event = self.event(artifact())
        assert event["dtstart"].dt == MADE + timedelta(days=7)
        assert event["dtend"].dt == MADE + timedelta(days=8)

    def test_with_a_date_and_with_a_time(self) -> None:
        day = date(2026, 12, 24)
        assert self.event(with_answer("x", calendar_on=day))["dtstart"].dt == day
        start = self.event(with_answer("x", calendar_on=day, calendar_at=time(18, 30)))[
            "dtstart"
        ].dt
        assert (start.date(), start.time(), start.tzinfo) == (day, time(18, 30), None)

    def test_its_name_is_the_same_each_time_and_another_for_another(self) -> None:
        first, again = (self.event(artifact())["uid"] for _ in range(2))
        assert first == again
        assert first != self.event(with_answer("x", id="other"))["uid"]

    @pytest.mark.parametrize("made", [artifact("safety_plan"), artifact(allowed=False)])
    def test_none_where_it_is_not_allowed(self, made: Artifact) -> None:
        with pytest.raises(ValueError, match="no ics"):
            render(made, "ics")


@settings(max_examples=60, deadline=None)
@given(artifacts)
def test_every_artifact_can_be_had_in_every_format(made: Artifact) -> None:
    if made.made_on.year > 9990 or (made.calendar_on and made.calendar_on.year > 9990):
        return
    for format in made.formats:
        assert render(made, format)[0]


def test_a_joint_footer_says_what_it_must() -> None:
    footer = say("artifacts.footer_joint").casefold()
    for part in (
        "not consent",
        "not proof",
        "given at the time",
        "can end at any moment",
        "asked each time",
    ):
        assert part in footer
