"""Fixes in the order in which to take them: lift, made honest by confidence, over effort."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.core.values import Estimate, Quote
from analyst.findings import (
    ExposureGap,
    QuoteLookup,
    ScreenFriction,
    ScreenLink,
    ThemeFinding,
    ThemeName,
)
from analyst.fixes import wording
from analyst.fixes.bundle import Bundles
from analyst.fixes.candidates import Candidate, from_exposure, merge, spread_of
from analyst.fixes.complaints import from_complaints, words
from analyst.fixes.evidence import (
    SessionEvidence,
    reach_in_a_quarter,
    release_days,
    seen_share,
    showing_sessions,
)
from analyst.fixes.lift import REALISATION, confidence, e_value
from analyst.fixes.places import Places, places_of
from analyst.fixes.suggested import Ask, Suggested, suggestions, summary_words
from analyst.fixes.types import Fix, Overlap

if TYPE_CHECKING:
    import duckdb

    from analyst.records.store import FixState
    from analyst.runs.frame import DesignFrame

EFFORT = 2.0  # person-weeks, assumed until somebody enters them
QUOTES = 3
TOLD = 0.2  # an overlap is told from this share of those that either of two fixes reaches
BEYOND_CHANCE = 1.5  # if that is this many times what chance brings
TOGETHER = 10  # fixes from the top whose overlaps and joint lifts are reckoned
VOICES = 3  # themes of a fix whose suggestions count


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
    states: Mapping[str, FixState] | None = None,
    realisation: float = REALISATION,
) -> list[Fix]:
    """What to fix, first things first: by lift times confidence over effort.

    Fixes come from troubles in sessions that go with lower scores (grades A and B), and from complaints that no
    trouble explains (grade C). `states` is what people entered by fix id (owner, status, due, person-weeks);
    `efforts` are person-weeks that go before those; `quotes` fetches exact words; `realisation` (0..1) is the part of
    a gap that a fix closes. An empty current window gives no fix. Lifts of overlapping fixes do not add: each fix
    says with which others it overlaps, and what it brings together with those above it.
    """
    if not frame.post.any():
        return []
    seen = seen_share(connection, query, until=until)
    candidates, bundles = find_candidates(frame, evidence, seen=seen, realisation=realisation)
    ids = [fix_id_of(candidate) for candidate in candidates]
    entered = {fix_id: state.effort for fix_id, state in (states or {}).items() if state.effort is not None}
    entered.update(efforts or {})
    weeks = [_weeks(entered.get(fix_id)) for fix_id in ids]
    places = places_of(frame, candidates, [effort for effort, _ in weeks], ids)
    in_order = [candidates[i] for i in places.order]
    spread, answers = spread_of(frame), int(frame.post.sum())
    heard = [_heard(frame, bundles, candidate) for candidate in in_order]
    support = _supports(connection, query, in_order, heard, until=until, join_days=join_days, watched=seen > 0)
    fixes = []
    for place, (i, candidate) in enumerate(zip(places.order, in_order, strict=True)):
        said = _quotes(candidate, quotes)
        fix = _fix(candidate, query, evidence.names, said, support[place], spread, answers)
        fixes.append(_placed(fix, ids, i, places, weeks[i]))
    return _with_states(_overlapping(fixes, in_order, bundles), states or {})


def find_candidates(
    frame: DesignFrame, evidence: Evidence, *, seen: float, realisation: float = REALISATION
) -> tuple[list[Candidate], Bundles]:
    """What could be fixed, in no order, and the model that answers for several of them at once. `seen` (0..1) is the
    share of answers whose users are seen in sessions at all."""
    bundles = Bundles(frame, evidence.gaps, seen, realisation)
    exposed = from_exposure(
        frame, evidence.gaps, evidence.links, evidence.themes, evidence.screens, seen=seen, realisation=realisation
    )
    taken = _explained(exposed, evidence.links)
    said = from_complaints(
        frame, evidence.names, evidence.links, taken=taken, gaps=evidence.gaps, seen=seen, realisation=realisation
    )
    return [*merge(exposed, bundles), *said], bundles


@dataclass(frozen=True)
class _Support:
    """What the run holds beside the candidate: reach, sessions, customers' proposals, the day its release came."""

    reach: int | None
    sessions: list[SessionEvidence]
    suggested: Suggested
    day: str | None
    shown: str | None  # a sentence of the sessions' summaries
    watched: bool  # whether anybody who answers is seen in sessions


def _supports(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    candidates: Sequence[Candidate],
    heard: Sequence[Collection[str] | None],
    *,
    until: datetime,
    join_days: int,
    watched: bool,
) -> list[_Support]:
    pairs = [[(c.screen, signal) for signal in c.signals if c.screen is not None] for c in candidates]
    reach = reach_in_a_quarter(connection, query, pairs, until=until)
    sessions = showing_sessions(connection, query, pairs, until=until, join_days=join_days)
    shown = summary_words(connection, query, pairs, until=until)
    asks = [
        Ask(c.themes[:VOICES], met, words(f"{c.screen or ''} {sentence or ''}"))
        for c, met, sentence in zip(candidates, heard, shown, strict=True)
    ]
    proposed = suggestions(connection, query, asks, until=until)
    days = release_days(connection, until=until) if any(c.began for c in candidates) else {}
    found = []
    for i, candidate in enumerate(candidates):
        began = candidate.began
        platform = dict(began.where).get("platform", "") if began else ""
        day = (days.get((began.version, platform)) or days.get((began.version, ""))) if began else None
        reached = reach[i] if candidate.grade != "C" else None
        found.append(_Support(reached, sessions[i], proposed[i], day, shown[i], watched))
    return found


