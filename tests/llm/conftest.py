from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyst.core.clock import fixed_clock
from analyst.core.settings import LlmSettings
from analyst.llm import LlmClient
from tests.llm.server import ScriptedServer

Build = Callable[..., LlmClient]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def build(server: ScriptedServer, tmp_path: Path) -> Iterator[Build]:
    """Builds clients of the scripted server in one workspace; keyword arguments change the settings."""
    built: list[LlmClient] = []

    def make(budget: Any = None, **settings: Any) -> LlmClient:
        given = {"base_url": server.url, "api_key": "sk-secret", "model": "tiny", "retries": 0, "timeout_s": 5.0}
        clock = fixed_clock(datetime(2026, 11, 16, 8, tzinfo=UTC))
        built.append(LlmClient(LlmSettings.model_validate(given | settings), tmp_path, clock=clock, budget=budget))
        return built[-1]

    yield make
    for client in built:
        client.close()
