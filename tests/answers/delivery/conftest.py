from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.answers.digest import Digest, write_digest
from analyst.cli.reading import Asked
from tests.answers.delivery.hook import Hook


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def digest(sample_workspace: Path) -> Digest:
    """The week in which the score fell."""
    return write_digest(Asked(workspace=sample_workspace, week="2026-W46").open().everything())


@pytest.fixture(scope="session")
def quiet_digest(sample_workspace: Path) -> Digest:
    """A week in which it did not."""
    return write_digest(Asked(workspace=sample_workspace, week="2026-W44").open().everything())


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as running:
        yield running