def _heard(frame: DesignFrame, bundles: Bundles, candidate: Candidate) -> Collection[str] | None:
    """The answers of those who met a trouble: what they suggest is about it."""
    if not candidate.troubles:
        return None
    return frozenset(str(i) for i in frame.response_id[bundles.exposed(candidate.troubles)])


def _overlapping(fixes: list[Fix], candidates: Sequence[Candidate], bundles: Bundles) -> list[Fix]:
    """With the overlaps of each fix with those above it, and their joint lift so far; the first ten only."""
    found: list[Fix] = []
    above: list[tuple[Fix, Candidate]] = []
    for fix, candidate in zip(fixes, candidates, strict=True):
        if not candidate.troubles or len(above) >= TOGETHER:
            found.append(fix)
            continue
        overlaps: list[Overlap] = []
        facts = list(fix.facts)
        for other, theirs in above:
            shared, beyond = bundles.shared(candidate.troubles, theirs.troubles)
            back, _ = bundles.shared(theirs.troubles, candidate.troubles)
            if max(shared, back) < TOLD or beyond < BEYOND_CHANCE:
                continue
            joint = bundles.joint([theirs.part, candidate.part])
            if joint is not None:
                apart = theirs.lift.points + candidate.lift.points
                overlap = Overlap(other.fix_id, shared, joint.estimate(fix.lift.n), apart)
                overlaps.append(overlap)
                facts.append(wording.overlap_fact(overlap, other.rank))
        above.append((fix, candidate))
        together = bundles.joint([one.part for _, one in above])
        told = together.estimate(sum(other.lift.n for other, _ in above)) if together else None
        found.append(replace(fix, facts=facts, overlaps=overlaps, together=told))
    return found


def joint_of_top(fixes: Sequence[Fix], top: int = 3) -> Estimate | None:
    """Joint lift of the first `top` fixes that rest on sessions; None where none does."""
    told = [fix.together for fix in fixes[:top] if fix.together is not None]
    return told[-1] if told else None


def _with_states(fixes: list[Fix], states: Mapping[str, FixState]) -> list[Fix]:
    return [
        replace(fix, owner=states[fix.fix_id].owner, status=states[fix.fix_id].status, due=states[fix.fix_id].due)
        if fix.fix_id in states
        else fix
        for fix in fixes
    ]


def _explained(exposed: Sequence[Candidate], links: Sequence[ScreenLink]) -> list[str]:
    """Themes that a fix from sessions already stands for: its first, those tied to its screen more than to others, and
    those tied to none that rose with its release.

    Links come the sharpest of each theme first. Without this, one trouble would be told again as a complaint.
    """
    home: dict[str, str] = {}
    for link in links:
        home.setdefault(link.theme_id, link.screen)
    return [t for c in exposed for place, t in enumerate(c.themes) if place == 0 or home.get(t, c.screen) == c.screen]


def fix_id_of(candidate: Candidate) -> str:
    """An id that stays from run to run with the screen and the gravest signal of a trouble, since the theme that it is
    told with may be another next week; a complaint that no trouble explains goes by its theme."""
    if candidate.grade == "C":
        key = f"|{candidate.themes[0]}"
    else:
        key = f"{candidate.screen}|{wording.gravest(candidate.signals)[0]}"
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
    support: _Support,
    spread: float,
    answers: int,
) -> Fix:
    """The fix in words, without its place."""
    since = wording.since(candidate.began, support.day)
    return Fix(
        fix_id=fix_id_of(candidate),
        title=wording.title(candidate, names, since),
        action=wording.action(
            candidate,
            query,
            names,
            since,
            support.suggested,
            support.shown,
            len(support.sessions),
            watched=support.watched,
        ),
        screen=candidate.screen,
        signal=candidate.signals[0] if candidate.signals else None,
        signals=list(candidate.signals),
        where=candidate.where,
        reach=support.reach,
        lift=candidate.interval,
        grade=candidate.grade,
        confidence=confidence(candidate.lift, candidate.grade),
        effort=EFFORT,
        effort_assumed=True,
        priority=0.0,
        rank=0,
        themes=list(candidate.themes),
        quotes=quotes,
        sessions=[session.session_id for session in support.sessions],
        replays=[session.replay_url for session in support.sessions if session.replay_url],
        facts=wording.facts(candidate, query, names),
        verify=wording.verification(candidate, query, spread**2, answers),
        e_value=e_value(candidate.gap, spread) if candidate.grade != "C" else None,
        since=since,
        suggestions=support.suggested.quotes,
        suggested_by=support.suggested.people,
    )


def _weeks(entered: float | None) -> tuple[float, bool]:
    """Person-weeks to reckon with, and whether they are assumed."""
    return (entered, False) if entered is not None and entered > 0 else (EFFORT, True)


def _placed(fix: Fix, ids: Sequence[str], i: int, places: Places, weeks: tuple[float, bool]) -> Fix:
    low, high = places.bounds[i]
    return replace(
        fix,
        effort=weeks[0],
        effort_assumed=weeks[1],
        priority=places.priority[i],
        rank=places.order.index(i) + 1,
        rank_low=low,
        rank_high=high,
        tied_with=[ids[k] for k in places.order if k in places.ties[i]],
    )
