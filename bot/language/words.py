"""English words: spaCy's tables of forms and lemmas, read once (package spacy-lookups-data)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def lemmas() -> Mapping[str, str]:
    """Return spaCy's lemma table: 41,582 English word forms to their dictionary form."""
    table: Mapping[str, str] = _table("en_lemma_lookup")
    return table


@cache
def forms() -> Mapping[str, frozenset[str]]:
    """Return the lemma table read backwards: each dictionary form to all its word forms."""
    found: dict[str, set[str]] = {}
    for form, lemma in lemmas().items():
        if form.isalpha() and form.islower():
            found.setdefault(lemma, {lemma}).add(form)
    return {lemma: frozenset(words) for lemma, words in found.items()}


@cache
def known_words() -> frozenset[str]:
    """Return English words that are never taken for a typing slip."""
    index = _table("en_lemma_index")
    listed = {word for words in index.values() for word in words}
    return frozenset(listed | set(lemmas()) | set(lemmas().values()))


def one_dropped(word: str) -> list[str]:
    """Return a word and what is left of it when one letter is dropped: two words one slip apart share one."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _table(name: str) -> Any:
    path = files("spacy_lookups_data") / "data" / f"{name}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))
