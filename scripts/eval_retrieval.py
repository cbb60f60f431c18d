"""Figures of the guidance library: how often the right passage is found, and what is turned away.

`python -m scripts.eval_retrieval` prints one table; `rows()` gives it to `make eval`. The questions lie in
`tests/knowledge/evaluation`. A passage counts as right when its sources name a paragraph that answers the
question, so a good passage that draws on another paragraph counts as wrong here. The figures for
documents as operators add them need the three source articles, which are not part of the project; they
are looked for in `../shared/seeds` and left out, with a line that says so, when they are not there.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import ir_measures
from ir_measures import RR, Success

from bot.language.encoder import Encoder, load_encoder
from bot.settings import ROOT, get_settings
from knowledge import Library
from knowledge.add import add

FOLDER = ROOT / "tests" / "knowledge" / "evaluation"
SEEDS = ROOT.parent / "shared" / "seeds"
LIBRARY = ROOT / "knowledge" / "library"
WRITTEN = {
    "S": "rebuilding-sexual-safety",
    "T": "rebuilding-sexual-trust",
    "V": "rebuilding-trust-after-violations",
}
MEASURES = [Success @ 1, Success @ 3, RR @ 5]


class Question(NamedTuple):
    """A question and the paragraphs that answer it, such as `S3`."""

    gold: tuple[str, ...]
    text: str


class Row(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    target: str


def questions(name: str) -> list[Question]:
    """Return the questions of a file in the evaluation folder."""
    found = []
    for line in _lines(name):
        gold = re.match(r"((?:[STV]\d+ )+)(.*)", line)
        if gold:
            found.append(Question(tuple(gold.group(1).split()), gold.group(2)))
    return found


def outside(name: str) -> list[tuple[str, str]]:
    """Return the out-of-scope questions of a file, each after its kind."""
    return [(kind, text) for kind, text in (line.split(": ", 1) for line in _lines(name))]


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def found(library: Library, asked: Sequence[Question], names: dict[str, str]) -> dict[str, float]:
    """Return hit@1, hit@3, the mean reciprocal rank, and the share that was answered."""
    qrels, run, answered = [], [], 0
    for number, question in enumerate(asked):
        gold = {(names[key[0]], int(key[1:])) for key in question.gold}
        result = library.search(question.text, 5)
        answered += result.answered
        qrels.append(ir_measures.Qrel(str(number), "none", 0))
        for hit in result.passages:
            right = bool(gold & {(s.document, s.paragraph) for s in hit.sources})
            qrels.append(ir_measures.Qrel(str(number), hit.id, int(right)))
            run.append(ir_measures.ScoredDoc(str(number), hit.id, hit.score))
    measured = ir_measures.calc_aggregate(MEASURES, qrels, run)
    values = {str(measure): float(value) for measure, value in measured.items()}
    return values | {"answered": answered / len(asked)}


def refused(library: Library, asked: Sequence[tuple[str, str]]) -> float:
    """Return the share of out-of-scope questions that got no passage."""
    return sum(not library.search(text, 1).answered for _, text in asked) / len(asked)


def library_rows(encoder: Encoder, cache: Path) -> Iterator[Row]:
    """Yield the figures of the packaged library."""
    library = Library.open([LIBRARY], cache, encoder)
    for name in ("dev", "test", "final"):
        values = found(library, questions(f"{name}.txt"), WRITTEN)
        yield Row(f"library, {name}: hit@1", values["Success@1"], ">= .70")
        yield Row(f"library, {name}: hit@3", values["Success@3"], ">= .90")
        yield Row(f"library, {name}: reciprocal rank", values["RR@5"], "")
        yield Row(f"library, {name}: answered", values["answered"], ">= .97")
    for name in ("out", "final_out"):
        share = refused(library, outside(f"{name}.txt"))
        yield Row(f"library, {name}: refused", share, ">= .95")


def raw_rows(encoder: Encoder, seeds: Path = SEEDS) -> Iterator[Row]:
    """Yield the figures of documents added as an operator adds them (none without the articles)."""
    if not seeds.is_dir():
        return
    with tempfile.TemporaryDirectory() as folder:
        report = add([seeds], Path(folder) / "documents")
        names = dict(zip("STV", sorted(report.added), strict=True))
        library = Library.open([Path(folder) / "documents"], Path(folder) / "cache", encoder)
        for name in ("dev", "test", "final"):
            values = found(library, questions(f"{name}.txt"), names)
            yield Row(f"added documents, {name}: hit@1", values["Success@1"], "")
            yield Row(f"added documents, {name}: hit@3", values["Success@3"], ">= .58")


def speed(library: Library, asked: Sequence[Question]) -> float:
    """Return the median milliseconds a question takes, the encoder included."""
    spent = []
    for question in asked:
        begun = time.perf_counter()
        library.search(question.text + " ", 5)
        spent.append((time.perf_counter() - begun) * 1000)
    return sorted(spent)[len(spent) // 2]


def rows() -> list[Row]:
    """Return all figures."""
    cache = get_settings().cache_dir
    encoder = load_encoder(cache)
    return [*library_rows(encoder, cache), *raw_rows(encoder)]


def main() -> None:
    """Print the figures."""
    for row in rows():
        print(f"{row.name:<40} {row.value:6.3f}  {row.target}")
    if not SEEDS.is_dir():
        print("added documents: not measured, the source articles are not here")


if __name__ == "__main__":
    main()
