"""The encoder that runs any sentence-transformers model in torch: a GPU's engine, and the reference for ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.progress import Progress, Silent
from embeddings.contract import Vectors, unit_rows
from embeddings.models import ModelFiles

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


@contextmanager
def no_network() -> Iterator[None]:
    """Keep the hub client from asking the network while a model is loaded from files that lie here."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Hold back transformers' own progress bars: results go to standard output, and nothing else does."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def load_sentence_transformer(files: ModelFiles, *, eager: bool = False) -> SentenceTransformer:
    """The model as sentence-transformers loads it; `eager` asks for plain attention, which traces cleanly."""
    with no_network():
        from sentence_transformers import SentenceTransformer

        options = {"attn_implementation": "eager"} if eager else {}
        with quiet_transformers():
            return SentenceTransformer(str(files.folder), model_kwargs=options, device="cpu" if eager else None)


class TorchEncoder:
    """A sentence-transformers model, on the GPU when there is one. Loaded at the first text."""

    def __init__(self, files: ModelFiles, batch: int = 64, threads: int = 0) -> None:
        self._files, self._batch, self._threads = files, batch, threads

    @property
    def name(self) -> str:
        return self._files.name

    @property
    def revision(self) -> str:
        return self._files.revision

    @cached_property
    def _model(self) -> SentenceTransformer:
        model = load_sentence_transformer(self._files)
        if self._threads:
            import torch

            torch.set_num_threads(self._threads)
        return model

    @cached_property
    def dimension(self) -> int:
        return int(self._model.encode(["dimension"], show_progress_bar=False).shape[1])

    def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        """Unit rows, float32, shape (len(texts), dimension). An empty list gives an empty array."""
        told = progress or Silent()
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), texts[row]))
        step = self._batch * 8  # the library batches by itself; we only want to tell how far it is
        for first in range(0, len(order), step):
            rows = order[first : first + step]
            made = self._model.encode(
                [texts[row] for row in rows],
                batch_size=self._batch,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            result[rows] = unit_rows(made)
            told.advance(len(rows))
        return result
