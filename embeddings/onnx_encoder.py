"""The encoder for CPUs: the exported model in ONNX Runtime, with the tokenizer's own library and numpy pooling."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.progress import Progress, Silent
from embeddings.contract import Vectors, unit_rows
from embeddings.models import ModelFiles

_TOKENIZE_AT_ONCE = 4096  # bounds the memory of token lists for long inputs


class OnnxEncoder:
    """Runs the export in `folder`; makes it first when it is missing. Nothing is loaded before the first text."""

    def __init__(self, files: ModelFiles, folder: Path, batch: int = 64, threads: int = 0) -> None:
        self._files, self.folder, self._batch, self._threads = files, folder, batch, threads

    @property
    def name(self) -> str:
        return self._files.name

    @property
    def revision(self) -> str:
        return self._files.revision

    @property
    def dimension(self) -> int:
        return int(self.card["dimension"])

    @cached_property
    def card(self) -> dict[str, Any]:
        """What the export says of itself; exports the model when that has not been done yet."""
        from embeddings.onnx_export import export, read_card

        return read_card(self.folder) or export(self._files, self.folder)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        from embeddings.onnx_export import GRAPH

        _ = self.card
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self.folder / GRAPH), options, providers=onnxruntime.get_available_providers()
        )

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        from embeddings.onnx_export import TOKENIZER

        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER))
        tokenizer.enable_truncation(self.card["max_tokens"])
        tokenizer.no_padding()
        return tokenizer

    def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        """Unit rows, float32, shape (len(texts), dimension). An empty list gives an empty array."""
        told = progress or Silent()
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens: list[list[int]] = []
        for first in range(0, len(texts), _TOKENIZE_AT_ONCE):
            encoded = self._tokenizer.encode_batch(texts[first : first + _TOKENIZE_AT_ONCE])
            tokens += [one.ids for one in encoded]
        # Alike lengths together waste no padding; the text breaks ties, so the batches do not hang on row order.
        order = sorted(range(len(texts)), key=lambda row: (len(tokens[row]), texts[row]))
        for first in range(0, len(order), self._batch):
            rows = order[first : first + self._batch]
            result[rows] = self._encode_batch([tokens[row] for row in rows])
            told.advance(len(rows))
        return result

    def _encode_batch(self, tokens: list[list[int]]) -> Vectors:
        longest = max(1, max(len(one) for one in tokens))
        ids: NDArray[np.int64] = np.zeros((len(tokens), longest), dtype=np.int64)
        mask: NDArray[np.int64] = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: given[name] for name in self.card["inputs"]})[0]
        if self.card["pooling"] == "cls":
            return unit_rows(hidden[:, 0])
        weights = mask.astype(np.float32)
        pooled = np.einsum("bsd,bs->bd", hidden, weights) / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        return unit_rows(pooled)
