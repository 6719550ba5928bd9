"""The two encoders agree, the export is whole or absent, and encoding needs neither torch nor a network."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyst.core.errors import UndertoneError
from analyst.core.settings import EncoderSettings
from embeddings import Encoder, language_note, open_encoder
from embeddings.models import EMBEDDED_WEIGHTS_SHA256, check_weights, find_model
from embeddings.onnx_encoder import OnnxEncoder
from embeddings.onnx_export import CARD, export
from embeddings.opening import exportable

TEXTS = [
    "The card was declined and the screen froze.",
    "ok",
    "",
    "我喜欢这个应用 😍",
    "Waiting for support, again! " * 80,
    "der Bezahlknopf reagiert nicht",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def onnx(cache: Path) -> Encoder:
    return open_encoder(EncoderSettings(threads=1), cache)


def test_onnx_gives_the_vectors_of_torch(onnx: Encoder, cache: Path) -> None:
    torch = open_encoder(EncoderSettings(backend="torch", threads=1), cache)
    ours, theirs = onnx.encode(TEXTS), torch.encode(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert ours.dtype == np.float32
    assert np.sum(ours * theirs, axis=1).min() >= 0.999
    assert (onnx.name, onnx.revision) == (torch.name, torch.revision)


def test_rows_are_unit_and_do_not_hang_on_their_neighbours(onnx: Encoder) -> None:
    together = onnx.encode(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.vstack([onnx.encode([text]) for text in TEXTS])
    assert np.sum(together * alone, axis=1).min() > 0.9999
    assert onnx.encode([]).shape == (0, 384)


def test_encoding_after_the_export_imports_no_torch_and_needs_no_network(onnx: Encoder, cache: Path) -> None:
    _ = onnx.dimension  # makes the export
    code = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = refuse\n"
        "from pathlib import Path\n"
        "from analyst.core.settings import EncoderSettings\n"
        "from embeddings import open_encoder\n"
        f"encoder = open_encoder(EncoderSettings(threads=1), Path({str(cache)!r}))\n"
        "assert encoder.encode(['the app crashes']).shape == (1, 384)\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_killed_export_leaves_nothing_half(
    onnx: Encoder, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("embeddings.onnx_export._write_tokenizer", killed)
    monkeypatch.setattr("embeddings.onnx_export._write_graph", lambda *_: ["input_ids"])
    with pytest.raises(KeyboardInterrupt):
        export(find_model("all-MiniLM-L6-v2"), tmp_path / "models" / "m")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_damaged_export_is_made_again(
    onnx: Encoder, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Path] = []
    monkeypatch.setattr("embeddings.onnx_export.export", lambda _, folder: made.append(folder) or {"dimension": 3})
    (tmp_path / CARD).write_text(json.dumps({"format": 1}), encoding="utf-8")  # a card, but no graph beside it
    assert OnnxEncoder(find_model("all-MiniLM-L6-v2"), tmp_path).dimension == 3
    assert made == [tmp_path]


def test_weights_that_are_not_the_promised_ones_are_refused() -> None:
    files = find_model("sentence-transformers/all-MiniLM-L6-v2")
    check_weights(files)
    assert files.weights_sha256 == EMBEDDED_WEIGHTS_SHA256
    with pytest.raises(UndertoneError, match="not the ones"):
        check_weights(replace(files, weights_sha256="0" * 64))


def test_a_model_that_is_nowhere_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UndertoneError, match="neither a folder nor a model"):
        find_model("no-such/model")
    with pytest.raises(UndertoneError, match="no model weights"):
        find_model(str(tmp_path))


def test_only_plain_transformers_are_exported(tmp_path: Path) -> None:
    assert exportable(find_model("all-MiniLM-L6-v2"))
    files = replace(find_model("all-MiniLM-L6-v2"), folder=tmp_path)
    assert not exportable(files)
    kinds = ["sentence_transformers.models.Transformer", "x.Pooling", "x.Dense"]
    modules = [{"type": kind, "path": str(place)} for place, kind in enumerate(kinds)]
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    assert not exportable(files)


def test_the_language_note_tells_of_english_only(onnx: Encoder) -> None:
    assert "English only" in (language_note(onnx) or "")

    class Many:
        name, revision, dimension = "paraphrase-multilingual-MiniLM-L12-v2", "0", 3

    assert language_note(Many()) is None  # type: ignore[arg-type]
