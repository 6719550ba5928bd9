"""Vectors are kept across runs, under kills, under two writers, and never change a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from analyst.core.progress import Progress
from embeddings import VectorCache, embed_texts
from embeddings.cache import stored_form, text_key
from embeddings.contract import Vectors, unit_rows


class Counting:
    """An encoder that counts what it is asked."""

    name, revision, dimension = "counting", "1", 8

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        self.asked += texts
        seeds = [int.from_bytes(text_key(text)[:4], "big") for text in texts]
        return unit_rows(np.array([np.random.default_rng(s).normal(size=self.dimension) for s in seeds]))


def test_each_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = Counting()
    first = embed_texts(["b", "a", "b", "c"], encoder, tmp_path)
    assert sorted(encoder.asked) == ["a", "b", "c"]
    again = embed_texts(["c", "d", "a"], encoder, tmp_path)
    assert sorted(encoder.asked) == ["a", "b", "c", "d"]
    assert np.array_equal(first[1], again[2])
    assert np.array_equal(first[0], first[2])


def test_the_cache_never_changes_a_vector(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(50)]
    without = embed_texts(texts, Counting())
    fresh = embed_texts(texts, Counting(), tmp_path)
    cached = embed_texts(texts, Counting(), tmp_path)
    assert np.array_equal(without, fresh)
    assert np.array_equal(fresh, cached)
    assert np.allclose(np.linalg.norm(cached, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(stored_form(cached), cached) or np.abs(stored_form(cached) - cached).max() < 1e-3


def test_twenty_thousand_cached_vectors_come_back(tmp_path: Path) -> None:
    encoder = Counting()
    encoder.dimension = 384  # type: ignore[misc]
    texts = [f"text {number}" for number in range(20_000)]
    vectors = unit_rows(np.random.default_rng(0).normal(size=(20_000, 384)))
    with VectorCache(tmp_path, encoder) as cache:
        cache.put(texts, vectors)
        found, known = cache.get(texts)
    assert known.all()
    assert np.abs(found - vectors).max() < 1e-3


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    encoder = Counting()
    embed_texts(["a"], encoder, tmp_path)
    path = next((tmp_path / "vectors").glob("*.sqlite"))
    path.write_bytes(b"this is no database, and it is longer than a header of one hundred bytes" * 20)
    assert embed_texts(["a"], encoder, tmp_path).shape == (1, 8)
    assert path.with_suffix(".damaged").exists()


def test_an_empty_list_and_hostile_text(tmp_path: Path) -> None:
    assert embed_texts([], Counting(), tmp_path).shape == (0, 8)
    assert embed_texts(["\ud800 lone surrogate", "\x00"], Counting(), tmp_path).shape == (2, 8)


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from test_cache import Counting\n"
        "from embeddings import embed_texts\n"
        "offset = int(sys.argv[1])\n"
        "for part in range(20):\n"
        "    texts = [str(offset + part * 50 + n) for n in range(50)]\n"
        f"    embed_texts(texts, Counting(), Path({str(tmp_path)!r}))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(offset)]) for offset in (0, 500)]
    assert [one.wait(timeout=60) for one in running] == [0, 0]
    with VectorCache(tmp_path, Counting()) as cache:
        _, known = cache.get([str(number) for number in range(1500)])
    assert known.all()
