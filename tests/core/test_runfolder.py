"""A reader never meets half a run."""

import json
import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from analyst.core.errors import NoRun, StoreBusy, UndertoneError, UsageProblem
from analyst.core.runfolder import (
    RunWriter,
    current_run,
    list_runs,
    new_run_id,
    open_run,
    point_to,
    writing_lock,
)


def _publish(runs: Path, run_id: str) -> None:
    writer = RunWriter(runs, run_id)
    writer.write_table("responses", pa.table({"response_id": [run_id]}))
    writer.write_vectors(np.eye(3))
    writer.publish({"counts": {}})


def test_nothing_analysed_yet_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoRun, match="Nothing has been analysed yet"):
        current_run(tmp_path / "runs")


def test_published_runs_read_back_and_roll_back(tmp_path: Path) -> None:
    _publish(tmp_path, "a")
    _publish(tmp_path, "b")
    assert current_run(tmp_path).table("responses").to_pylist() == [{"response_id": "b"}]
    assert current_run(tmp_path).vectors().dtype == np.float16
    point_to(tmp_path, "a")
    assert current_run(tmp_path).run_id == "a"
    assert list_runs(tmp_path) == ["a", "b"]


def test_two_runs_within_a_second_get_two_names(tmp_path: Path) -> None:
    _publish(tmp_path, "same")
    _publish(tmp_path, "same")
    assert current_run(tmp_path).run_id == "same-2"


def test_an_unpublished_run_is_invisible(tmp_path: Path) -> None:
    _publish(tmp_path, "a")
    writer = RunWriter(tmp_path, "b")
    writer.write_table("responses", pa.table({"response_id": ["b"]}))
    assert current_run(tmp_path).run_id == "a"
    assert list_runs(tmp_path) == ["a"]


def test_pointing_at_a_run_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no run called 'x'"):
        point_to(tmp_path, "x")


def test_a_run_of_a_newer_undertone_is_refused(tmp_path: Path) -> None:
    _publish(tmp_path, "a")
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    (tmp_path / "a" / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(UndertoneError, match="newer Undertone"):
        open_run(tmp_path, "a")


def _hold(runs: Path, ready: "multiprocessing.connection.Connection") -> None:  # type: ignore[name-defined]
    with writing_lock(runs):
        RunWriter(runs, "half")
        ready.send(True)
        signal.pause()


def test_one_writer_at_a_time_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_hold, args=(tmp_path, there))
    process.start()
    assert here.recv()
    with pytest.raises(StoreBusy), writing_lock(tmp_path):
        pass
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (tmp_path / ".writing-half").exists()
    with writing_lock(tmp_path):
        assert not (tmp_path / ".writing-half").exists()


def test_run_ids_sort_by_time() -> None:
    early = new_run_id(datetime(2026, 1, 2, tzinfo=UTC), "ffffffff")
    late = new_run_id(datetime(2026, 1, 3, tzinfo=UTC), "00000000")
    assert early < late
