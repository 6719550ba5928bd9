"""Findings as terminal tables: what you would paste in a report, not a dump."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyst.answers import wording as w
from analyst.answers.ledger import ledger_rows, total_row
from analyst.core.values import Estimate, Quote

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analyst.answers.digest import Digest
    from analyst.answers.facts import Claim
    from analyst.answers.plain import Line
    from analyst.findings.alerts import AlertFinding
    from analyst.findings.types import Movement, ScreenFriction, ScreenLink, SegmentLift, ThemeFinding
    from analyst.fixes.types import Fix

_BAD, _GOOD = "red", "green"
WIDEST = 110  # columns of prose that one reads without losing the line
SHOWN_FACTS = 5  # of a fix, on a terminal; the other forms show all


def grid(*columns: str, right: Sequence[int] = ()) -> Table:
    """An open table; `right` are the places of columns that align right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place in right else "left", no_wrap=place in right)
    return table


def heading(text: str) -> Text:
    """A section's title with air above."""
    return Text(f"\n{text}", style="bold")


def prose(claims: Sequence[Claim]) -> list[RenderableType]:
    """Sentences, the first one standing out."""
    return [Text(claim.text, style="bold" if place == 0 else "") for place, claim in enumerate(claims)]


def quote_text(quote: Quote) -> RenderableType:
    """A quote with its score and date, set in."""
    score = "" if quote.score is None else f"scored {quote.score:g}, "
    return Padding(Text.assemble(f"“{quote.text}” ", (f"({score}{quote.at or 'undated'})", "dim")), (0, 0, 0, 4))


def coloured(value: str, estimate: Estimate, good_is_up: bool = True) -> Text:
    """A change, coloured only where its interval excludes zero."""
    if not estimate.excludes_zero():
        return Text(value)
    return Text(value, style=_GOOD if (estimate.value > 0) == good_is_up else _BAD)


def ledger_table(movement: Movement) -> Table:
    """The terms of the change; on screen they add up to the total in the last row."""
    table = grid("Where the change sits", "Points", "95% interval", right=(1, 2))
    for row in ledger_rows(movement):
        table.add_row(escape(row.label), coloured(w.signed(row.estimate.value), row.estimate), w.interval(row.estimate))
    total = total_row(movement)
    table.add_section()
    table.add_row(total.label, w.signed(total.estimate.value), w.interval(total.estimate), style="bold")
    return table


def calendar_lines(movement: Movement) -> list[RenderableType]:
    """What happened just before, without claiming it."""
    if not movement.changes:
        return []
    lines: list[RenderableType] = [Text("What happened just before (no claim that it is the reason):", style="dim")]
    for change in movement.changes:
        lines.append(Text(f"  {w.calendar_entry(change)}"))
    return lines


def gathered_in(lifts: Sequence[SegmentLift]) -> str:
    """The sharpest segment for a cell: 'version 4.2.0 (8.8×)'; empty where there is none."""
    found = [lift for lift in lifts if lift.significant]
    return escape(w.place(found[0].where, found[0].lift.value)) if found else ""


def _screen(links: Sequence[ScreenLink]) -> str:
    found = [link for link in links if link.significant]
    return escape(w.friction(found[0].screen, found[0].signal)) if found else ""


def theme_table(themes: Sequence[ThemeFinding]) -> Table:
    """Themes with share, trend, score gap, the segment they gather in and the screen they go with."""
    table = grid("Theme", "Share", "Change", "Score gap", "Detractors", "Most in", "Goes with", right=(1, 2, 3, 4))
    for theme in [theme for theme in themes if theme.mentions or theme.trend.excludes_zero()]:
        table.add_row(
            escape(theme.label) + (" (emerging)" if theme.kind == "emerging" else " (new)" if theme.is_new else ""),
            w.percent(theme.share.value, 1),
            coloured(
                w.points_of_share(theme.trend.value),
                theme.trend,
                good_is_up=(theme.gap.value > 0 if theme.gap else True),
            ),
            coloured(w.signed(theme.gap.value), theme.gap) if theme.gap else "",
            w.percent(theme.detractor_share.value) if theme.detractor_share else "",
            gathered_in(theme.segments),
            _screen(theme.screens),
        )
    return table


def screen_table(screens: Sequence[ScreenFriction]) -> Table:
    """Friction by screen and signal."""
    table = grid("Screen", "Signal", "Sessions hit", "Before", "Change", "Score gap", "Most on", right=(2, 3, 4, 5))
    for screen in screens:
        band = f" ({screen.band})" if screen.band else ""
        table.add_row(
            escape(screen.screen),
            w.SIGNAL_WORDS.get(screen.signal, screen.signal) + band,
            w.percent(screen.rate.value, 1),
            w.percent(screen.rate_before.value, 1),
            coloured(w.points_of_share(screen.trend.value), screen.trend, good_is_up=False),
            coloured(w.signed(screen.gap.value), screen.gap) if screen.gap else "",
            gathered_in(screen.segments),
        )
    return table


def fix_parts(fix: Fix, claim: Claim | None, quotes: int = 3) -> list[RenderableType]:
    """One fix: what, what it should bring, and what that rests on."""
    effort = f"effort {fix.effort:g} person-weeks{' (assumed)' if fix.effort_assumed else ''}"
    parts: list[RenderableType] = [
        Text(f"{fix.rank}. {fix.title}", style="bold"),
        Padding(Text(fix.action), (0, 0, 0, 3)),
    ]
    if claim:
        parts.append(Padding(Text(claim.text), (0, 0, 0, 3)))
    standing = f"Evidence grade {fix.grade}, confidence {w.percent(fix.confidence)}, {effort}; id {fix.fix_id}"
    if fix.tied_with:
        standing += f"; {w.tie(fix.tied_with)}"
    if fix.rank_high > fix.rank_low:
        standing += f"; its place could be {fix.rank_low} to {fix.rank_high}"
    parts.append(Padding(Text(standing, style="dim"), (0, 0, 0, 3)))
    parts += [Padding(Text(f"· {fact}"), (0, 0, 0, 3)) for fact in fix.facts[:SHOWN_FACTS]]
    parts += [quote_text(quote) for quote in fix.quotes[:quotes]]
    seen = fix.replays[:2] or fix.sessions[:2]
    if seen:
        parts.append(Padding(Text(f"Sessions: {', '.join(seen)}", style="dim"), (0, 0, 0, 3)))
    if fix.verify:
        parts.append(Padding(Text(f"To verify: {fix.verify}", style="dim"), (0, 0, 0, 3)))
    return parts


def alert_lines(finding: AlertFinding) -> list[RenderableType]:
    """One alert: its rule, what it saw, who acts and how."""
    plan = Text.assemble((f"Owner: {finding.owner}. ", "bold"), (f"Plan: {' '.join(finding.plan.splitlines())}", ""))
    return [
        Text(f"· {finding.rule.name} (since {finding.since})", style=f"bold {_BAD}"),
        Padding(Text(finding.sentence), (0, 0, 0, 2)),
        Padding(plan, (0, 0, 0, 2)),
    ]


def digest_parts(digest: Digest, width: int) -> list[RenderableType]:
    """The whole digest for a terminal of `width` columns: its plain text, with the headings standing out."""
    from analyst.answers import plain

    return [_digest_line(line) for line in plain.lines(digest, min(width, WIDEST))]


def _digest_line(line: Line) -> Text:
    return Text(line.text, style="bold underline" if line.title else "bold" if line.strong else "")
