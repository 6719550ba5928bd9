"""The digest as sections of blocks, in the order in which a busy reader needs them.

Verdict and what moved it first, then what to do, who must act, and only then themes, screens and how sure all that is.
Every rendering sets these same blocks; `short` leaves out what belongs on a page and not in a mail: the fine print of
each fix and the list of facts. Where the score has nothing to explain, only what moved is told.
"""

from __future__ import annotations

import re

from analyst.answers import wording as w
from analyst.answers.alerts import TITLE as ALERTS
from analyst.answers.blocks import Block, Card, Cell, Figure, Grid, Points, Said, Section, Told, told, without_nothing
from analyst.answers.digest import Digest
from analyst.answers.followups import TITLE as FOLLOW_UPS
from analyst.answers.ledger import ledger_rows, total_row
from analyst.core.values import Estimate, Quote, inside_quotes
from analyst.findings.alerts import AlertFinding
from analyst.findings.types import ScreenFriction, ThemeFinding
from analyst.fixes.types import Fix

SHORT_FACTS, SHORT_SESSIONS = 1, 2
NAMED = 6  # themes named in one line of what rose or fell
_SENTENCE = re.compile(r"(?<=[^\s.][.!?”])\s+(?=[A-Z“])")


def about(digest: Digest) -> str:
    """Metric, days, people and baseline in one line."""
    return f"{w.METRIC_NAMES[digest.metric]}, {digest.days}, {digest.where}; compared with {digest.baseline}"


def verdict_line(digest: Digest) -> str:
    """The verdict in the few words that a subject line has: 'NPS fell 13.3 points to +10.0'."""
    movement, name = digest.movement, w.METRIC_NAMES[digest.metric]
    change, now = movement.change, movement.current
    if movement.verdict == "too_little_data" or change is None or now is None:
        return f"{name}: too little data to tell"
    level = w.score(now.value, digest.metric)
    if movement.verdict == "moved":
        return f"{name} {'rose' if change.value > 0 else 'fell'} {w.size(change.value)} points to {level}"
    if movement.verdict == "masked":
        return f"{name} {level}: steady as a whole, but a group moved"
    return f"{name} {level}, no change beyond chance"


def outline(digest: Digest, short: bool = False) -> list[Section]:
    """The digest's sections, those with nothing to say left out."""
    sections = [
        Section("verdict", "", _verdict(digest, short)),
        Section("ledger", "Where the change sits", _ledger(digest)),
        Section("fixes", "Fix first", _fixes(digest, short)),
        Section("alerts", ALERTS, _alerts(digest)),
        Section("follow", FOLLOW_UPS, _follow_ups(digest)),
        Section("themes", "Themes", _themes(digest, short)),
        Section("screens", "Friction screens", _screens(digest, short)),
        Section("sure", "How sure", _how_sure(digest)),
    ]
    if not short:
        sections.append(Section("facts", "The facts behind the sentences", _facts(digest)))
    return [section for section in sections if section.blocks]


def series_words(digest: Digest) -> str:
    """What the chart of the score shows, for those who do not see it."""
    first, last = digest.series[0], digest.series[-1]
    name, lowest = w.METRIC_NAMES[digest.metric], min(p.estimate.value for p in digest.series)
    return (
        f"{name} by period with its 95% interval: {w.score(first.estimate.value, digest.metric)} in {first.period}, "
        f"{w.score(last.estimate.value, digest.metric)} in {last.period}, lowest {w.score(lowest, digest.metric)}."
    )


def first_sentence(text: str) -> str:
    """The first sentence of `text`; one that opens a quotation keeps it whole."""
    parts = _SENTENCE.split(text)
    taken = parts[0]
    for part in parts[1:]:
        if taken.count("“") <= taken.count("”"):
            break
        taken += " " + part
    return taken


