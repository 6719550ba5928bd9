"""The store: the same in both databases, and unharmed by company and by sudden death."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from analyst.core.errors import StoreBusy, UndertoneError, UsageProblem
from analyst.core.settings import Settings
from analyst.records import Response, Store, import_file, open_store
from analyst.records.migrations import HEAD
from analyst.records.store.engine import safe_for_wal
from analyst.records.store.schema import metadata
from tests.records.conftest import NOW, Bring


def responses(count: int, start: int = 0, text: str = "fine") -> list[Response]:
    return [
        Response(source="s", source_id=f"r{i}", kind="nps", score=float(i % 11), text=text, submitted_at=NOW)
        for i in range(start, start + count)
    ]


def test_write_counts_what_it_did(store: Store) -> None:
    first = store.write(responses(5), "one")
    assert (first.new, first.replaced, first.unchanged) == (5, 0, 0)
    changed = [*responses(3), *responses(4, 3, "changed")]
    second = store.write(changed, "two")
    assert (second.new, second.replaced, second.unchanged, second.redated) == (2, 2, 3, 0)
    assert store.counts()["responses"] == 7
    assert store.write([], "three").new == 0


def test_fingerprints_tell_content_and_not_order(store: Store, lite: Store) -> None:
    empty = store.fingerprints()
    store.write(responses(50), "one")
    lite.write(list(reversed(responses(50))), "another")
    assert store.fingerprints() == lite.fingerprints()
    assert store.fingerprints()["responses"] != empty["responses"]
    assert store.fingerprints()["tickets"] == empty["tickets"]
    lite.write(responses(1, 7, "changed"), "two")
    assert store.fingerprints() != lite.fingerprints()


def test_theme_edits_are_a_log_without_gaps(store: Store) -> None:
    numbers = [store.add_theme_edit("ana", "rename", {"theme": "t1", "to": f"Näme {i}"}, NOW) for i in range(3)]
    assert numbers == [1, 2, 3]
    assert [edit.payload["to"] for edit in store.theme_edits(after_seq=1)] == ["Näme 1", "Näme 2"]
    (first, *_) = store.theme_edits()
    assert (first.seq, first.who, first.verb, first.at) == (1, "ana", "rename", NOW)


def test_many_people_edit_at_once(store: Store) -> None:
    numbers: list[int] = []

    def edit(who: str) -> None:
        for _ in range(10):
            numbers.append(store.add_theme_edit(who, "pin", {}, NOW))

    people = [threading.Thread(target=edit, args=(f"p{i}",)) for i in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(numbers) == list(range(1, 41))


def test_a_fix_keeps_what_was_not_changed(store: Store) -> None:
    store.set_fix_state("f1", NOW, status="planned", owner="ana", effort=1.5)
    state = store.set_fix_state("f1", NOW, status="shipped", shipped_at=NOW, shipped_version="4.2.1")
    assert (state.status, state.owner, state.effort, state.shipped_at) == ("shipped", "ana", 1.5, NOW)
    assert store.fix_states() == {"f1": state}
    with pytest.raises(UsageProblem, match="colour"):
        store.set_fix_state("f1", NOW, colour="red")


def test_an_erased_person_does_not_come_back(store: Store, bring: Bring) -> None:
    content = "id,nps,comment,user id\nr1,3,slow,u1\nr2,9,good,u2\nr3,4,also slow,u1\n"
    bring(store, content)
    assert store.erase_user("u1", NOW)["responses"] == 2
    report = bring(store, content.replace("\n", "\r\n"))
    assert (report.unchanged, report.new) == (1, 0) and any("erased" in note for note in report.notes)
    assert store.counts()["responses"] == 1
    assert "u1" not in str(store.erased())


def test_the_migration_makes_the_tables_that_the_code_uses(store: Store, store_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from analyst.records.store.engine import _alembic

    assert ScriptDirectory.from_config(_alembic()).get_current_head() == HEAD
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    with open_store(store_url) as again:
        assert again.counts()["responses"] == 0


def test_a_store_from_the_future_is_not_touched(store: Store, store_url: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UndertoneError, match="newer Undertone"):
        open_store(store_url)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False),
        ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True), ((4, 0, 0), True),
    ],
)  # fmt: skip
def test_the_write_ahead_log_only_where_it_is_sound(version: tuple[int, ...], safe: bool) -> None:
    assert safe_for_wal(version) is safe


def test_the_journal_follows_the_version(lite: Store) -> None:
    with lite.engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    assert mode == ("wal" if safe_for_wal(sqlite3.sqlite_version_info) else "delete")


@pytest.mark.parametrize(
    ("url", "words"),
    [("mysql://x/y", "mysql"), ("nonsense", "URL"), ("sqlite://", "file"), ("sqlite:///:memory:", "file")],
)
def test_a_url_that_cannot_be_a_store(url: str, words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        open_store(url)


def test_a_folder_that_cannot_be_made_and_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x" * 5000)
    with pytest.raises(UndertoneError, match="cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}")
    with pytest.raises(UndertoneError, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'file'}")


def test_a_password_is_never_shown() -> None:
    with pytest.raises(UndertoneError) as caught:
        open_store("postgresql://jo:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_busy_beyond_the_timeout_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url, busy_timeout_s=0.1) as store:
        holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.add_theme_edit("ana", "pin", {}, NOW)
        holder.execute("ROLLBACK")
        holder.close()
        assert store.add_theme_edit("ana", "pin", {}, NOW) == 1


_IMPORT = """
import sys
from pathlib import Path
from analyst.core.settings import Settings
from analyst.records import import_file, open_store
url, path, workspace = sys.argv[1:]
with open_store(url) as store:
    print("ready", flush=True)
    report = import_file(store, Path(path), settings=Settings(workspace=Path(workspace)))
    print(report.new + report.unchanged + report.replaced, flush=True)
