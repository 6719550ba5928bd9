"""Choose the encoder that the settings ask for, without loading anything heavy yet."""

from __future__ import annotations

import json
from pathlib import Path

from analyst.core.settings import EncoderSettings
from embeddings.contract import Encoder
from embeddings.models import ModelFiles, find_model
from embeddings.onnx_encoder import OnnxEncoder
from embeddings.onnx_export import read_card
from embeddings.torch_encoder import TorchEncoder


def open_encoder(settings: EncoderSettings, cache_dir: Path) -> Encoder:
    """The encoder of `settings`; exported models are kept in `cache_dir`/models/<model>-<revision>.

    `auto` takes ONNX Runtime when the model is a transformer with mean or first-token pooling, else torch.
    Raises UndertoneError when the model cannot be found.
    """
    files = find_model(settings.model)
    backend = settings.backend
    if backend == "auto":
        backend = "onnx" if exportable(files) else "torch"
    if backend == "torch":
        return TorchEncoder(files, settings.batch, settings.threads)
    return OnnxEncoder(files, cache_dir / "models" / files.slug, settings.batch, settings.threads)


def describe_encoder(settings: EncoderSettings, cache_dir: Path) -> str:
    """One line on the encoder that the settings mean and whether it is ready; nothing is loaded.

    Raises UndertoneError when the model cannot be found.
    """
    encoder = open_encoder(settings, cache_dir)
    if isinstance(encoder, TorchEncoder):
        return f"{encoder.name} through sentence-transformers"
    ready = read_card(cache_dir / "models" / find_model(settings.model).slug) is not None
    return f"{encoder.name} through ONNX Runtime, {'exported' if ready else 'to be exported at the first analysis'}"


def exportable(files: ModelFiles) -> bool:
    """Whether the model's own list of parts is one that the export knows; read from its JSON, not by loading it."""
    try:
        modules = json.loads((files.folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
        if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
            return False
        folder = next(module["path"] for module in modules if str(module["type"]).endswith("Pooling"))
        pooling = json.loads((files.folder / folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return False
    if "pooling_mode" in pooling:
        return pooling["pooling_mode"] in ("mean", "cls")
    chosen = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on]
    return chosen in (["pooling_mode_mean_tokens"], ["pooling_mode_cls_token"])
