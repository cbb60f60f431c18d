"""The guidance library: documents, passages, their index, and the search over them."""

from knowledge.building import build, up_to_date
from knowledge.library import Library
from knowledge.types import AddReport, BuildReport, Document, Hit, Passage, SearchResult, Source

__all__ = [
    "AddReport",
    "BuildReport",
    "Document",
    "Hit",
    "Library",
    "Passage",
    "SearchResult",
    "Source",
    "build",
    "up_to_date",
]
