"""Records become a run: the one pipeline that writes a run folder, from the store to the published pointer."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analyst import __version__
from analyst.core.clock import Clock
from analyst.core.errors import NoRun, UndertoneError
from analyst.core.progress import Progress
from analyst.core.runfolder import Run, RunWriter, current_run, new_run_id, open_run, writing_lock
from analyst.core.settings import Settings
from analyst.core.tables import TABLES, columns
from analyst.runs.changes import EVENTS
from analyst.runs.editlog import stored_edits
from analyst.runs.overlay import CONTENTS, FOUND_OPINIONS, FOUND_THEMES, bake
from analyst.themes.edits import Edit, Hands, hands, teaching, teaching_fingerprint

if TYPE_CHECKING:
    from analyst.records import RecordTables, Store
    from analyst.themes import ThemeModel, ThemeResult

MODEL_FOLDER = "theme_model"


@dataclass
class Timings:
    """Wall seconds and peak resident memory (MiB) by stage, for the manifest and the benchmarks."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        begun = time.perf_counter()
        yield
        self.stages[name] = {"seconds": round(time.perf_counter() - begun, 3), "peak_mib": peak_memory_mib()}


def peak_memory_mib() -> float:
    """Highest resident memory of this process so far, in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1024 * 1024 if platform.system() == "Darwin" else 1024), 1)


@dataclass(frozen=True)
class Analysis:
    """What `analyze` did: the run now published, and whether it was already up to date."""

    run: Run
    reused: bool


def analyze(store: Store, settings: Settings, *, clock: Clock, progress: Progress, force: bool = False) -> Analysis:
    """Read the store, find the themes, write and publish a run.

    A run is a function of records, settings and version: where none of them changed since the current run, that
    run is kept (`force` computes it anyway). Raises UndertoneError when the store is empty, StoreBusy when another
    process is analysing this workspace.
    """
    with writing_lock(settings.runs):
        edits = stored_edits(store)  # those that come while this runs are laid over the run by its readers
        inputs = _inputs(store, settings, edits)
        previous = _previous(settings)
        if not force and previous is not None and previous.manifest.get("inputs") == inputs:
            return Analysis(previous, reused=True)
        return Analysis(_write(store, settings, inputs, edits, previous, clock, progress), reused=False)


def _inputs(store: Store, settings: Settings, edits: list[Edit]) -> dict[str, Any]:
    """Everything that a run's content depends on; of the edits only those that a fit must know."""
    return {
        "records": store.fingerprints(),
        "settings": settings.model_dump(mode="json", include={"themes", "encoder", "join_days", "timezone"}),
        "version": __version__,
        "tables": {name: list(columns(name)) for name in TABLES},
        "edits": teaching_fingerprint(edits),
    }


def _previous(settings: Settings) -> Run | None:
    try:
        return current_run(settings.runs)
    except NoRun:
        return None
    except UndertoneError:  # a pointer to a run that somebody removed must not block the next one
        return None


def _run_to_carry_on(settings: Settings, previous: Run | None, inputs: dict[str, Any], taught: list[int]) -> Run | None:
    """The run whose themes are carried on: the current one, unless it learned from an edit that was undone since.

    Then it is the last one before that edit, as far back as the records were the same: so an undo gives back the
    very themes that were there. A head that has gone on with new records since is corrected instead.
    """
    run = previous
    while run is not None and not set(run.manifest.get("taught", [])) <= set(taught):
        before = run.manifest.get("inputs", {})
        if any(before.get(name) != inputs[name] for name in ("records", "settings", "version")):
            return previous
        try:
            run = open_run(settings.runs, run.manifest["previous"]) if run.manifest.get("previous") else None
        except UndertoneError:  # somebody removed it
            return previous
    return previous if run is None else run


def _write(
    store: Store,
    settings: Settings,
    inputs: dict[str, Any],
    edits: list[Edit],
    previous: Run | None,
    clock: Clock,
    progress: Progress,
) -> Run:
    from analyst.records import read_records

    timings = Timings()
    with timings.stage("read records"):
        progress.start("Reading records")
        records = read_records(store, settings)
    if records.responses.num_rows + records.sessions.num_rows + records.tickets.num_rows == 0:
        raise UndertoneError(
            "There is nothing to analyse: the store holds no response, session or ticket.",
            "Import a file first: `undertone import FILE`.",
        )
    taught = [edit.seq for edit in teaching(edits)]
    source = _run_to_carry_on(settings, previous, inputs, taught)
    result = _themes(records, settings, source, hands(edits), timings, progress)
    now = clock()
    fingerprint = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    writer = RunWriter(settings.runs, new_run_id(now, fingerprint))
    try:
        with timings.stage("write run"):
            progress.start("Writing the run")
            _write_tables(writer, records, result, edits)
        return writer.publish(
            {
                "inputs": inputs,
                "created_at": now.isoformat(),
                "previous": previous.run_id if previous else None,
                "edit_seq": edits[-1].seq if edits else 0,
                "taught": taught,
                "counts": _counts(records, result),
                "stats": result.stats,
                "wide_dimensions": list(records.wide_dimensions),
                "timings": timings.stages,
            }
        )
    except BaseException:
        writer.discard()
        raise


def _themes(
    records: RecordTables,
    settings: Settings,
    previous: Run | None,
    said: Hands,
    timings: Timings,
    progress: Progress,
) -> ThemeResult:
    from analyst.themes import build_themes
    from embeddings import open_encoder

    with timings.stage("open encoder"):
        progress.start("Opening the sentence encoder")
        encoder = open_encoder(settings.encoder, settings.cache)
    with timings.stage("opinions and themes"):
        return build_themes(records, encoder, settings, load_model(previous), progress, said)


def load_model(run: Run | None) -> ThemeModel | None:
    """The theme model kept with `run`, or None where there is none."""
    from analyst.themes import ThemeModel

    if run is None or not (run.folder / MODEL_FOLDER).is_dir():
        return None
    return ThemeModel.load(run.folder / MODEL_FOLDER)


def _write_tables(writer: RunWriter, records: RecordTables, result: ThemeResult, edits: list[Edit]) -> None:
    import numpy as np
    import pyarrow.parquet as pq

    for name in ("responses", "exposures", "tickets", "customers", "changes"):
        writer.write_table(name, getattr(records, name))
    writer.write_table("sessions", result.sessions)
    writer.write_vectors(result.vectors)
    np.save(writer.folder / CONTENTS, result.contents, allow_pickle=False)
    opinions, themes = result.opinions, result.themes
    said = hands(edits)
    if not said.idle:
        opinions, themes, found = bake(opinions, themes, said, writer.folder / CONTENTS)
        pq.write_table(found, writer.folder / FOUND_OPINIONS, compression="zstd")
        pq.write_table(result.themes, writer.folder / FOUND_THEMES, compression="zstd")
    writer.write_table("opinions", opinions)
    writer.write_table("themes", themes)
    result.model.save(writer.folder / MODEL_FOLDER)
    writer.write_json(EVENTS, result.events)


def _counts(records: RecordTables, result: ThemeResult) -> dict[str, int]:
    tables = ("responses", "exposures", "tickets", "customers", "changes")
    counts = {name: getattr(records, name).num_rows for name in tables}
    return counts | {
        "sessions": result.sessions.num_rows,
        "opinions": result.opinions.num_rows,
        "themes": result.themes.num_rows,
    }
