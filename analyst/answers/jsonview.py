"""The JSON that every surface gives: the command line with --json, the API, the digest file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analyst.answers.alerts import alert_json
from analyst.answers.digest import Digest
from analyst.answers.facts import Claim, Fact
from analyst.answers.followups import standing_json
from analyst.core.query import Where
from analyst.core.values import Estimate, Quote
from analyst.findings import ChangeView, Drivers, Lag, ResponseCheck
from analyst.findings.types import (
    Hidden,
    LedgerTerm,
    Movement,
    ScreenFriction,
    ScreenLink,
    SegmentFinding,
    SegmentLift,
    ThemeFinding,
)
from analyst.fixes.types import Fix


def estimate_json(estimate: Estimate | None) -> dict[str, Any] | None:
    """value, interval, n and unit."""
    if estimate is None:
        return None
    return {
        "value": estimate.value,
        "interval": [estimate.low, estimate.high],
        "n": estimate.n,
        "unit": estimate.unit,
    }


def _where(where: Where) -> dict[str, str]:
    return dict(where)


def quote_json(quote: Quote) -> dict[str, Any]:
    """{text, response_id, score, at}"""
    return asdict(quote)


def _term(term: LedgerTerm) -> dict[str, Any]:
    return {
        "kind": term.kind,
        "label": term.label,
        "dimension": term.dimension,
        "where": _where(term.where),
        "points": term.points,
        "interval": [term.low, term.high],
    }


def _segment(segment: SegmentFinding) -> dict[str, Any]:
    return {
        "where": _where(segment.where),
        "effect": segment.effect.value,
        "interval": [segment.effect.low, segment.effect.high],
        "n": segment.effect.n,
        "share": segment.share,
        "contribution": segment.contribution,
        "checked": segment.checked,
        "p_family": segment.p_family,
        "shrunken": segment.shrunken,
        "change": estimate_json(segment.change),
        "themes": segment.themes,
        "screens": segment.screens,
        "quotes": [quote_json(quote) for quote in segment.quotes],
    }


def movement_json(movement: Movement) -> dict[str, Any]:
    """`undertone why --json`: verdict, change, interval, n, mde, ledger[], segments[]."""
    change = movement.change
    return {
        "metric": movement.metric,
        "window": movement.window,
        "baseline": movement.baseline,
        "where": _where(movement.where),
        "verdict": movement.verdict,
        "how": movement.how,
        "change": change.value if change else None,
        "interval": [change.low, change.high] if change else [None, None],
        "n": change.n if change else 0,
        "current": estimate_json(movement.current),
        "before": estimate_json(movement.before),
        "mde": movement.mde,
        "needed_n": movement.needed_n,
        "ledger": [_term(term) for term in movement.ledger],
        "segments": [_segment(segment) for segment in movement.segments],
        "checked": movement.checked,
        "left_out": movement.left_out,
        "caveats": movement.caveats,
        "changes": movement.changes,
        "hidden": _hidden(movement.hidden),
        "weighting": movement.weighting,
    }


def _hidden(hidden: Hidden | None) -> dict[str, Any] | None:
    if hidden is None:
        return None
    return {
        "kind": hidden.kind,
        "checked": hidden.checked,
        "where": _where(hidden.where),
        "change": estimate_json(hidden.change),
        "rest": estimate_json(hidden.rest),
    }


def _part(part: tuple[float, float, float]) -> dict[str, Any]:
    return {"points": part[0], "interval": [part[1], part[2]]}


def view_json(view: ChangeView) -> dict[str, Any]:
    """The change as themes or as screens: terms that add up to `change` by themselves."""
    return {
        "kind": view.kind,
        "change": view.change,
        "terms": [
            {
                "part": term.part,
                "name": term.name,
                "label": term.label,
                "points": term.points,
                "more": _part(term.more),
                "hurts": _part(term.hurts),
                "share": term.share,
                "share_before": term.share_before,
            }
            for term in view.terms
        ],
    }


def response_json(check: ResponseCheck | None) -> dict[str, Any] | None:
    """The change as answered beside the change weighted to the active base; None where the base is not known."""
    if check is None:
        return None
    return {
        "base": check.base,
        "users": list(check.users),
        "rate": estimate_json(check.rate),
        "rate_before": estimate_json(check.rate_before),
        "rate_change": estimate_json(check.rate_change),
        "dimensions": list(check.dimensions),
        "raw": estimate_json(check.raw),
        "weighted": estimate_json(check.weighted),
        "n_eff": list(check.n_eff),
        "warning": check.warning,
    }


def drivers_json(drivers: Drivers) -> dict[str, Any]:
    """`undertone drivers --json`."""
    return {
        "n": drivers.n,
        "explained": drivers.explained,
        "drivers": [
            {
                **asdict(driver),
                "effect": estimate_json(driver.effect),
                "at_stake": estimate_json(driver.at_stake),
                "along": [asdict(along) for along in driver.along],
            }
            for driver in drivers.drivers
        ],
    }


def lag_json(lag: Lag) -> dict[str, Any]:
    """`undertone lag --json`: one entry a trouble."""
    return {
        "on": list(lag.on),
        "n": lag.n,
        "clean": lag.clean,
        "lags": [{**asdict(e), "effect": estimate_json(e.effect)} for e in lag.effects],
    }


def _lift(lift: SegmentLift) -> dict[str, Any]:
    return {
        "where": _where(lift.where),
        "lift": estimate_json(lift.lift),
        "share_in": lift.share_in,
        "share_out": lift.share_out,
        "significant": lift.significant,
    }


def _link(link: ScreenLink) -> dict[str, Any]:
    return {
        "theme_id": link.theme_id,
        "screen": link.screen,
        "signal": link.signal,
        "odds": estimate_json(link.odds),
        "exposed_share": link.exposed_share,
        "other_share": link.other_share,
        "significant": link.significant,
        "named": link.named,
        "kinds": list(link.kinds),
    }


def theme_json(theme: ThemeFinding) -> dict[str, Any]:
    """One theme with its share, trend, gap, segments, screens and quotes."""
    return {
        "theme_id": theme.theme_id,
        "label": theme.label,
        "kind": theme.kind,
        "mentions": theme.mentions,
        "share": estimate_json(theme.share),
        "share_before": estimate_json(theme.share_before),
        "trend": estimate_json(theme.trend),
        "gap": estimate_json(theme.gap),
        "detractor_share": estimate_json(theme.detractor_share),
        "negative_share": theme.negative_share,
        "is_new": theme.is_new,
        "segments": [_lift(lift) for lift in theme.segments],
        "screens": [_link(link) for link in theme.screens],
        "quotes": [quote_json(quote) for quote in theme.quotes],
    }


def screen_json(screen: ScreenFriction) -> dict[str, Any]:
    """One screen's friction of one signal."""
    return {
        "screen": screen.screen,
        "signal": screen.signal,
        "sessions": screen.sessions,
        "users": screen.users,
        "rate": estimate_json(screen.rate),
        "rate_before": estimate_json(screen.rate_before),
        "user_share": estimate_json(screen.user_share),
        "by_week": [{"week": week.week, "rate": estimate_json(week.rate)} for week in screen.by_week],
        "likely_false": screen.likely_false,
        "taps": None if screen.taps is None else asdict(screen.taps),
        "trend": estimate_json(screen.trend),
        "band": screen.band,
        "gap": estimate_json(screen.gap),
        "segments": [_lift(lift) for lift in screen.segments],
        "themes": screen.themes,
    }


