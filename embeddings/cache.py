"""Vectors on disk, keyed by the content of their text; one SQLite file for each model and revision.

SQLite in its rollback-journal mode keeps whole batches under SIGKILL and lets two processes write at
once. The cache can always be computed again: a damaged file is put aside and a new one begun.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path
from types import TracebackType

import numpy as np

from embeddings.contract import Encoder, Vectors, unit_rows
from embeddings.models import ModelFiles

_AT_ONCE = 500  # below SQLite's oldest limit of variables in a statement
_BUSY_S = 30.0


def text_key(text: str) -> bytes:
    """16 bytes that stand for the content of `text`."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def stored_form(vectors: Vectors) -> Vectors:
    """`vectors` (n, d) as they come back from the cache: through float16, and of length 1 again.

    Fresh vectors go through the same, so that a run does not depend on what was cached before it.
    """
    return unit_rows(vectors.astype(np.float16))


class VectorCache:
    """Half-precision unit vectors of texts. Use as a context manager."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        slug = ModelFiles(encoder.name, encoder.revision, folder).slug
        self.path = folder / "vectors" / f"{slug}.sqlite"
        self._dimension = encoder.dimension
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> VectorCache:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            os.replace(self.path, self.path.with_suffix(".damaged"))
            self._connection = self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("the vector cache is used outside its `with` block")
        return self._connection

    def get(self, texts: list[str]) -> tuple[Vectors, np.ndarray]:
        """(vectors (n, d) in stored form, known (n,) bool); rows that are not known are zero."""
        result = np.zeros((len(texts), self._dimension), dtype=np.float32)
        known = np.zeros(len(texts), dtype=bool)
        rows_of: dict[bytes, list[int]] = {}
        for row, text in enumerate(texts):
            rows_of.setdefault(text_key(text), []).append(row)
        keys = sorted(rows_of)
        for first in range(0, len(keys), _AT_ONCE):
            part = keys[first : first + _AT_ONCE]
            marks = ",".join("?" * len(part))
            for key, blob in self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part):
                vector = np.frombuffer(blob, dtype=np.float16)
                if len(vector) == self._dimension:
                    result[rows_of[key]] = vector
                    known[rows_of[key]] = True
        result[known] = unit_rows(result[known])
        return result, known

    def put(self, texts: list[str], vectors: Vectors) -> None:
        """Keep `vectors` (n, d) of `texts`, all or none; texts already kept stay as they are."""
        halves = vectors.astype(np.float16)
        rows = [(text_key(text), halves[row].tobytes()) for row, text in enumerate(texts)]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