def _verdict(digest: Digest, short: bool) -> tuple[Block, ...]:
    blocks: list[Block] = [told(claim, "lead" if place == 0 else "") for place, claim in enumerate(digest.headline)]
    if digest.is_quiet:
        blocks.append(Told(_all_quiet(digest)))
    blocks += [Said(tuple(segment.quotes)) for segment in digest.movement.segments[:1]]
    if len(digest.series) > 1 and not (short and digest.is_quiet):
        caption = f"{w.METRIC_NAMES[digest.metric]} with its 95% interval; the red point is the period of this digest."
        blocks.append(Figure("series", series_words(digest), caption))
    return without_nothing(blocks)


def _all_quiet(digest: Digest) -> str:
    looked = f"none of the {w.count(digest.moves.looked_at)} themes rose or fell" if digest.moves.looked_at else ""
    screens = "no screen's friction rose" if digest.coverage.sessions else ""
    alerts = "no alert fired" if digest.alerts.findings else ""
    said = w.listed([part for part in (looked, screens, alerts) if part])
    return f"A quiet period: {said}, chance allowed for." if said else ""


def _ledger(digest: Digest) -> tuple[Block, ...]:
    movement = digest.movement
    calendar = Points(tuple(Told(w.calendar_entry(change)) for change in movement.changes))
    happened = Card("What happened just before (no claim that it is the reason)", without_nothing([calendar]))
    blocks: list[Block] = []
    if movement.ledger and not digest.brief:
        rows = [_ledger_row(row.label, row.estimate) for row in ledger_rows(movement)]
        total = total_row(movement)
        rows.append(tuple(Cell(cell.text, True) for cell in _ledger_row(total.label, total.estimate)))
        blocks += [
            Figure("ledger", "The change term by term; the table below has the same numbers."),
            Grid(("Term", "Points", "95% interval"), tuple(rows), frozenset({1, 2})),
        ]
    return without_nothing([*blocks, None if digest.brief else happened])


def _ledger_row(label: str, estimate: Estimate) -> tuple[Cell, ...]:
    return Cell(label), Cell(w.signed(estimate.value)), Cell(w.interval(estimate))


def _fixes(digest: Digest, short: bool) -> tuple[Block, ...]:
    if not digest.fixes:
        return (Told("No fix is supported by enough evidence in this window."),)
    learned = Told(f"Expected lifts: {digest.calibration}." if digest.calibration else "", style="quiet")
    if digest.brief:
        lines = tuple(Told(_one_line(fix), label=f"{fix.rank}.") for fix in digest.fixes)
        return without_nothing([Told("Nothing new to fix this period; the list stands:"), Points(lines)])
    return without_nothing([learned, *(_fix(digest, fix, short) for fix in digest.fixes)])


def _one_line(fix: Fix) -> str:
    interval = f" ({w.interval(fix.lift)})" if w.interval(fix.lift) else ""
    return f"{fix.title}; expected lift {w.signed(fix.lift.value)}{interval}, grade {fix.grade}, {fix.fix_id}"


def _fix(digest: Digest, fix: Fix, short: bool) -> Card:
    claim = digest.fix_claims.get(fix.fix_id)
    effort = f"effort {fix.effort:g} person-weeks{' (assumed)' if fix.effort_assumed else ''}"
    facts = fix.facts[:SHORT_FACTS] if short else fix.facts
    seen = fix.replays or fix.sessions
    sessions = ", ".join(seen[: SHORT_SESSIONS if short else 3])
    blocks: list[Block] = [Told(first_sentence(fix.action) if short else fix.action)]
    blocks += [told(claim)] if claim else []
    blocks += [Points(tuple(Told(fact) for fact in facts)), Said(tuple(fix.quotes))]
    blocks.append(Told(sessions, style="quiet", label="Sessions" if sessions else ""))
    if not short:
        blocks.append(Told(fix.verify, style="quiet", label="To verify" if fix.verify else ""))
    place = f"could rank {fix.rank_low} to {fix.rank_high}" if fix.rank_high > fix.rank_low else ""
    sure = [f"grade {fix.grade}", f"confidence {w.percent(fix.confidence)}"]
    chips = [*sure, effort, place, fix.owner or "", fix.fix_id]
    if not short and fix.tied_with:
        blocks.append(Told(f"It is {w.tie(fix.tied_with)}.", style="quiet"))
    return Card(f"{fix.rank}. {fix.title}", without_nothing(blocks), tuple(filter(None, chips)), framed=True)


