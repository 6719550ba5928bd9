from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.llm.conftest import build, server

__all__ = ["build", "server"]


@pytest.fixture(autouse=True)
def nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Any connection, and any question for a name, beyond this machine fails the test that made it."""
    tried: list[Any] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            tried.append(address)
            raise OSError(f"a connection to {address} was tried")
        connect(self, address)

    def local_names(host: Any, *args: Any, **more: Any) -> Any:
        if host not in ("127.0.0.1", "::1", "localhost", None):
            tried.append(host)
            raise socket.gaierror(f"the name {host} was asked for")
        return resolve(host, *args, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", local_names)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield tried
    assert tried == []