def fix_json(fix: Fix) -> dict[str, Any]:
    """One fix: {fix_id, title, action, screen, where, reach, lift, interval, grade, ...}"""
    return {
        **asdict(fix),
        "where": _where(fix.where),
        "lift": fix.lift.value,
        "interval": [fix.lift.low, fix.lift.high],
        "n": fix.lift.n,
        "quotes": [quote_json(quote) for quote in fix.quotes],
        "suggestions": [quote_json(quote) for quote in fix.suggestions],
        "together": estimate_json(fix.together),
        "overlaps": [{**asdict(overlap), "joint": estimate_json(overlap.joint)} for overlap in fix.overlaps],
    }


def claim_json(claim: Claim) -> dict[str, Any]:
    """A sentence with the ids of what it rests on."""
    return {"text": claim.text, "cites": list(claim.cites), "facts": list(claim.facts), "part": claim.part}


def fact_json(fact: Fact) -> dict[str, Any]:
    """A fact with its numbers; of a number only what is known is said."""
    numbers = [{key: value for key, value in asdict(one).items() if value not in (None, "")} for one in fact.numbers]
    return {**asdict(fact), "numbers": numbers, "names": list(fact.names), "allows": sorted(fact.allows)}


def digest_json(digest: Digest) -> dict[str, Any]:
    """The whole digest: claims, findings, fixes and the facts behind every sentence."""
    claims = [*digest.headline, *digest.settle, *digest.theme_claims.values(), *digest.screen_claims.values()]
    claims += [*digest.fix_claims.values(), *digest.alert_claims.values(), *digest.coverage_claims]
    claims += digest.follow_claims.values()
    return {
        "title": digest.title,
        "metric": digest.metric,
        "window": digest.window,
        "baseline": digest.baseline,
        "days": digest.days,
        "where": digest.where,
        "run_id": digest.run_id,
        "headline": [claim_json(claim) for claim in digest.headline],
        "brief": digest.brief,
        "claims": [claim_json(claim) for claim in claims],
        "movement": movement_json(digest.movement),
        "series": [
            {"period": p.period, "in_window": p.in_window, "score": estimate_json(p.estimate)} for p in digest.series
        ],
        "themes": [theme_json(theme) for theme in digest.themes],
        "rising": [theme.theme_id for theme in digest.moves.rising],
        "falling": [theme.theme_id for theme in digest.moves.falling],
        "new": [theme.theme_id for theme in digest.moves.new],
        "quiet": [theme.theme_id for theme in digest.moves.quiet],
        "looked_at": digest.moves.looked_at,
        "screens": [screen_json(screen) for screen in digest.screens],
        "fixes": [fix_json(fix) for fix in digest.fixes],
        "alerts": [alert_json(finding) for finding in digest.alerts.findings],
        "follow_ups": [standing_json(standing) for standing in digest.follow_ups.standings],
        "calibration": digest.calibration,
        "coverage": asdict(digest.coverage),
        "caveats": digest.caveats,
        "facts": [fact_json(fact) for fact in digest.facts.values()],
        "dropped": digest.dropped,
        "writer": digest.writer,
    }
