"""Shared by all tests: no settings leak in, and one small sample company analysed once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from analyst.cli.app import run

settings.register_profile("same", derandomize=True, deadline=None)  # a test must say the same twice
settings.load_profile("same")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own UNDERTONE_* variables must not change what is tested."""
    for name in list(os.environ):
        if name.startswith("UNDERTONE_") and name != "UNDERTONE_PUBLIC_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of exported models and vectors for the whole session, kept between sessions in .pytest_cache."""
    folder = Path(__file__).resolve().parent.parent / ".pytest_cache" / "undertone-models"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sample_workspace(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Path]:
    """A workspace holding a quarter of the sample company, imported and analysed. Tests only read it."""
    from analyst.sample import generate

    home = tmp_path_factory.mktemp("sample") / "workspace"
    home.mkdir()
    (home / "cache").symlink_to(model_cache, target_is_directory=True)
    company = generate(home / "sample", home / "sample-truth", seed=7, scale=0.25)
    files = [str(path) for path in company.files.values()]
    assert run(["import", *files, "--workspace", str(home)]) == 0
    assert run(["analyze", "--workspace", str(home), "--json"]) == 0
    yield home