def _alerts(digest: Digest) -> tuple[Block, ...]:
    alerts = digest.alerts
    if not alerts.summary:
        return ()
    watched = [digest.alert_claims.get(finding.rule.name) for finding in alerts.watched]
    others = [told(claim, label="Watch") for claim in watched if claim]
    others += [Told(finding.sentence, label=finding.rule.name) for finding in alerts.unreadable]
    cards = [_alert(digest, finding) for finding in alerts.fired]
    return without_nothing([Told(alerts.summary), *cards, Points(tuple(others))])


def _alert(digest: Digest, finding: AlertFinding) -> Card:
    claim = digest.alert_claims.get(finding.rule.name)
    plan = Told(" ".join(finding.plan.splitlines()), label="Plan")
    blocks = without_nothing([told(claim) if claim else None, plan])
    return Card(finding.rule.name, blocks, (f"owner {finding.owner}", f"since {finding.since}"), framed=True)


def _follow_ups(digest: Digest) -> tuple[Block, ...]:
    follow = digest.follow_ups
    claims = [digest.follow_claims.get(standing.fix_id) for standing in follow.standings]
    return without_nothing([Told(follow.note), Points(tuple(told(claim) for claim in claims if claim))])


def _themes(digest: Digest, short: bool) -> tuple[Block, ...]:
    if not digest.themes and digest.is_quiet:
        return ()  # the opening says so
    if not digest.themes:
        none_moved = f"None of the {w.count(digest.moves.looked_at)} themes moved beyond chance."
        return (Told(none_moved if digest.moves.looked_at else "No comment in this window falls into a theme."),)
    moved = Points(tuple(_moved(digest)))
    stories = [_story(digest, theme) for theme in digest.themes if theme.quotes]
    if short:  # each sentence names its theme, so that it needs no title
        stories_set = [block for story in stories for block in story.blocks]
        return without_nothing([moved, _theme_grid(digest.themes), *stories_set])
    return without_nothing([moved, _theme_grid(digest.themes), *stories])


def _moved(digest: Digest) -> list[Told]:
    moves = digest.moves
    named = (("New", moves.new), ("Rising", moves.rising), ("Falling", moves.falling), ("Quiet", moves.quiet))
    lines = [Told(_names(themes), label=word) for word, themes in named if themes]
    if not lines and moves.looked_at:
        lines.append(Told(f"None of the {w.count(moves.looked_at)} themes rose or fell beyond chance."))
    return lines


def _names(themes: list[ThemeFinding]) -> str:
    told_of = [f"{theme.label} ({_from_to(theme)})" for theme in themes[:NAMED]]
    more = f" and {len(themes) - NAMED} more" if len(themes) > NAMED else ""
    return f"{', '.join(told_of)}{more}"


def _from_to(theme: ThemeFinding) -> str:
    return f"{w.percent(theme.share_before.value, 1)} to {w.percent(theme.share.value, 1)} of comments"


def _theme_grid(themes: list[ThemeFinding]) -> Grid:
    header = ("Theme", "Share", "Before", "Change", "Score gap", "Detractors", "Most in", "Goes with")
    return Grid(header, tuple(_theme_row(theme) for theme in themes), frozenset({1, 2, 3, 4, 5}), (0, 1, 3, 4))


