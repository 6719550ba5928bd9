"""Planted friction with known truth: taps meant or angry, links that are only confounded, leaks of a funnel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from analyst.core.tables import SIGNALS
from analyst.core.values import Estimate
from analyst.findings import ThemeName, funnel, screen_links
from analyst.findings.strata import pooled_odds
from analyst.findings.taps import TapCounts, tap_check
from analyst.findings.walks import Walks
from analyst.metrics import false_discoveries
from analyst.runs.frame import DesignFrame

RAGE = 0.25  # share of sessions with rage taps
THEMES, FRICTIONS = 12, 8


@dataclass(frozen=True)
class Kind:
    """How sessions with rage taps differ from the others: chance of other trouble, of ending there, length, score."""

    name: str
    trouble: tuple[float, float] = (0.04, 0.04)
    ends: tuple[float, float] = (0.2, 0.2)
    seconds: tuple[float, float] = (200.0, 200.0)
    gap: float = 0.0
    meant: bool = False


KINDS = (
    Kind("meant: a heart, a stepper", meant=True),
    Kind("angry: other signals come with them", trouble=(0.4, 0.04)),
    Kind("angry: sessions end there", ends=(0.4, 0.2)),
    Kind("angry: sessions last half as long", seconds=(100.0, 200.0)),
    Kind("angry: only the score is lower (25 points)", gap=-25.0),
)


def called_false(kind: Kind, sessions: int, seed: int) -> bool:
    """Whether the rage taps of one planted screen are called likely false; the score is known from a tenth."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, max(2, sessions // 2), sessions)
    rage = rng.random(sessions) < RAGE
    side = (~rage).astype(int)
    counts = TapCounts(
        screen=np.full(sessions, "Product"), person=person.astype(np.int64), rage=rage, n=np.ones(sessions),
        trouble=(rng.random(sessions) < np.array(kind.trouble)[side]).astype(float), known=np.ones(sessions),
        ended=(rng.random(sessions) < np.array(kind.ends)[side]).astype(float), timed=np.ones(sessions),
        logs=rng.normal(np.log(np.array(kind.seconds)[side]), 0.8),
    )  # fmt: skip
    answers = sessions * RAGE * 0.1
    error = 80 / np.sqrt(max(answers, 1.0))
    seen = rng.normal(kind.gap, error)
    gap = Estimate(seen, seen - 1.96 * error, seen + 1.96 * error, round(answers)) if answers >= 15 else None
    check = tap_check(counts, "Product", gap, None)
    return check is not None and check.likely_false


@dataclass(frozen=True)
class LinkRun:
    """One planted window: pairs told without any tie (ours, and comparing everybody with everybody), whether the true
    tie was told by ours, and whether its interval holds the truth."""

    false_ours: int
    false_crude: int
    found: bool
    covers: bool


def link_run(seed: int, n: int, confounder: str, odds: float) -> LinkRun:
    """Themes and frictions of n commented answers that only a confounder ties together (platform, tenure or how many
    sessions people had), but for one pair of a true odds ratio `odds` within like people."""
    rng = np.random.default_rng(seed)
    platform, tenure = rng.random(n) < 0.4, rng.integers(0, 3, n)
    busy = rng.poisson(3, n) + 1
    groups = {"platform": platform, "tenure": tenure == 0, "activity": busy >= 4}
    pull = groups[confounder].astype(float)
    met = rng.random((n, FRICTIONS)) < _chance(-3.0 + 1.6 * pull)[:, None]
    said = rng.random((n, THEMES)) < _chance(-3.2 + 1.6 * pull)[:, None]
    said[:, 0] = rng.random(n) < _chance(-3.2 + 1.6 * pull + np.log(odds) * met[:, 0])
    post = np.arange(n) >= n * 4 // 5
    frame = DesignFrame(
        response_id=np.arange(n).astype(str), y=np.zeros(n), weight=np.ones(n), post=post, person=np.arange(n),
        day=np.where(post, 20766, 20740).astype(np.int64), score=np.zeros(n), dimensions=("platform", "tenure"),
        levels=(("ios", "android"), ("new", "known", "old")),
        codes=np.stack([platform.astype(np.int32), tenure.astype(np.int32)], axis=1),
        commented=np.ones(n, dtype=bool), theme_ids=tuple(f"t{i}" for i in range(THEMES)),
        mentions=sparse.csr_matrix(said.astype(float)), negative=sparse.csr_matrix((n, THEMES)),
        sessions=busy.astype(np.int64), frictions=tuple((f"Screen {i}", "ui_freeze") for i in range(FRICTIONS)),
        exposed=sparse.csr_matrix(met.astype(float)),
    )  # fmt: skip
    names = {t: ThemeName(t, t, "discovered") for t in frame.theme_ids}
    links = screen_links(frame, names)
    true = [k for k in links if (k.theme_id, k.screen) == ("t0", "Screen 0")]
    everybody = pooled_odds(frame.mentions, frame.exposed, np.zeros(n, dtype=np.int64))
    held = false_discoveries(special.erfc(np.abs(everybody.z.ravel()) / np.sqrt(2))).reshape(everybody.z.shape)
    crude = held & (everybody.z > 0)
    crude[0, 0] = False
    covers = bool(true) and true[0].odds.low is not None and true[0].odds.high is not None
    return LinkRun(
        len(links) - len(true), int(crude.sum()), bool(true),
        covers and (true[0].odds.low or 0) <= odds <= (true[0].odds.high or 0),
    )  # fmt: skip


def _chance(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(special.expit(log_odds))


@dataclass(frozen=True)
class LeakRun:
    """One planted funnel: whether the leak's friction was blamed at its step, how many others were, whether the worst
    step is the leaking one, whether the interval of its friction's difference holds the truth (None where too few met
    it to say)."""

    found: bool
    false: int
    worst: bool
    covers: bool | None


def leak_run(seed: int, sessions: int, leak: float) -> LeakRun:
    """Four screens; freezes on the third keep `leak` more of those who meet them from going on (0 for none)."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, max(2, sessions // 2), sessions).astype(np.int64)
    met = rng.random((sessions, 4, len(SIGNALS))) < 0.08
    froze = met[:, 2, SIGNALS.index("ui_freeze")]
    stays = np.stack([np.full(sessions, 0.75), np.full(sessions, 0.75), 0.75 - leak * froze], axis=1)
    depth = 1 + np.cumprod(rng.random((sessions, 3)) < stays, axis=1).sum(axis=1)
    seen = np.arange(4)[None, :] < depth[:, None]
    walks = Walks(
        ("Home", "Basket", "Payment", "Done"), "session", depth.astype(np.int64), met & seen[:, :, None],
        np.ones(sessions, dtype=bool), person, ("plan",), (("free", "pro"),),
        rng.integers(0, 2, (sessions, 1)).astype(np.int32),
    )  # fmt: skip
    found = funnel(walks)
    blamed = [(step.number, f) for step in found.steps for f in step.frictions if f.significant]
    true = [f for step in found.steps if step.number == 3 for f in step.frictions if f.signal == "ui_freeze"]
    hits = [f for number, f in blamed if (number, f.signal) == (3, "ui_freeze")]
    low, high = (true[0].difference.low, true[0].difference.high) if true else (None, None)
    covers = low <= -leak <= high if low is not None and high is not None else None
    false = len(blamed) - (len(hits) if leak else 0)
    return LeakRun(bool(hits), false, found.worst_first[0].number == 3, covers)
