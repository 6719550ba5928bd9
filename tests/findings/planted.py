"""Frames with planted causes: people with segments answer in two windows, and what moved is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analyst.core.query import Metric, Query
from analyst.core.windows import Window
from analyst.runs.frame import DesignFrame

DIMENSIONS = ("platform", "app_version", "plan", "country", "device")
LEVELS = (
    ("android", "ios", "web", "tablet"),
    ("4.1.2", "4.1.0", "4.0.9"),
    ("free", "plus", "family", "team"),
    ("US", "DE", "GB", "BR", "FR", "ES"),
    ("phone", "large", "small", "old"),
)
WEIGHTS = (
    (0.45, 0.35, 0.15, 0.05),
    (0.5, 0.3, 0.2),
    (0.5, 0.25, 0.15, 0.1),
    (0.3, 0.2, 0.15, 0.15, 0.1, 0.1),
    (0.5, 0.25, 0.15, 0.1),
)
BASE = (
    (-6.0, 6.0, 0.0, -4.0),
    (0.0, -2.0, -6.0),
    (-8.0, 4.0, 8.0, 2.0),
    (4.0, -6.0, 0.0, 6.0, -2.0, 0.0),
    (0.0, 2.0, -2.0, -8.0),
)
LEVEL = 30.0

Rows = NDArray[np.bool_]
Shift = Callable[[dict[str, NDArray[np.str_]], Rows], NDArray[np.float64]]


def query(metric: Metric = "nps") -> Query:
    """A week against the four before it."""
    start = datetime(2026, 11, 9, tzinfo=UTC)
    window = Window("2026-W46", start, datetime(2026, 11, 16, tzinfo=UTC), "week")
    return Query(metric, window, Window("2026-W42..2026-W45", datetime(2026, 10, 12, tzinfo=UTC), start, "span"))


def draw_nps(mean: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """+100/0/-100 answers whose expectation is `mean` (clipped to +-85), a fifth or so of them passive."""
    middle = np.clip(mean, -85, 85) / 100
    passive = np.minimum(0.22, (1 - np.abs(middle)) * 0.9)
    promoter = (1 - passive + middle) / 2
    u = rng.random(len(mean))
    return np.where(u < promoter, 100.0, np.where(u < promoter + passive, 0.0, -100.0))


def codes_for(n: int, rng: np.random.Generator, weights: tuple[tuple[float, ...], ...] = WEIGHTS) -> NDArray[np.int32]:
    """Independent levels, (n, d)."""
    return np.stack([rng.choice(len(w), n, p=np.array(w) / sum(w)) for w in weights], axis=1).astype(np.int32)


def make_frame(
    seed: int,
    n_before: int,
    n_now: int,
    shift: Shift | None = None,
    *,
    weights_now: tuple[tuple[float, ...], ...] = WEIGHTS,
    levels: tuple[tuple[str, ...], ...] = LEVELS,
    recode: Callable[[NDArray[np.int32], Rows, np.random.Generator], None] | None = None,
    repeats: float = 0.0,
    weighted: bool = False,
) -> DesignFrame:
    """A frame; `shift(values by dimension, post)` gives the planted points per answer."""
    rng = np.random.default_rng(seed)
    n = n_before + n_now
    post = np.arange(n) >= n_before
    codes = codes_for(n, rng)
    codes[post] = codes_for(n_now, rng, weights_now)
    if recode:
        recode(codes, post, rng)
    mean = np.full(n, LEVEL)
    for at, base in enumerate(BASE):
        mean += np.array([*base, *[base[0]] * (len(levels[at]) - len(base))])[codes[:, at]]
    person = np.arange(n, dtype=np.int64)
    if repeats:
        again = rng.random(n) < repeats
        person[again] = rng.integers(0, n, int(again.sum()))
        mean += rng.normal(0, 15, n)[person]
    if shift:
        values = {name: np.array(levels[at])[codes[:, at]] for at, name in enumerate(DIMENSIONS)}
        mean = mean + shift(values, post)
    y = draw_nps(mean, rng)
    score = np.where(y > 0, 10.0, np.where(y < 0, 3.0, 8.0))
    return frame_of(
        y=y, score=score, post=post, person=person, codes=codes, levels=levels,
        weight=rng.uniform(0.5, 2.0, n) if weighted else np.ones(n),
    )  # fmt: skip


def frame_of(
    *,
    y: NDArray[np.float64],
    post: Rows,
    codes: NDArray[np.int32] | None = None,
    levels: tuple[tuple[str, ...], ...] = (),
    dimensions: tuple[str, ...] | None = None,
    score: NDArray[np.float64] | None = None,
    weight: NDArray[np.float64] | None = None,
    person: NDArray[np.int64] | None = None,
    mentions: NDArray[np.float64] | None = None,
    negative: NDArray[np.float64] | None = None,
    theme_ids: tuple[str, ...] = (),
    exposed: NDArray[np.float64] | None = None,
    frictions: tuple[tuple[str, str], ...] = (),
    with_sessions: Rows | None = None,
    commented: Rows | None = None,
) -> DesignFrame:
    """A frame from arrays; what is not given is absent."""
    n = len(y)
    codes = np.zeros((n, 0), dtype=np.int32) if codes is None else codes
    names = dimensions if dimensions is not None else DIMENSIONS[: codes.shape[1]]
    mentioned = np.zeros((n, len(theme_ids))) if mentions is None else mentions
    bad = np.zeros((n, len(theme_ids))) if negative is None else negative
    met = np.zeros((n, len(frictions))) if exposed is None else exposed
    return DesignFrame(
        response_id=np.array([f"r{i:06d}" for i in range(n)]),
        y=y.astype(float),
        weight=np.ones(n) if weight is None else weight,
        post=post,
        person=np.arange(n, dtype=np.int64) if person is None else person,
        day=np.where(post, 20766, 20740).astype(np.int64),
        score=np.where(y > 0, 10.0, 3.0) if score is None else score,
        dimensions=names,
        levels=levels,
        codes=codes,
        commented=(mentioned.sum(axis=1) > 0) if commented is None else commented,
        theme_ids=theme_ids,
        mentions=sparse.csr_matrix(mentioned),
        negative=sparse.csr_matrix(bad),
        sessions=((met.sum(axis=1) > 0) if with_sessions is None else with_sessions).astype(np.int64),
        frictions=frictions,
        exposed=sparse.csr_matrix(met),
    )
