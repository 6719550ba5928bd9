"""Erasing a person from what the LLM room keeps."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from analyst.llm.memory import AnswerCache
from analyst.llm.outbox import Outbox


def erase_evidence(workspace: Path, evidence: Collection[str]) -> int:
    """Remove stored messages and kept answers that carried one of the `evidence` ids; how many files went.

    The lines of the log stay, with ids, hosts and times and no words: what was sent cannot be called back, and who
    asks must be told where it went. Raises OSError.
    """
    return Outbox(workspace).erase(evidence) + AnswerCache(workspace).erase(evidence)
