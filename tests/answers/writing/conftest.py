from __future__ import annotations

from tests.llm.conftest import build, server

__all__ = ["build", "server"]
