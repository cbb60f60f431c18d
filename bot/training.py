"""Everything that is made from files in the repository: encoder, classifiers, Rasa model, guidance index.

Each stage has a stamp with the hash of its inputs; what is up to date is not made again.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot import services
from bot.language.encoder import export, export_path, load_encoder
from bot.settings import ROOT, Settings

MODEL = ROOT / "models" / "groundwork.tar.gz"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing to make: what it is made from, its stamp, and how."""

    title: str
    inputs: tuple[Path, ...]
    stamp: Path
    product: Path
    make: Callable[[], None]
    apart: bool = False
    """Made in a process of its own, beside the others."""

    def fresh(self) -> bool:
        """Whether it is there and made from these inputs."""
        made = self.stamp.is_file() and self.product.exists()
        return made and self.stamp.read_text(encoding="utf-8") == digest(self.inputs)

    def run(self) -> None:
        """Make it and note from what."""
        wanted = digest(self.inputs)
        self.make()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(wanted, encoding="utf-8")


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of the contents of files and folders, by their names within the project."""
    found = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.suffix in {".pyc"} or not file.exists():
                continue
            found.update(
                str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name).encode()
            )
            found.update(file.read_bytes())
    return found.hexdigest()


def stages(settings: Settings) -> list[Stage]:
    """Return the stages; the first one, the encoder, is needed by all others, which need not each other."""
    cache = settings.cache_dir
    stamps, bot, data = cache / "stamps", ROOT / "bot", ROOT / "data"
    encoder = export_path(cache)
    encoding = bot / "language" / "encoder.py"
    examples = (data / "nlu", data / "conversations")
    dialogue = [bot / "dialogue" / name for name in ("importer.py", "policy.py", "catalog.py")]
    project = (ROOT / "config.yml", ROOT / "domain.yml", data / "stories", *examples)
    code = (bot / "language", *dialogue, data / "wording" / "forms.yml")
    return [
        Stage("sentence encoder", (encoding,), stamps / "encoder", encoder, lambda: export(encoder)),
        Stage("dialogue model", (*project, *code), ROOT / "models" / ".stamp", MODEL, _rasa, apart=True),
        Stage("crisis classifier", (bot / "crisis", data / "crisis", *examples, encoding), stamps / "crisis",
              cache / "crisis", lambda: _crisis(cache)),
        Stage("practice coaches", (bot / "practice", data / "practice", encoding), stamps / "practice",
              cache / "practice", lambda: _practice(cache)),
        Stage("notices and facts", (bot / "dialogue" / "linear.py", data / "facts", data / "notices", *examples, encoding),
              stamps / "dialogue", cache / "dialogue", _small),
    ]  # fmt: skip


def make_all(settings: Settings, say: Say, *, force: bool = False) -> bool:
    """Make what is out of date, side by side where cores allow; returns whether anything was.

    Raises:
        SystemExit: Rasa did not train; what it said is in the message.
    """
    first, *others = stages(settings)
    made = Progress(say, len(others) + 2, force)
    made.run(first, 1)
    with ThreadPoolExecutor(max_workers=1) as beside:
        apart = [beside.submit(made.run, s, i) for i, s in enumerate(others, 2) if s.apart]
        for number, stage in enumerate(others, 2):
            if not stage.apart:
                made.run(stage, number)
        made.run(Index(settings), len(others) + 2)
        for running in apart:
            running.result()
    return made.any


class Progress:
    """Runs stages and says what is being made and how long it took."""

    def __init__(self, say: Say, of: int, force: bool) -> None:
        self._say, self._of, self._force = say, of, force
        self.any = False

    def run(self, stage: Stage | Index, number: int) -> None:
        """Make one stage if it is out of date."""
        if stage.fresh() and not self._force:
            return
        self.any, place, began = True, f"[{number}/{self._of}]", time.monotonic()
        self._say(f"{place} making the {stage.title}")
        stage.run()
        self._say(f"{place} {stage.title} ready after {time.monotonic() - began:.0f} s")


@dataclass(frozen=True, slots=True)
class Index:
    """The guidance index: the knowledge package itself knows from what it was built."""

    settings: Settings
    title: str = "guidance index"

    def fresh(self) -> bool:
        """Whether the index that serves was built from the documents as they are."""
        from knowledge import up_to_date  # noqa: PLC0415

        return up_to_date(services.knowledge_dirs(), self.settings.cache_dir)

    def run(self) -> None:
        """Build what changed; the old index serves meanwhile."""
        from knowledge import build  # noqa: PLC0415

        cache = self.settings.cache_dir
        build(services.knowledge_dirs(), cache, load_encoder(cache))


def _crisis(cache: Path) -> None:
    from bot.crisis.training import train  # noqa: PLC0415

    train(load_encoder(cache), cache / "crisis")


def _practice(cache: Path) -> None:
    from bot.practice.training import train  # noqa: PLC0415

    train(load_encoder(cache), cache)


def _small() -> None:
    """The small classifiers that the dialogue asks; each is kept under the hash of its rows."""
    from bot.dialogue import facts, notices  # noqa: PLC0415

    notices.prepare()
    facts.prepare()


def _rasa() -> None:
    """Train with Rasa's own command, in a process of its own: its libraries stay out of this one.

    `--force`: Rasa's own cache does not see a change in the code that its components call.
    """
    command = [
        sys.executable,
        "-m",
        "rasa",
        "train",
        "--force",
        "--fixed-model-name",
        "groundwork",
        "--quiet",
    ]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise SystemExit(
            f"rasa train did not succeed:\n{done.stderr[-3000:]}\n{done.stdout[-2000:]}"
        )
