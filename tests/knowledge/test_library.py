from __future__ import annotations

from pathlib import Path

import pytest
from knowledge_fakes import WordEncoder

from bot.errors import KnowledgeError
from knowledge import Library, build, store, up_to_date

ROSES = "# Roses\n\nPrune roses in late winter with clean and sharp shears, above an outward bud.\n"
BEES = "# Bees\n\nLavender and thyme bring many bees into a sunny and sheltered garden bed.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "documents"
    path.mkdir()
    (path / "Roses.md").write_text(ROSES)
    return path


def test_search_gives_exact_spans(folder: Path, tmp_path: Path) -> None:
    library = Library.open([folder], tmp_path / "cache", WordEncoder())
    result = library.search("prune roses late winter sharp shears outward bud")
    assert result.answered
    hit = result.passages[0]
    document = library.document(hit.document)
    assert document is not None
    assert (hit.document, document.title) == ("roses", "Roses")
    assert document.text[hit.start : hit.end] == hit.text
    assert hit.as_dict()["sources"] == [{"document": "roses", "paragraph": 1}]
    assert set(hit.as_dict()) == {
        "id", "document", "title", "heading", "text", "start", "end", "score", "sources",
    }  # fmt: skip
    assert 0 <= hit.score <= 1


@pytest.mark.parametrize("dirs", [[], ["missing"], ["empty"]])
def test_empty_folders_serve(dirs: list[str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    library = Library.open([tmp_path / d for d in dirs], tmp_path / "cache", WordEncoder())
    assert len(library) == 0
    result = library.search("anything at all")
    assert (result.answered, result.passages, result.refusal) == (False, (), "nothing")
    assert library.document("x") is None
    assert library.neighbours("x", 3) == ()


def test_only_what_changed_is_embedded(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = build([folder], cache, WordEncoder())
    assert first.changed
    assert up_to_date([folder], cache)
    again = WordEncoder()
    assert not build([folder], cache, again).changed
    assert again.encoded == []
    (folder / "bees.txt").write_text(BEES)
    assert not up_to_date([folder], cache)
    encoder = WordEncoder()
    report = build([folder], cache, encoder)
    assert report.documents == 2
    assert 0 < len(encoder.encoded) == report.embedded < 5
    assert all("avender" in text for text in encoder.encoded)


def test_full_build_embeds_all_and_reports_progress(folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build([folder], tmp_path / "c", WordEncoder())
    report = build(
        [folder], tmp_path / "c", WordEncoder(), lambda a, b: seen.append((a, b)), full=True
    )
    assert seen[-1][0] == seen[-1][1] == report.embedded


def test_old_index_serves_when_a_build_fails(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old = Library.open([folder], cache, WordEncoder())
    (folder / "bees.txt").write_text(BEES)
    library = Library.open([folder], cache, WordEncoder(fail=True))
    assert library.version == old.version
    assert library.document("bees") is None


def test_no_index_at_all_is_an_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        Library.open([folder], tmp_path / "cache", WordEncoder(fail=True))


def test_damaged_index_is_built_anew(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    library = Library.open([folder], cache, WordEncoder())
    (store.home(cache) / library.version / "index.faiss").write_bytes(b"not an index")
    assert len(Library.open([folder], cache, WordEncoder())) == 1


def test_bad_document_is_named_and_the_rest_goes_on(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.md").write_text("---\ntitle: [\n---\ntext\n")
    (folder / "blank.txt").write_text("  \n")
    (folder / "roses.txt").write_text(BEES)
    report = build([folder], tmp_path / "cache", WordEncoder())
    assert report.documents == 1
    assert {Path(name).name for name, _ in report.skipped} == {"bad.md", "blank.txt", "roses.txt"}


def test_one_old_version_is_kept(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in range(4):
        (folder / "bees.txt").write_text(f"{BEES}\nMore words {number}.\n")
        build([folder], cache, WordEncoder())
    assert len([p for p in store.home(cache).iterdir() if p.is_dir()]) == 2
