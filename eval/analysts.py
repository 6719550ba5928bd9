"""The analyst that is measured, behind one face: so that a broken one can be measured just the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.findings.types import Movement
    from analyst.fixes.types import Fix


class Analyst:
    """What Undertone says, as a customer would get it. `writer` words the answers; of the LLM's settings those of
    `workspace` hold."""

    def __init__(self, writer: Literal["extractive", "llm"] = "extractive", workspace: Path | None = None) -> None:
        self.writer, self.workspace = writer, workspace

    def movement(self, found: Gatherer) -> Movement:
        """Why the score moved."""
        return found.movement

    def fixes(self, found: Gatherer) -> list[Fix]:
        """What to fix, first things first."""
        return found.fixes
