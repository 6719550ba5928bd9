"""The same commands with the records in PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from analyst.cli.app import run


@pytest.fixture
def own_database(postgres_url: str) -> str:
    """A database that no other test uses."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS undertone_cli"))
        connection.execute(text("CREATE DATABASE undertone_cli"))
    engine.dispose()
    return engine.url.set(database="undertone_cli").render_as_string(hide_password=False)


def test_import_analyse_and_read(
    own_database: str,
    tmp_path: Path,
    model_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from analyst.sample import generate

    monkeypatch.setenv("UNDERTONE_STORE_URL", own_database)
    home = tmp_path / "workspace"
    home.mkdir()
    (home / "cache").symlink_to(model_cache, target_is_directory=True)
    company = generate(tmp_path / "files", tmp_path / "truth", seed=7, scale=0.1)
    workspace = ["--workspace", str(home)]
    assert run(["import", *(str(path) for path in company.files.values()), *workspace]) == 0
    assert run(["analyze", *workspace]) == 0
    assert not (home / "store.db").exists()
    capsys.readouterr()
    assert run(["why", "--json", *workspace]) == 0
    assert json.loads(capsys.readouterr().out)["window"] == "2026-W46"
    assert run(["doctor", *workspace]) == 0
    assert "PostgreSQL" in capsys.readouterr().out