def _theme_row(theme: ThemeFinding) -> tuple[Cell, ...]:
    lifts = [lift for lift in theme.segments if lift.significant]
    links = [link for link in theme.screens if link.significant]
    mark = " (emerging)" if theme.kind == "emerging" else " (new)" if theme.is_new else ""
    return (
        Cell(theme.label + mark),
        Cell(w.percent(theme.share.value, 1)),
        Cell(w.percent(theme.share_before.value, 1)),
        Cell(w.points_of_share(theme.trend.value), theme.trend.excludes_zero()),
        Cell(w.signed(theme.gap.value) if theme.gap else "", theme.gap is not None and theme.gap.excludes_zero()),
        Cell(w.percent(theme.detractor_share.value) if theme.detractor_share else ""),
        Cell(w.place(lifts[0].where, lifts[0].lift.value) if lifts else ""),
        Cell(w.friction(links[0].screen, links[0].signal) if links else ""),
    )


def _story(digest: Digest, theme: ThemeFinding) -> Card:
    claim = digest.theme_claims.get(theme.theme_id)
    return Card(theme.label, without_nothing([told(claim) if claim else None, Said(tuple(theme.quotes))]))


def _screens(digest: Digest, short: bool) -> tuple[Block, ...]:
    if not digest.screens:
        return ()
    header = ("Screen", "Signal", "Sessions", "Hit", "Before", "Change", "Score gap", "Most on")
    rows = tuple(_screen_row(screen) for screen in digest.screens)
    grid = Grid(header, rows, frozenset({2, 3, 4, 5, 6}), (0, 1, 3, 4, 6))
    claims = [digest.screen_claims.get(f"{screen.screen}|{screen.signal}") for screen in digest.screens]
    lines = Points(tuple(told(claim) for claim in claims if claim))
    return without_nothing([grid] if short else [grid, lines])


def _screen_row(screen: ScreenFriction) -> tuple[Cell, ...]:
    lifts = [lift for lift in screen.segments if lift.significant]
    band = f" ({screen.band})" if screen.band else ""
    gap = screen.gap
    return (
        Cell(screen.screen),
        Cell(w.SIGNAL_WORDS.get(screen.signal, screen.signal) + band),
        Cell(w.count(screen.sessions)),
        Cell(w.percent(screen.rate.value, 1)),
        Cell(w.percent(screen.rate_before.value, 1)),
        Cell(w.points_of_share(screen.trend.value), screen.trend.excludes_zero()),
        Cell(w.signed(gap.value) if gap else "", gap is not None and gap.excludes_zero()),
        Cell(w.place(lifts[0].where, lifts[0].lift.value) if lifts else ""),
    )


def _how_sure(digest: Digest) -> tuple[Block, ...]:
    lines = [told(claim) for claim in (*digest.settle, *digest.coverage_claims)]
    lines += [Told(caveat) for caveat in digest.caveats]
    if digest.dropped:  # how many, and not what: a model that was talked into something would be heard all the same
        said = "1 sentence was" if len(digest.dropped) == 1 else f"{len(digest.dropped)} sentences were"
        lines.append(Told(f"{said} left out: not every word stood the check against the facts."))
    if digest.writer != "extractive":
        lines.append(Told(f"{digest.writer}.", label="Opening worded by"))
    return without_nothing([Points(tuple(lines))])


def _facts(digest: Digest) -> tuple[Block, ...]:
    if not digest.facts:
        return ()
    commands = list(dict.fromkeys(fact.command for fact in digest.facts.values()))
    return (
        Points(tuple(Told(fact.text, label=fact.fact_id) for fact in digest.facts.values())),
        Told(" · ".join(commands), style="quiet", label="To see the numbers again"),
    )


def quote_words(quote: Quote) -> str:
    """“text” (scored 7, 2026-11-13)"""
    return f"“{inside_quotes(quote.text)}” ({quote_origin(quote)})"


def quote_origin(quote: Quote) -> str:
    """scored 7, 2026-11-13"""
    score = "" if quote.score is None else f"scored {quote.score:g}, "
    return f"{score}{quote.at or 'undated'}"
