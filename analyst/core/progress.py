"""How a long stage tells what it is doing, without knowing who listens.

Pipelines take a `Progress`; the command line hands in bars on standard error, the API a job's record,
tests nothing at all.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """`start` opens a stage (total may be unknown), `advance` moves it, `note` says one line about it."""

    def start(self, stage: str, total: int | None = None) -> None: ...

    def advance(self, steps: int = 1) -> None: ...

    def note(self, text: str) -> None: ...


class Silent:
    """The listener that does not listen."""

    def start(self, stage: str, total: int | None = None) -> None:
        return None

    def advance(self, steps: int = 1) -> None:
        return None

    def note(self, text: str) -> None:
        return None
