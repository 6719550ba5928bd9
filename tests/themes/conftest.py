"""A company in miniature: eight subjects, each with its own words, and an encoder that sees nothing but words."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analyst.core.progress import Progress
from analyst.core.settings import Settings, load_settings
from analyst.core.tables import schema
from analyst.themes.words import tokens
from embeddings.contract import Vectors, unit_rows

SUBJECTS = {
    "payment": "card payment declined bank checkout pay rejected visa charge transaction",
    "crash": "app crashes freezes launch closes startup reboot screen hangs crash",
    "delivery": "delivery late driver arrived hours evening doorstep van courier parcel",
    "support": "support agent waiting phone answer ticket queue chat reply hold",
    "price": "price expensive increase fee cost cheaper subscription monthly plan costs",
    "search": "search results filter find product keyword irrelevant sorting typo catalogue",
    "login": "login password code email account locked reset verify sign authentication",
    "fresh": "vegetables mouldy rotten fruit bread stale milk expired tomatoes lettuce",
}
_FRAMES = (
    "the {} {} {} again today",
    "my {} was {} because of the {}",
    "{} and {} with {} all week",
    "why is the {} {} when {} {}",
    "they never fix the {} {} {}",
    "{} {} problem with the {}",
)


class WordEncoder:
    """A vector is the sum of a random direction for every word: no model, but alike texts lie together."""

    name, revision, dimension = "words", "1", 64

    def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        rows = np.zeros((len(texts), self.dimension))
        for row, text in enumerate(texts):
            for word in tokens(text) or ["?"]:
                weight = 0.15 if word in _COMMON else 1.0
                rows[row] += weight * np.random.default_rng(zlib.crc32(word.encode())).normal(size=self.dimension)
                subject = _SUBJECT_OF.get(word)
                if subject:
                    rows[row] += 0.7 * np.random.default_rng(zlib.crc32(subject.encode())).normal(size=self.dimension)
        return unit_rows(rows)


_SUBJECT_OF = {word: subject for subject, words in SUBJECTS.items() for word in words.split()}
_COMMON = {word for frame in _FRAMES for word in tokens(frame)} | {"a", "i", "it", "is", "and", "but", "to"}


@dataclass(frozen=True)
class Records:
    responses: pa.Table
    sessions: pa.Table
    exposures: pa.Table
    tickets: pa.Table


def comments(count: int, seed: int = 0) -> list[str]:
    """`count` different complaints, evenly over the eight subjects."""
    random = np.random.default_rng(seed)
    found: dict[str, None] = {}
    names = list(SUBJECTS)
    while len(found) < count:
        words = SUBJECTS[names[len(found) % len(names)]].split()
        frame = _FRAMES[random.integers(len(_FRAMES))]
        chosen = random.choice(words, size=frame.count("{}"), replace=False)
        found.setdefault(frame.format(*chosen))
    return list(found)


def subject_of(text: str) -> str:
    """The subject that most words of `text` belong to."""
    met = [_SUBJECT_OF[word] for word in tokens(text) if word in _SUBJECT_OF]
    return max(sorted(set(met)), key=met.count)


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """A table of the contract from rows that name only some of its columns."""
    wanted = schema(name)
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in wanted}, schema=wanted)


def records(texts: list[str | None], **more: list[dict[str, Any]]) -> Records:
    """Responses with these texts, one a minute; `more` gives rows of the other tables."""
    start = datetime(2026, 11, 9, tzinfo=UTC)
    rows = [
        {
            "response_id": f"r{place:05d}",
            "text": text,
            "user_id": f"u{place:05d}",
            "submitted_at": start + timedelta(minutes=place),
            "y": (-100.0, 0.0, 100.0)[place % 3],
        }
        for place, text in enumerate(texts)
    ]
    return Records(table("responses", rows), *(table(n, more.get(n, [])) for n in ("sessions", "exposures", "tickets")))


@pytest.fixture(scope="session")
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    workspace: Path = tmp_path_factory.mktemp("workspace")
    return load_settings(workspace=workspace)
