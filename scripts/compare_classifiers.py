"""Our intent network beside Rasa's own classifiers, cross-validated on the training rows.

Rasa's DIET and its logistic regression get the usual pipeline: word and letter counts and the shared
sentence vector. All see the same rows of a fresh talk and are asked about the same held-out ones.
`python -m scripts.compare_classifiers --folds 1 --epochs 40` takes about 20 minutes on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot import services
from bot.language.components import all_steps
from bot.language.understanding import IN_STEP_ONLY, SEED, Row, Understanding, unlike
from bot.settings import ROOT

FOLDS = 6
Classify = Callable[[Sequence[Row], Sequence[str]], list[str]]
"""Trains on rows and names the intents of texts."""


def rows() -> list[Row]:
    """Return the training rows of a fresh talk, in an order drawn once."""
    found: list[Row] = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if block["intent"] not in IN_STEP_ONLY and isinstance(block["examples"], str):
                lines = block["examples"].splitlines()
                found += [
                    Row(line[2:].strip(), block["intent"])
                    for line in lines
                    if line.startswith("- ")
                ]
    found = unlike(found)
    random.Random(SEED).shuffle(found)
    return found


def ours(train: Sequence[Row], texts: Sequence[str]) -> list[str]:
    """Train both networks as the program does; the fresh one answers."""
    model = Understanding.train(train, all_steps(), services.encoder())
    return [found.intent for found in model.understand_all(texts, [None] * len(texts))]


def rasa_with(*classifier: dict[str, Any]) -> Classify:
    """Return a way to train a plain Rasa pipeline that ends in this classifier."""
    pipeline = [
        {"name": "WhitespaceTokenizer"},
        {"name": "bot.language.components.SentenceTransformerFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb",
            "min_ngram": 3,
            "max_ngram": 5,
            "max_features": 4096,
        },
        *classifier,
    ]

    def classify(train: Sequence[Row], texts: Sequence[str]) -> list[str]:
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu

        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.yml"
            config.write_text(
                yaml.safe_dump(
                    {
                        "recipe": "default.v1",
                        "language": "en",
                        "assistant_id": "compare",
                        "pipeline": pipeline,
                    }
                )
            )
            data = Path(folder) / "nlu.yml"
            intents = sorted({row.intent for row in train})
            blocks = [
                {"intent": i, "examples": [{"text": r.text} for r in train if r.intent == i]}
                for i in intents
            ]
            data.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}))
            model = train_nlu(str(config), str(data), folder)
            agent = Agent.load(model)

            async def parse() -> list[str]:
                return [str((await agent.parse_message(text))["intent"]["name"]) for text in texts]

            return asyncio.run(parse())

    return classify


def main() -> None:
    """Compare on held-out folds and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds", type=int, default=FOLDS, help=f"how many of {FOLDS} folds")
    options.add_argument("--epochs", type=int, default=40, help="passes of DIET over the rows")
    asked = options.parse_args()
    found = rows()
    diet = {
        "name": "DIETClassifier",
        "epochs": asked.epochs,
        "entity_recognition": False,
        "random_seed": SEED,
    }
    regression = {"name": "LogisticRegressionClassifier", "max_iter": 200, "random_state": SEED}
    ways: dict[str, Classify] = {
        "our network": ours,
        "Rasa's logistic regression": rasa_with(regression),
        f"DIET, {asked.epochs} epochs": rasa_with(diet),
    }
    print("| classifier | right | rows | seconds |\n|---|---|---|---|", flush=True)
    for name, classify in ways.items():
        right: list[bool] = []
        begun = time.monotonic()
        for fold in range(asked.folds):
            held = found[fold::FOLDS]
            rest = [row for i, row in enumerate(found) if i % FOLDS != fold]
            named = classify(rest, [row.text for row in held])
            right += [row.intent == got for row, got in zip(held, named, strict=True)]
        seconds = time.monotonic() - begun
        print(f"| {name} | {np.mean(right):.3f} | {len(right)} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
