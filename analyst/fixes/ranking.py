"""Fixes in the order in which to take them: lift, made honest by confidence, over effort."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.findings import (
    ExposureGap,
    QuoteLookup,
    ScreenFriction,
    ScreenLink,
    ThemeFinding,
    ThemeName,
)
from analyst.fixes import wording
from analyst.fixes.candidates import Candidate, from_complaints, from_exposure, merge, spread_of
from analyst.fixes.evidence import SessionEvidence, reach_in_a_quarter, seen_share, showing_sessions
from analyst.fixes.lift import GRADE_WEIGHT, REALISATION, confidence, e_value, tied
from analyst.fixes.types import Fix

if TYPE_CHECKING:
    import duckdb

    from analyst.runs.frame import DesignFrame

EFFORT = 2.0  # person-weeks, assumed until somebody enters them
QUOTES = 3


@dataclass(frozen=True)
class Evidence:
    """What the findings say of the same query, from which fixes are made."""

    names: Mapping[str, ThemeName]
    themes: Sequence[ThemeFinding]
    screens: Sequence[ScreenFriction]
    links: Sequence[ScreenLink]
    gaps: Sequence[ExposureGap]


def rank_fixes(
    connection: duckdb.DuckDBPyConnection,
    frame: DesignFrame,
    query: Query,
    evidence: Evidence,
    *,
    until: datetime,
    join_days: int,
    quotes: QuoteLookup | None = None,
    efforts: Mapping[str, float] | None = None,
    realisation: float = REALISATION,
) -> list[Fix]:
    """What to fix, first things first: by lift times confidence over effort.

    Fixes come from troubles in sessions that go with lower scores (grades A and B), and from complaints that no
    trouble explains (grade C). `efforts` are person-weeks by fix id, where somebody entered them; `quotes` fetches
    exact words; `realisation` (0..1) is the part of a gap that a fix closes. An empty current window gives no fix.
    Lifts of overlapping fixes do not add.
    """
    if not frame.post.any():
        return []
    seen = seen_share(connection, query, until=until)
    exposed = from_exposure(
        frame, evidence.gaps, evidence.links, evidence.themes, evidence.screens, seen=seen, realisation=realisation
    )
    taken = _explained(exposed, evidence.links)
    said = from_complaints(frame, evidence.names, evidence.links, taken=taken, realisation=realisation)
    candidates = merge([*exposed, *said])
    pairs = [[(c.screen, signal) for signal in c.signals if c.screen is not None] for c in candidates]
    reach = reach_in_a_quarter(connection, query, pairs, until=until)
    sessions = showing_sessions(connection, query, pairs, until=until, join_days=join_days)
    spread = spread_of(frame)
    answers = int(frame.post.sum())
    fixes = []
    for i, candidate in enumerate(candidates):
        words = _quotes(candidate, quotes)
        fix = _fix(candidate, query, evidence.names, words, sessions[i], spread, answers)
        weeks = (efforts or {}).get(fix.fix_id)
        reached = reach[i] if candidate.grade != "C" else None
        fixes.append(_with_effort(replace(fix, reach=reached), weeks))
    return _ranked(fixes, {fix.fix_id: c.lift.error for fix, c in zip(fixes, candidates, strict=True)})


def _explained(exposed: Sequence[Candidate], links: Sequence[ScreenLink]) -> list[str]:
    """Themes that a fix from sessions already stands for: its first, and those tied to its screen more than to others.

    Links come the sharpest of each theme first. Without this, one trouble would be told again as a complaint.
    """
    home: dict[str, str] = {}
    for link in links:
        home.setdefault(link.theme_id, link.screen)
    return [t for c in exposed for place, t in enumerate(c.themes) if place == 0 or home.get(t) == c.screen]


def fix_id_of(candidate: Candidate) -> str:
    """An id that stays from run to run with the same screen and theme (signal, where no theme is linked); a complaint
    that no trouble explains goes by its theme alone, since its likeliest screen may change."""
    subject = candidate.themes[0] if candidate.themes else min(candidate.signals, default="")
    key = f"{candidate.screen or '' if candidate.grade != 'C' else ''}|{subject}"
    return "fix-" + hashlib.sha256(key.encode()).hexdigest()[:8]


def _quotes(candidate: Candidate, quotes: QuoteLookup | None) -> list[Quote]:
    if quotes is None or not candidate.mentioners:
        return []
    return quotes(candidate.themes[0] if candidate.themes else None, candidate.mentioners, QUOTES)


def _fix(
    candidate: Candidate,
    query: Query,
    names: Mapping[str, ThemeName],
    quotes: list[Quote],
    sessions: list[SessionEvidence],
    spread: float,
    answers: int,
) -> Fix:
    return Fix(
        fix_id=fix_id_of(candidate),
        title=wording.title(candidate, names),
        action=wording.action(candidate, query, names, len(sessions)),
        screen=candidate.screen,
        signal=candidate.signals[0] if candidate.signals else None,
        where=candidate.where,
        reach=None,
        lift=candidate.interval,
        grade=candidate.grade,
        confidence=confidence(candidate.lift, candidate.grade),
        effort=EFFORT,
        effort_assumed=True,
        priority=0.0,
        rank=0,
        themes=list(candidate.themes),
        quotes=quotes,
        sessions=[session.session_id for session in sessions],
        replays=[session.replay_url for session in sessions if session.replay_url],
        facts=wording.facts(candidate, query, names),
        verify=wording.verification(candidate, query, spread**2, answers),
        e_value=e_value(candidate.gap, spread) if candidate.grade != "C" else None,
    )


def _with_effort(fix: Fix, weeks: float | None) -> Fix:
    effort = weeks if weeks is not None and weeks > 0 else EFFORT
    priority = fix.lift.value * fix.confidence / effort
    return replace(fix, effort=effort, effort_assumed=effort != weeks, priority=priority)


def _ranked(fixes: list[Fix], errors: Mapping[str, float]) -> list[Fix]:
    """By priority, with ranks from 1 and the ids of those whose place could as well be swapped."""
    ordered = sorted(fixes, key=lambda fix: (-fix.priority, fix.fix_id))
    worth = {f.fix_id: (f.priority, errors[f.fix_id] * GRADE_WEIGHT[f.grade] / f.effort) for f in ordered}
    return [
        replace(
            fix,
            rank=place,
            tied_with=[
                other.fix_id
                for other in ordered
                if other.fix_id != fix.fix_id and tied(worth[fix.fix_id], worth[other.fix_id])
            ],
        )
        for place, fix in enumerate(ordered, start=1)
    ]
