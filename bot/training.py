"""Everything that is made from files in the repository: encoder, classifiers, Rasa model, guidance index.

Each stage has a stamp with the hash of its inputs; what is up to date is not made again.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

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
    """Return the stages in the order in which they need each other."""
    cache = settings.cache_dir
    bot = ROOT / "bot"
    encoder = export_path(cache)
    dialogue = [bot / "dialogue" / name for name in ("importer.py", "policy.py", "catalog.py")]
    code = (bot / "language", *dialogue, ROOT / "data" / "wording" / "forms.yml")
    return [
        Stage("sentence encoder", (bot / "language" / "encoder.py",), cache / "stamps" / "encoder", encoder,
              lambda: export(encoder)),
        Stage("crisis classifier", (bot / "crisis", ROOT / "data" / "crisis"), cache / "stamps" / "crisis",
              cache / "crisis", lambda: _crisis(cache)),
        Stage("practice coaches", (bot / "practice", ROOT / "data" / "practice"), cache / "stamps" / "practice",
              cache / "practice", lambda: _practice(cache)),
        Stage("dialogue model", (ROOT / "config.yml", ROOT / "domain.yml", ROOT / "data" / "nlu",
                                 ROOT / "data" / "stories", ROOT / "data" / "conversations",
                                 *code),
              ROOT / "models" / ".stamp", MODEL, _rasa),
    ]  # fmt: skip


def make_all(settings: Settings, say: Say, *, force: bool = False) -> bool:
    """Make what is out of date; returns whether anything was."""
    made = False
    found = stages(settings)
    for number, stage in enumerate(found, 1):
        if not force and stage.fresh():
            continue
        say(f"[{number}/{len(found) + 1}] making the {stage.title}")
        stage.run()
        made = True
    return _index(settings, say, len(found) + 1, force) or made


def _index(settings: Settings, say: Say, number: int, force: bool) -> bool:
    from bot import services  # noqa: PLC0415
    from knowledge import build, up_to_date  # noqa: PLC0415

    dirs = services.knowledge_dirs()
    if not force and up_to_date(dirs, settings.cache_dir):
        return False
    say(f"[{number}/{number}] building the guidance index")
    build(dirs, settings.cache_dir, load_encoder(settings.cache_dir))
    return True


def _crisis(cache: Path) -> None:
    from bot.crisis.training import train  # noqa: PLC0415

    train(load_encoder(cache), cache / "crisis")


def _practice(cache: Path) -> None:
    from bot.practice.training import train  # noqa: PLC0415

    train(load_encoder(cache), cache)


def _rasa() -> None:
    """Train with Rasa's own command, in a process of its own: its libraries stay out of this one."""
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "groundwork", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise SystemExit(
            f"rasa train did not succeed:\n{done.stderr[-3000:]}\n{done.stdout[-2000:]}"
        )
