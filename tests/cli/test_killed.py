"""Killing the process at any moment leaves the previous run served and the store whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyst.cli.app import run
from analyst.core.runfolder import current_run, list_runs

HEADER = "id,submitted_at,kind,score,scale,text,user_id\n"


def _feedback(rows: int, start: int = 0) -> str:
    subjects = ["the payment froze", "support is slow", "love the recipes", "late again", "too expensive now"]
    lines = [
        f"r{i},2026-11-{2 + i % 12:02}T08:00:00Z,nps,{i % 11},0-10,{subjects[i % 5]} {i % 97},u{i % 300}\n"
        for i in range(start, start + rows)
    ]
    return HEADER + "".join(lines)


@pytest.fixture
def home(tmp_path: Path, model_cache: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "cache").symlink_to(model_cache, target_is_directory=True)
    return folder


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "analyst", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_analysis_leaves_the_previous_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = home.parent / "first.csv", home.parent / "second.csv"
    first.write_text(_feedback(400))
    second.write_text(_feedback(400, start=400))
    workspace = ["--workspace", str(home)]
    assert run(["import", str(first), *workspace]) == 0
    assert run(["analyze", *workspace]) == 0
    served = current_run(home / "runs").run_id
    assert run(["import", str(second), *workspace]) == 0
    began = time.monotonic()
    whole = _start("analyze", *workspace)
    whole.wait()
    took = time.monotonic() - began
    assert whole.returncode == 0
    latest = current_run(home / "runs").run_id
    assert latest != served
    moments = random.Random(7)
    for _ in range(4):
        process = _start("analyze", "--force", *workspace)
        time.sleep(moments.uniform(0.1, 0.95) * took)
        _kill(process)
        found = current_run(home / "runs")
        assert found.run_id in list_runs(home / "runs")
        assert found.table("responses").num_rows == 800
        assert run(["why", "--metric", "nps", "--week", "2026-W45", *workspace]) == 0
    assert run(["analyze", "--force", *workspace]) == 0
    assert not list((home / "runs").glob(".writing-*"))


def test_a_killed_import_leaves_whole_rows_and_continues(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home.parent / "many.csv"
    file.write_text(_feedback(12_000))
    process = _start("import", str(file), "--workspace", str(home))
    store = home / "store.db"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (store.exists() and store.stat().st_size > 400_000):
        time.sleep(0.02)
    _kill(process)
    assert run(["doctor", "--workspace", str(home)]) == 0
    assert run(["import", str(file), "--workspace", str(home), "--json"]) == 0
    capsys.readouterr()
    assert run(["doctor", "--workspace", str(home), "--json"]) == 0
    told = {finding["subject"]: finding["text"] for finding in json.loads(capsys.readouterr().out)}
    assert "12,000 responses" in told["store"]


def test_two_analyses_at_once_say_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home.parent / "first.csv"
    file.write_text(_feedback(600))
    workspace = ["--workspace", str(home)]
    assert run(["import", str(file), *workspace]) == 0
    pair = [_start("analyze", *workspace) for _ in range(2)]
    said = [process.communicate()[1] for process in pair]
    codes = sorted(process.returncode for process in pair)
    assert codes in ([0, 5], [0, 0])  # the slower one is turned away, or comes after and finds nothing to do
    if codes == [0, 5]:
        assert any("Another process is analysing" in told for told in said)


def test_importing_while_analysing(home: Path) -> None:
    first, second = home.parent / "first.csv", home.parent / "second.csv"
    first.write_text(_feedback(600))
    second.write_text(_feedback(3000, start=600))
    workspace = ["--workspace", str(home)]
    assert run(["import", str(first), *workspace]) == 0
    analysing = _start("analyze", *workspace)
    importing = _start("import", str(second), *workspace)
    assert importing.wait() == 0
    assert analysing.wait() == 0
    assert run(["analyze", *workspace]) == 0
    assert current_run(home / "runs").table("responses").num_rows == 3600
