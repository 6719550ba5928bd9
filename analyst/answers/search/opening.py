"""The search of a run, opened with the encoder that the run was made with; never torch."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analyst.answers.search.meanings import ThemeMeanings
from analyst.answers.search.searcher import Encode, Searcher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analyst.core.settings import Settings
    from analyst.runs.view import View

_KEPT = 512  # questions whose vectors are kept


def open_search(view: View) -> tuple[Searcher, ThemeMeanings | None]:
    """The searcher of the run in `view` and its themes' meanings; nothing is loaded before the first question.

    Where no encoder is ready that needs no torch, or another one made the run's vectors, the words alone are searched
    and there are no meanings.
    """
    found = quick_encoder(view.settings, view.run.manifest)
    if found is None:
        return Searcher(view), None
    encode, english_only = found
    return Searcher(view, encode, english_only=english_only), ThemeMeanings(view, encode)


def quick_encoder(settings: Settings, manifest: dict[str, object] | None = None) -> tuple[Encode, bool] | None:
    """(encoding function that remembers questions, whether its model reads English only); None where there is none
    that is exported and runs without torch, or where the run of `manifest` was made with another model."""
    import numpy as np

    from analyst.core.errors import UndertoneError
    from embeddings import language_note, open_encoder
    from embeddings.onnx_encoder import OnnxEncoder
    from embeddings.onnx_export import read_card

    if manifest is not None and _model_of(manifest) not in (None, settings.encoder.model):
        return None
    try:
        encoder = open_encoder(settings.encoder, settings.cache)
    except UndertoneError:
        return None
    if not isinstance(encoder, OnnxEncoder) or read_card(encoder.folder) is None:
        return None

    @lru_cache(maxsize=_KEPT)
    def one(text: str) -> NDArray[np.float32]:
        return np.asarray(encoder.encode([text])[0], dtype=np.float32)

    def encode(texts: list[str]) -> NDArray[np.float32]:
        return one(texts[0])[None, :] if len(texts) == 1 else np.asarray(encoder.encode(texts), dtype=np.float32)

    return encode, language_note(encoder) is not None


def _model_of(manifest: dict[str, object]) -> str | None:
    inputs = manifest.get("inputs")
    settings = inputs.get("settings") if isinstance(inputs, dict) else None
    encoder = settings.get("encoder") if isinstance(settings, dict) else None
    return str(encoder["model"]) if isinstance(encoder, dict) and "model" in encoder else None
