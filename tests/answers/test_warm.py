"""A run kept warm: what is kept, what is dropped, and threads that ask at once."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyst.answers.gather import Gatherer
from analyst.answers.warm import Warm, WarmRun
from analyst.core.clock import fixed_clock
from analyst.core.query import Query
from analyst.core.settings import load_settings
from analyst.runs.view import WindowChoice, choose_query, open_view

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(sample_workspace: Path) -> WarmRun:
    return Warm(load_settings(workspace=sample_workspace), fixed_clock(NOW)).run()


def _query(run: WarmRun, week: str = "2026-W46") -> Query:
    with run.lease() as lease:  # a connection of this thread's own
        return choose_query(lease.view, "nps", WindowChoice(week=week))


def test_findings_are_kept_by_query(run: WarmRun) -> None:
    with run.lease() as lease:
        first = lease.gather(_query(run))
    with run.lease() as lease:
        assert lease.gather(_query(run)) is first
        assert lease.gather(_query(run, "2026-W45")) is not first
        assert lease.gather(_query(run), "people") is not first


def test_what_another_holds_is_not_waited_for(run: WarmRun) -> None:
    taken = threading.Event()
    done = threading.Event()
    theirs: list[Gatherer] = []

    def hold() -> None:
        with run.lease() as lease:
            theirs.append(lease.gather(_query(run)))
            taken.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(10)
    with run.lease() as lease:
        mine = lease.gather(_query(run))
        assert mine is not theirs[0]
        assert mine.view.connection is not theirs[0].view.connection
    done.set()
    thread.join()


def test_warm_findings_are_the_cold_ones(run: WarmRun, sample_workspace: Path) -> None:
    cold = Gatherer(open_view(load_settings(workspace=sample_workspace), fixed_clock(NOW)), _query(run))
    with run.lease() as lease:
        warm = lease.gather(_query(run))
        assert warm.movement == cold.movement
        assert warm.screens == cold.screens
        assert warm.fixes == cold.fixes


def test_threads_get_the_same_numbers(run: WarmRun) -> None:
    found: list[object] = []

    def ask() -> None:
        with run.lease() as lease:
            found.append((lease.gather(_query(run, "2026-W44")).movement.change, len(lease.search.search("refund"))))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(one == found[0] for one in found)


def test_only_so_many_are_kept(sample_workspace: Path) -> None:
    run = WarmRun(open_view(load_settings(workspace=sample_workspace), fixed_clock(NOW)), most_queries=2)
    found = []
    for week in ("2026-W46", "2026-W45", "2026-W44"):
        with run.lease() as lease:
            found.append(lease.gather(_query(run, week)))
    for week, kept in (("2026-W45", True), ("2026-W44", True), ("2026-W46", False)):
        with run.lease() as lease:
            assert (lease.gather(_query(run, week)) in found) == kept


def test_what_is_asked_most_is_prepared(sample_workspace: Path) -> None:
    run = WarmRun(open_view(load_settings(workspace=sample_workspace), fixed_clock(NOW)))
    assert run.prepare(go_on=lambda: False) == 0
    usual = run.usual_queries()
    assert [query.metric for query in usual[:3]] == ["nps", "csat", "ces"]
    assert {"2026-W45", "2026-W44", "2026-10"} <= {query.window.label for query in usual}
    assert (("platform", "android"),) in {query.where for query in usual}
    assert len(set(usual)) == len(usual)
    assert run.prepare(usual[:1]) == 1
    with run.lease() as lease:
        assert "fixes" in lease.gather(usual[0]).__dict__


def test_an_edit_and_the_next_day_open_the_run_anew(sample_workspace: Path, tmp_path: Path) -> None:
    from analyst.cli.app import run as command

    home = tmp_path / "workspace"
    shutil.copytree(sample_workspace, home, symlinks=True)
    moments = [NOW]
    warm = Warm(load_settings(workspace=home), lambda: moments[0])
    before = warm.run()
    theme = before.view.connection.execute("SELECT theme_id FROM themes WHERE kind <> 'system'").fetchone()
    assert theme is not None
    assert warm.run() is before
    assert command(["themes", "rename", theme[0], "Called otherwise", "--workspace", str(home)]) == 0
    after = warm.run()
    assert after is not before
    with after.lease() as lease:
        assert lease.gather(_query(after)).labels[theme[0]] == "Called otherwise"
    moments[0] = datetime(2026, 11, 17, 8, tzinfo=UTC)
    assert warm.run() is not after


def test_the_server_answers_from_the_warm_run(sample_workspace: Path) -> None:
    from fastapi.testclient import TestClient

    from api.app import create_app

    app = create_app(load_settings(workspace=sample_workspace), fixed_clock(NOW))
    client = TestClient(app)
    question = {"question": "Show me 3 quotes about delivery"}
    first = client.post("/v1/ask", json=question)
    assert first.status_code == 200
    assert first.json()["kind"] == "answer"
    kept = app.state.warm.run()
    assert client.post("/v1/ask", json=question).json() == first.json()
    assert app.state.warm.run() is kept
    streamed = client.get("/v1/ask/stream", params=question)
    assert streamed.text.rstrip().splitlines()[-2] == "event: answer"
