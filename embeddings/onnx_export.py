"""Export a sentence-transformers model once to ONNX, so that encoding later needs neither torch nor transformers.

The folder appears under its final name only when everything in it is on disk and its vectors were found
equal to torch's: a killed export leaves a hidden folder that the next export removes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.errors import UndertoneError
from embeddings.contract import Vectors, unit_rows
from embeddings.models import ModelFiles, check_weights
from embeddings.torch_encoder import load_sentence_transformer, quiet_transformers

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

GRAPH, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "card.json"
FORMAT = 1  # raised when an older export would be misread
LEAST_COSINE = 0.999
_OPSET = 17
_PROBES = (
    "The card was declined and the screen froze.",
    "ok",
    "I waited forty minutes for support, and when they answered, nobody could tell me where my order was.",
)


class NotExportable(UndertoneError):
    """The model does more than a transformer with mean or first-token pooling."""


def read_card(folder: Path) -> dict[str, Any] | None:
    """What an exported folder says of itself, or None when there is no usable export."""
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = card.get("format") == FORMAT and (folder / GRAPH).is_file() and (folder / TOKENIZER).is_file()
    return card if whole else None


def export(files: ModelFiles, folder: Path) -> dict[str, Any]:
    """Write `files` as ONNX into `folder` (model.onnx, tokenizer.json, card.json) and return the card.

    Raises UndertoneError when the weights are not the promised ones, NotExportable when the model has
    parts that this export does not know, or when its vectors differ from torch's (cosine < 0.999).
    """
    check_weights(files)
    model = load_sentence_transformer(files, eager=True)
    pooling = _pooling(model, files)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    beside = Path(tempfile.mkdtemp(prefix=f".writing-{folder.name}-", dir=folder.parent))
    try:
        inputs = _write_graph(model, beside / GRAPH)
        _write_tokenizer(model, beside, files)
        card = {
            "format": FORMAT,
            "name": files.name,
            "revision": files.revision,
            "dimension": int(model.encode(["x"], show_progress_bar=False).shape[1]),
            "max_tokens": int(model.max_seq_length or 512),
            "pooling": pooling,
            "inputs": inputs,
        }
        (beside / CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")
        _compare(model, beside, files)
        for file in beside.iterdir():
            _flush(file)
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return card


def _pooling(model: SentenceTransformer, files: ModelFiles) -> str:
    kinds = [type(module).__name__ for module in model]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        raise NotExportable(
            f"The model {files.name} ({', '.join(kinds)}) cannot be exported.", "Use the torch backend."
        )
    config: dict[str, Any] = getattr(model[1], "get_config_dict")()  # noqa: B009 - typed as any module
    mode = config.get("pooling_mode")
    if mode is None:
        chosen = [name for name, on in config.items() if name.startswith("pooling_mode_") and on]
        mode = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}.get("".join(chosen))
    if mode not in ("mean", "cls"):
        raise NotExportable(f"The pooling of {files.name} cannot be exported.", "Use the torch backend.")
    return str(mode)


def _write_graph(model: SentenceTransformer, path: Path) -> list[str]:
    import torch

    wanted = [name for name in model.tokenizer.model_input_names if name in _INPUTS]

    class Hidden(torch.nn.Module):
        """The transformer with its inputs in a fixed order and nothing but its last layer coming out."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = getattr(model[0], "auto_model")  # noqa: B009 - typed as any module

        def forward(self, *values: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.transformer(**dict(zip(wanted, values, strict=True))).last_hidden_state
            return states

    sample = model.tokenizer(["a short text", "another, longer one"], padding=True, return_tensors="pt")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that we compare with torch right after
        torch.onnx.export(
            Hidden().eval(),
            tuple(sample[name] for name in wanted),
            str(path),
            input_names=wanted,
            output_names=["hidden"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*wanted, "hidden"]},
            opset_version=_OPSET,
            dynamo=False,
        )
    return wanted


_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def _write_tokenizer(model: SentenceTransformer, folder: Path, files: ModelFiles) -> None:
    original = files.folder / TOKENIZER
    if original.is_file():
        shutil.copyfile(original, folder / TOKENIZER)
        return
    with tempfile.TemporaryDirectory() as scratch, quiet_transformers():
        model.tokenizer.save_pretrained(scratch)
        if not (Path(scratch) / TOKENIZER).is_file():
            raise NotExportable(f"The model {files.name} has no fast tokenizer.", "Use the torch backend.")
        shutil.copyfile(Path(scratch) / TOKENIZER, folder / TOKENIZER)


def _compare(model: SentenceTransformer, folder: Path, files: ModelFiles) -> None:
    from embeddings.onnx_encoder import OnnxEncoder

    reference: Vectors = unit_rows(model.encode(list(_PROBES), show_progress_bar=False))
    ours = OnnxEncoder(files, folder, threads=1).encode(list(_PROBES))
    worst = float(np.min(np.sum(reference * ours, axis=1)))
    if worst < LEAST_COSINE:
        raise NotExportable(
            f"The exported model {files.name} gives other vectors than torch (cosine {worst:.4f}).",
            "Use the torch backend.",
        )


def _put_in_place(beside: Path, folder: Path) -> None:
    try:
        os.rename(beside, folder)
    except OSError:
        if read_card(folder) is None:  # a folder of an older format, or one somebody damaged
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(beside, folder)
    # otherwise another process was quicker: its export is as good as ours


def _remove_leftovers(folder: Path) -> None:
    """Folders of killed exports that nobody has touched for an hour; a younger one may be at work."""
    import time

    for old in folder.parent.glob(f".writing-{folder.name}-*"):
        if time.time() - old.stat().st_mtime > 3600:
            shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