"""


def start_import(url: str, path: Path, workspace: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _IMPORT, url, str(path), str(workspace)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def table_of(path: Path, count: int, start: int = 0) -> Path:
    rows = "".join(f"r{i},{i % 11},comment number {i},2026-06-01\n" for i in range(start, start + count))
    path.write_text("id,nps,comment,date\n" + rows, encoding="utf-8")
    return path


def test_two_processes_import_and_a_person_edits_meanwhile(store_url: str, tmp_path: Path) -> None:
    with open_store(store_url) as store:
        running = [
            start_import(store_url, table_of(tmp_path / "one.csv", 3_000), tmp_path),
            start_import(store_url, table_of(tmp_path / "two.csv", 3_000), tmp_path),
        ]
        edits = 0
        while any(process.poll() is None for process in running):
            store.add_theme_edit("ana", "pin", {}, NOW)
            edits += 1
            time.sleep(0.01)
        assert [process.communicate()[0].split()[-1] for process in running] == ["3000", "3000"]
        assert store.counts()["responses"] == 6_000
        assert len(store.theme_edits()) == edits >= 5


def test_two_processes_import_the_same_rows(store_url: str, tmp_path: Path) -> None:
    with open_store(store_url) as store:
        path = table_of(tmp_path / "one.csv", 1_500)
        running = [start_import(store_url, path, tmp_path / name) for name in ("a", "b")]
        assert [process.communicate()[0].split()[-1] for process in running] == ["1500", "1500"]
        assert store.counts()["responses"] == 1_500
        assert len({past.import_id for past in store.imports()}) in (1, 2)  # the later one may find the file already in


def test_a_killed_import_leaves_whole_batches_and_is_completed(
    store_url: str, tmp_path: Path, settings: Settings
) -> None:
    path = table_of(tmp_path / "big.csv", 10_000)
    with open_store(store_url) as store:
        process = start_import(store_url, path, tmp_path)
        deadline = time.monotonic() + 30
        while store.counts()["responses"] == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        left = store.counts()["responses"]
        assert 0 < left < 10_000 and left % 500 == 0
        (cut_short,) = store.imports()
        assert cut_short.finished_at is None
        report = import_file(store, path, settings=settings)
        assert (report.new, report.unchanged) == (10_000 - left, left)
        assert any("cut short" in note for note in report.notes)
        assert store.counts()["responses"] == 10_000
        assert store.imports()[-1].finished_at is not None


def test_imports_are_remembered(store: Store, bring: Bring) -> None:
    bring(store, "id,nps,comment\nr1,3,x\nr2,12,y\n")
    (past,) = store.imports()
    assert (past.record, past.source, past.started_at, past.finished_at) == ("responses", "answers", NOW, NOW)
    assert past.report["new"] == 1 and past.report["refused"] == 1
    assert store.last_import("responses", "answers") == past and store.last_import("tickets", "answers") is None
    assert datetime.now(UTC) > NOW or past.started_at == NOW
