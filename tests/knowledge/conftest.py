from __future__ import annotations

import pytest

from bot.language.encoder import load_encoder
from bot.settings import ROOT
from knowledge import Library

LIBRARY = ROOT / "knowledge" / "library"


@pytest.fixture(scope="session")
def library() -> Library:
    cache = ROOT / ".cache"
    return Library.open([LIBRARY], cache, load_encoder(cache))
