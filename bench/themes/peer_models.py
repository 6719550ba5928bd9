"""The peers themselves: runs in the environment of peers.txt and imports nothing of this project.

    PEERS/bin/python bench/themes/peer_models.py JOBS.json

JOBS.json is a list of {folder, arm, seed}: the folder holds texts.json and vectors.npy (n, d), and for KeyNMF
words.json, words.npy and k.json. Writes ARM-SEED.npy (labels (n,), -1 for none) there, and one line of JSON a job.
"""

from __future__ import annotations

import contextlib
import json
import logging
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
_LEAF_SHARE = 0.005  # smallest topic of the tuned arm, as a share of the documents


def bertopic_default(texts: list[str], vectors: Rows, seed: int, folder: Path) -> Labels:
    """BERTopic as it comes (UMAP 15 neighbours, HDBSCAN 10, eom); only the seed of UMAP is set."""
    from bertopic import BERTopic
    from umap import UMAP

    layout = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed)
    topics, _ = BERTopic(umap_model=layout).fit_transform(texts, vectors)
    return np.asarray(topics, dtype=np.int64)


def bertopic_tuned(texts: list[str], vectors: Rows, seed: int, folder: Path) -> Labels:
    """BERTopic as its own documentation tunes it: 30 neighbours, leaf of .5 %, outliers reduced by embeddings."""
    from bertopic import BERTopic
    from hdbscan import HDBSCAN
    from umap import UMAP

    layout = UMAP(n_neighbors=30, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    least = max(5, round(_LEAF_SHARE * len(texts)))
    groups = HDBSCAN(min_cluster_size=least, cluster_selection_method="leaf", prediction_data=True)
    model = BERTopic(umap_model=layout, hdbscan_model=groups)
    topics, _ = model.fit_transform(texts, vectors)
    if -1 in topics and len(set(topics)) > 1:
        topics = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
    return np.asarray(topics, dtype=np.int64)


class _Words:
    """An encoder that knows the words of the vocabulary and nothing else: the vectors are made beforehand."""

    def __init__(self, folder: Path) -> None:
        self._row = {word: row for row, word in enumerate(json.loads((folder / "words.json").read_text()))}
        self._rows = np.load(folder / "words.npy")

    def encode(self, texts: list[str], **_: Any) -> Rows:
        picked: Rows = self._rows[[self._row[word] for word in texts]]
        return picked


def keynmf(texts: list[str], vectors: Rows, seed: int, folder: Path) -> Labels:
    """KeyNMF told the gold number of topics; a document's topic is its heaviest, -1 where it has none."""
    from turftopic import KeyNMF

    told = int(json.loads((folder / "k.json").read_text()))
    model = KeyNMF(told, encoder=_Words(folder), random_state=seed)
    weights = np.asarray(model.fit_transform(texts, embeddings=vectors))
    labels: Labels = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1).astype(np.int64)
    return labels


ARMS = {"BERTopic default": bertopic_default, "BERTopic tuned": bertopic_tuned, "KeyNMF at gold K": keynmf}


def slug(arm: str, seed: int) -> str:
    """The file that the labels of an arm and seed go to."""
    return f"{arm.replace(' ', '_')}-{seed}.npy"


def run(job: dict[str, Any]) -> dict[str, Any]:
    """One fit: seconds, and the highest resident size of the process so far (MiB)."""
    folder, arm, seed = Path(job["folder"]), job["arm"], int(job["seed"])
    texts, vectors = json.loads((folder / "texts.json").read_text()), np.load(folder / "vectors.npy")
    begun, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(sys.stderr):
        labels = ARMS[arm](texts, vectors, seed, folder)
    took = {"seconds": round(time.perf_counter() - begun, 2), "cpu_seconds": round(time.process_time() - cpu, 2)}
    np.save(folder / slug(arm, seed), labels)
    return {**job, **took, "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for one in json.loads(Path(sys.argv[1]).read_text()):
        try:
            done = run(one)
        except Exception as error:  # a crash of the peer is a result about the peer
            done = {**one, "failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(done), flush=True)
