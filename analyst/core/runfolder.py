"""A run's folder: written beside, published by an atomic rename of a pointer, never changed afterwards.

    runs/
      20261116T080000-3f9a2c/   manifest.json, <table>.parquet, vectors.npy
      current                   a one-line file naming the run that readers see

A reader never meets half a run: the folder gets its final name only when everything in it is on disk, and
`current` moves only after that. A killed writer leaves a `.writing-*` folder, which the next writer removes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.errors import NoRun, StoreBusy, UndertoneError, UsageProblem

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

POINTER = "current"
MANIFEST = "manifest.json"
VECTORS = "vectors.npy"
_WRITING = ".writing-"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,80}")
FORMAT = 1  # raised when readers of an older folder would misread it


@dataclass(frozen=True)
class Run:
    """A published run, read lazily. `manifest` is what the run says of itself."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        return self.folder.name

    def path(self, table: str) -> Path:
        """Where the Parquet file of `table` lies."""
        return self.folder / f"{table}.parquet"

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """The table `name`, or only some of its columns, as Arrow."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path(name), columns=columns, partitioning=None)

    def vectors(self) -> np.ndarray:
        """Unit vectors, float16, (unique texts, dimensions), memory-mapped; row = opinions.vector_row."""
        import numpy as np

        found: np.ndarray = np.load(self.folder / VECTORS, mmap_mode="r", allow_pickle=False)
        return found


class RunWriter:
    """Collects a run's files in a hidden folder; nothing is visible before `publish`."""

    def __init__(self, runs: Path, run_id: str) -> None:
        count = 1
        self.runs, self.run_id = runs, run_id
        while (runs / self.run_id).exists():  # the same inputs analysed twice within a second
            count += 1
            self.run_id = f"{run_id}-{count}"
        self.folder = runs / f"{_WRITING}{self.run_id}"
        self.folder.mkdir(parents=True)

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write one table as Parquet."""
        import pyarrow.parquet as pq

        pq.write_table(table, self.folder / f"{name}.parquet", compression="zstd")

    def write_vectors(self, vectors: np.ndarray) -> None:
        """Write the unit vectors as float16."""
        import numpy as np

        np.save(self.folder / VECTORS, np.asarray(vectors, dtype=np.float16), allow_pickle=False)

    def write_json(self, name: str, value: Any) -> None:
        """Write a small JSON document beside the tables."""
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def publish(self, manifest: dict[str, Any]) -> Run:
        """Put the manifest down, flush everything, give the folder its name and move the pointer."""
        complete = {**manifest, "run_id": self.run_id, "format": FORMAT}
        self.write_json(MANIFEST, complete)
        for file in self.folder.rglob("*"):
            _flush(file)
        final = self.runs / self.run_id
        os.rename(self.folder, final)
        _flush(self.runs)
        point_to(self.runs, self.run_id)
        return Run(final, complete)

    def discard(self) -> None:
        """Throw away what was written so far."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point_to(runs: Path, run_id: str) -> None:
    """Make `run_id` the run that readers see. Raises UsageProblem when there is no such run."""
    if not _RUN_ID.fullmatch(run_id) or not (runs / run_id / MANIFEST).exists():
        raise UsageProblem(f"There is no run called '{run_id}' in {runs}.", "`undertone doctor` lists the runs.")
    beside = runs / f".{POINTER}-{os.getpid()}"
    beside.write_text(run_id + "\n", encoding="utf-8")
    _flush(beside)
    os.replace(beside, runs / POINTER)
    _flush(runs)


def list_runs(runs: Path) -> list[str]:
    """Ids of the whole runs, oldest first."""
    if not runs.is_dir():
        return []
    return sorted(p.name for p in runs.iterdir() if not p.name.startswith(".") and (p / MANIFEST).exists())


def current_run(runs: Path) -> Run:
    """The published run. Raises NoRun when nothing was analysed yet."""
    try:
        run_id = (runs / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise NoRun(
            f"Nothing has been analysed yet in {runs.parent}.",
            "Import feedback with `undertone import FILE`, then run `undertone analyze`; or try `undertone demo`.",
        ) from None
    return open_run(runs, run_id)


def open_run(runs: Path, run_id: str) -> Run:
    """The run called `run_id`. Raises UndertoneError when it is missing or from a newer Undertone."""
    if not _RUN_ID.fullmatch(run_id):
        raise UsageProblem(f"'{run_id}' is not the name of a run.", "`undertone doctor` lists the runs.")
    folder = runs / run_id
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UndertoneError(f"The run '{run_id}' is missing from {runs}.", "Run `undertone analyze` again.") from None
    except ValueError as error:
        raise UndertoneError(f"The manifest of run '{run_id}' cannot be read: {error}.") from error
    if manifest.get("format", 0) > FORMAT:
        raise UndertoneError(f"The run '{run_id}' was written by a newer Undertone.", "Update Undertone to read it.")
    return Run(folder, manifest)


def new_run_id(now: datetime, fingerprint: str) -> str:
    """A run id that sorts by time and shows what it was made from."""
    return f"{now:%Y%m%dT%H%M%S}-{fingerprint[:6]}"


@contextmanager
def writing_lock(runs: Path) -> Iterator[None]:
    """Only one process analyses a workspace at a time; the lock dies with its holder, even under SIGKILL.

    Raises StoreBusy when another process holds it. Leftovers of killed writers are removed on entry.
    """
    runs.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # not on Windows: there, one analyse at a time is the operator's to keep
        yield
        return
    with (runs / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreBusy(
                f"Another process is analysing {runs.parent} right now.",
                "Wait for it to end, then try again.",
            ) from error
        for left_over in runs.glob(f"{_WRITING}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield
