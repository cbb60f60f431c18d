from __future__ import annotations

from pathlib import Path

import docx
import pytest

from knowledge.add import add, list_documents, remove
from knowledge.reading import read

LONG = " ".join(["Ask before each touch and wait for a clear answer."] * 6)
HTML = f"""<html><head><title>On asking</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>On asking</h1><p>{LONG} One.</p><h2>When to wait</h2><p>{LONG} Two.</p></article>
<aside>Share on Facebook</aside></body></html>"""


def test_each_kind_of_file(tmp_path: Path) -> None:
    into, given = tmp_path / "into", tmp_path / "given"
    given.mkdir()
    (given / "Asking.html").write_text(HTML)
    (given / "notes.TXT").write_text(f"{LONG} Three.\n")
    word = docx.Document()
    word.add_heading("A plan", 1)
    word.add_paragraph(f"{LONG} Four.")
    word.save(str(given / "Plan.docx"))
    report = add([given], into)
    assert sorted(report.added) == ["asking", "notes", "plan"]
    assert (report.skipped, report.duplicates) == ((), ())
    titles = {item.document: (item.title, item.passages) for item in list_documents([into])}
    assert titles["asking"] == ("On asking", 2)
    assert titles["plan"][1] == 1


def test_text_is_kept_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(f"---\ntitle: A\n---\n# A\n\n{LONG}\n")
    add([source], tmp_path / "into")
    assert read(tmp_path / "into" / "a.md").text == f"# A\n\n{LONG}\n"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.pdf", b"%PDF-1.4 broken", "not a readable PDF"),
        ("x.docx", b"PK broken", "not a readable Word file"),
        ("x.txt", b"\x00\x01\x02", "not a text file"),
        ("x.md", b"# Title only\n", "no body text in it"),
        ("x.jpg", b"\xff\xd8", "not Markdown, text, HTML, PDF or Word (.docx)"),
    ],
)
def test_bad_file_is_skipped_with_the_reason(
    name: str, data: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(LONG)
    report = add([tmp_path / name, tmp_path / "good.txt"], tmp_path / "into")
    assert report.skipped == ((str(tmp_path / name), reason),)
    assert report.added == ("good",)


def test_missing_file_and_duplicate(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(LONG)
    (tmp_path / "two.md").write_text(f"# Other title\n\n{LONG.upper()}\n")
    report = add([tmp_path / n for n in ("one.txt", "two.md", "none.txt")], tmp_path / "into")
    assert report.added == ("one",)
    assert report.duplicates == ((str(tmp_path / "two.md"), "the same text as 'one'"),)
    assert report.skipped == ((str(tmp_path / "none.txt"), "no such file"),)


def test_newer_file_of_the_same_name_replaces(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(LONG)
    add([tmp_path / "one.txt"], tmp_path / "into")
    (tmp_path / "one.md").write_text(f"# New\n\n{LONG} New words.\n")
    add([tmp_path / "one.md"], tmp_path / "into")
    assert [item.title for item in list_documents([tmp_path / "into"])] == ["New"]


def test_remove_by_id_or_name(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(LONG)
    add([tmp_path / "one.txt"], tmp_path / "into")
    assert remove("nothing", [tmp_path / "into"]) is None
    [listed] = list_documents([tmp_path / "into"])
    assert remove(listed.id, [tmp_path / "into"]) == tmp_path / "into" / "one.txt"
    assert list_documents([tmp_path / "into"]) == ()
