"""The digest as Markdown: what an analyst pastes into a report. Customer text is escaped, never interpreted."""

from __future__ import annotations

import re

from analyst.answers import wording as w
from analyst.answers.alerts import TITLE as ALERTS
from analyst.answers.digest import Digest
from analyst.answers.facts import Claim
from analyst.answers.followups import TITLE as FOLLOW_UPS
from analyst.answers.ledger import ledger_rows, total_row
from analyst.core.values import Quote
from analyst.findings.types import Movement, ScreenFriction, ThemeFinding
from analyst.fixes.types import Fix

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def render(digest: Digest) -> str:
    """The whole digest, ending with the facts its sentences cite."""
    parts = [
        f"# {escape(digest.title)}",
        f"*{w.METRIC_NAMES[digest.metric]}, {digest.days}, {escape(digest.where)}; compared with {digest.baseline}. "
        f"Run {digest.run_id}.*",
        _claims(digest.headline),
        _ledger(digest.movement),
        _calendar(digest.movement),
        _alerts(digest),
        _themes(digest),
        _screens(digest),
        _follow_ups(digest),
        _fixes(digest),
        _how_sure(digest),
        _facts(digest),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _marks(claim: Claim) -> str:
    return f" <sup>{', '.join(claim.facts)}</sup>" if claim.facts else ""


def _claims(claims: list[Claim]) -> str:
    if not claims:
        return ""
    first, *rest = claims
    told = [f"**{escape(first.text)}**{_marks(first)}", *(escape(claim.text) + _marks(claim) for claim in rest)]
    return "\n\n".join(told)


def table(header: list[str], rows: list[list[str]], right: set[int] = frozenset()) -> str:  # type: ignore[assignment]
    """A Markdown table; columns whose place is in `right` align right."""
    ruler = ["---:" if place in right else "---" for place in range(len(header))]
    lines = [header, ruler, *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def quote_line(quote: Quote) -> str:
    """One quote with its score and date."""
    score = "" if quote.score is None else f", {quote.score:g}"
    return f"> “{escape(quote.text)}” ({quote.at or 'undated'}{score})"


def _ledger(movement: Movement) -> str:
    if not movement.ledger or movement.verdict in ("noise", "too_little_data"):
        return ""
    rows = [
        [escape(row.label), w.signed(row.estimate.value), w.interval(row.estimate)] for row in ledger_rows(movement)
    ]
    total = total_row(movement)
    rows.append([f"**{total.label}**", f"**{w.signed(total.estimate.value)}**", w.interval(total.estimate)])
    return "## Where the change sits\n\n" + table(["Term", "Points", "95% interval"], rows, {1, 2})


def _calendar(movement: Movement) -> str:
    if not movement.changes:
        return ""
    lines = [f"- {escape(w.calendar_entry(change))}" for change in movement.changes]
    return "What happened just before (no claim that it is the reason):\n\n" + "\n".join(lines)


def _alerts(digest: Digest) -> str:
    if not digest.alerts.summary:
        return ""
    told = [f"## {ALERTS}", escape(digest.alerts.summary)]
    for finding in digest.alerts.fired:
        claim = digest.alert_claims.get(finding.rule.name)
        plan = " ".join(escape(line) for line in finding.plan.splitlines())
        told.append(f"### {escape(finding.rule.name)}")
        told.append(f"{escape(claim.text)}{_marks(claim)}" if claim else "")
        told.append(f"Owner: **{escape(finding.owner)}**, since {finding.since}. Plan: {plan}")
    watched = [digest.alert_claims.get(finding.rule.name) for finding in digest.alerts.watched]
    told.append("\n".join(f"- Watch: {escape(claim.text)}{_marks(claim)}" for claim in watched if claim))
    told.append("\n".join(f"- {escape(f.rule.name)}: {escape(f.sentence)}" for f in digest.alerts.unreadable))
    return "\n\n".join(filter(None, told))


def _themes(digest: Digest) -> str:
    if not digest.themes:
        return "## Themes\n\nNo comment in this window falls into a theme."
    header = ["Theme", "Share", "Before", "Change", "Score gap", "Detractors", "Where", "Screen"]
    body = table(header, [_theme_row(theme) for theme in digest.themes], {1, 2, 3, 4, 5})
    stories = [_theme_story(digest, theme) for theme in digest.themes if theme.quotes]
    moves = []
    for word, themes in (("Rising", digest.rising), ("Falling", digest.falling)):
        if themes:
            named = ", ".join(f"{escape(t.label)} ({w.points_of_share(t.trend.value)})" for t in themes[:6])
            moves.append(f"{word}: {named}.")
    return "\n\n".join(["## Themes", body, *moves, *stories])


def _theme_row(theme: ThemeFinding) -> list[str]:
    lifts = [lift for lift in theme.segments if lift.significant]
    links = [link for link in theme.screens if link.significant]
    return [
        escape(theme.label),
        w.percent(theme.share.value, 1),
        w.percent(theme.share_before.value, 1),
        ("**" + w.points_of_share(theme.trend.value) + "**")
        if theme.trend.excludes_zero()
        else w.points_of_share(theme.trend.value),
        w.signed(theme.gap.value) if theme.gap else "",
        w.percent(theme.detractor_share.value) if theme.detractor_share else "",
        escape(w.place(lifts[0].where, lifts[0].lift.value)) if lifts else "",
        escape(w.friction(links[0].screen, links[0].signal)) if links else "",
    ]


def _theme_story(digest: Digest, theme: ThemeFinding) -> str:
    claim = digest.theme_claims.get(theme.theme_id)
    told = [f"### {escape(theme.label)}"]
    if claim:
        told.append(escape(claim.text) + _marks(claim))
    told.append("\n>\n".join(quote_line(quote) for quote in theme.quotes))
    return "\n\n".join(told)


def _screens(digest: Digest) -> str:
    if not digest.screens:
        return ""
    header = ["Screen", "Signal", "Sessions", "Rate", "Before", "Change", "Score gap", "Where"]
    rows = [_screen_row(screen) for screen in digest.screens]
    claims = [
        f"- {escape(claim.text)}{_marks(claim)}"
        for screen in digest.screens
        if (claim := digest.screen_claims.get(f"{screen.screen}|{screen.signal}"))
    ]
    return "\n\n".join(["## Friction screens", table(header, rows, {2, 3, 4, 5, 6}), "\n".join(claims)])


def _screen_row(screen: ScreenFriction) -> list[str]:
    lifts = [lift for lift in screen.segments if lift.significant]
    change = w.points_of_share(screen.trend.value)
    return [
        escape(screen.screen),
        w.SIGNAL_WORDS.get(screen.signal, screen.signal) + (f" ({screen.band})" if screen.band else ""),
        w.count(screen.sessions),
        w.percent(screen.rate.value, 1),
        w.percent(screen.rate_before.value, 1),
        f"**{change}**" if screen.trend.excludes_zero() else change,
        w.signed(screen.gap.value) if screen.gap else "",
        escape(w.place(lifts[0].where, lifts[0].lift.value)) if lifts else "",
    ]


def _follow_ups(digest: Digest) -> str:
    follow = digest.follow_ups
    if not follow.standings and not follow.note:
        return ""
    claims = [digest.follow_claims.get(standing.fix_id) for standing in follow.standings]
    lines = "\n".join(f"- {escape(claim.text)}{_marks(claim)}" for claim in claims if claim)
    return "\n\n".join(filter(None, [f"## {FOLLOW_UPS}", escape(follow.note), lines]))


def _fixes(digest: Digest) -> str:
    if not digest.fixes:
        return "## Fix first\n\nNo fix is supported by enough evidence in this window."
    learned = f"Expected lifts: {escape(digest.calibration)}." if digest.calibration else ""
    return "\n\n".join(filter(None, ["## Fix first", learned, *(_fix(digest, fix) for fix in digest.fixes)]))


def _fix(digest: Digest, fix: Fix) -> str:
    claim = digest.fix_claims.get(fix.fix_id)
    effort = f"{fix.effort:g} person-weeks{' (assumed)' if fix.effort_assumed else ''}"
    told = [f"### {fix.rank}. {escape(fix.title)}", escape(fix.action)]
    if claim:
        told.append(escape(claim.text) + _marks(claim))
    told.append(f"Confidence {w.percent(fix.confidence)}, effort {effort}." + _tie(fix))
    told += ["\n".join(f"- {escape(fact)}" for fact in fix.facts)] if fix.facts else []
    told += ["\n>\n".join(quote_line(quote) for quote in fix.quotes)] if fix.quotes else []
    if fix.replays:
        told.append("Sessions: " + ", ".join(escape(url) for url in fix.replays[:3]))
    elif fix.sessions:
        told.append("Sessions: " + ", ".join(escape(session) for session in fix.sessions[:3]))
    if fix.verify:
        told.append(f"*To verify:* {escape(fix.verify)}")
    return "\n\n".join(told)


def _tie(fix: Fix) -> str:
    return f" It is {escape(w.tie(fix.tied_with))}." if fix.tied_with else ""


def _how_sure(digest: Digest) -> str:
    lines = [f"- {escape(claim.text)}{_marks(claim)}" for claim in digest.coverage_claims]
    lines += [f"- {escape(caveat)}" for caveat in digest.caveats]
    lines += [f"- Left out, because it did not pass the check against the facts: {escape(d)}" for d in digest.dropped]
    return "## How sure\n\n" + "\n".join(lines) if lines else ""


def _facts(digest: Digest) -> str:
    if not digest.facts:
        return ""
    lines = [f"- **{fact.fact_id}** {escape(fact.text)}" for fact in digest.facts.values()]
    command = next(iter(digest.facts.values())).command
    return "## The facts behind the sentences\n\n" + "\n".join(lines) + f"\n\nAgain: `{command}`"
