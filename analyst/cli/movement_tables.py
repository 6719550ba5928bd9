"""Tables of what lies behind a movement: views, the change weighted to the base, drivers, lags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from analyst.answers import wording as w
from analyst.cli.tables import grid
from analyst.core.values import Estimate

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analyst.findings import ChangeView, Driver, Drivers, Lag, ResponseCheck
    from analyst.findings.views import ViewTerm

SHOWN = 6  # terms of a view by name; the rest is one row
TITLES = {
    "themes": ("The same change by theme (a view of its own, not to be added)", "Talked about more", "Hurts more"),
    "screens": ("The same change by screen (a view of its own, not to be added)", "Met more", "Hurts more"),
}


def view_table(view: ChangeView) -> list[RenderableType]:
    """One view: its largest terms, the others as one row, and the sum."""
    title, more, hurts = TITLES[view.kind]
    table = grid(title, "Share", "Before", more, hurts, "Points", right=(1, 2, 3, 4, 5))
    things = [t for t in view.terms if t.part in ("theme", "screen")]
    for term in [*things[:SHOWN], *(t for t in view.terms if t.part == "unknown")]:
        table.add_row(
            escape(_name(term)), w.percent(term.share, 1), w.percent(term.share_before, 1), _bounded(term.more),
            _bounded(term.hurts), w.signed(term.points),
        )  # fmt: skip
    small = things[SHOWN:]
    if small:
        more_of, hurts_of = sum(t.more[0] for t in small), sum(t.hurts[0] for t in small)
        table.add_row(
            f"{len(small)} more {view.kind}", "", "", w.signed(more_of), w.signed(hurts_of),
            w.signed(more_of + hurts_of),
        )  # fmt: skip
    rest = {"themes": "comments on none of these", "screens": "sessions with none of these"}[view.kind]
    for term in [t for t in view.terms if t.part in ("mix", "rest")]:
        table.add_row(rest if term.part == "rest" else term.label, "", "", "", "", _bounded(term.more))
    table.add_section()
    table.add_row("Change", "", "", "", "", w.signed(sum(t.points for t in view.terms)), style="bold")
    return [Text(""), table]


def _name(term: ViewTerm) -> str:
    screen, _, signal = term.label.partition("|")
    return w.friction(screen, signal) if term.part == "screen" and signal else term.label


def _bounded(part: tuple[float, float, float]) -> str:
    """Points, starred where the interval excludes zero."""
    return w.signed(part[0]) + ("*" if Estimate(part[0], part[1], part[2], 0).excludes_zero() else "")


def response_lines(check: ResponseCheck) -> list[RenderableType]:
    """The change as answered and weighted, side by side, and who could have answered. What there is to warn of stands
    among the movement's caveats."""
    table = grid("Who answered", "Change", "95% interval", right=(1, 2))
    table.add_row("as answered", w.signed(check.raw.value), w.interval(check.raw))
    table.add_row(f"weighted to the {check.base}", w.signed(check.weighted.value), w.interval(check.weighted))
    said = (
        f"{w.percent(check.rate.value, 1)} of {w.count(check.users[0])} {check.base} answered in the window, "
        f"{w.percent(check.rate_before.value, 1)} of {w.count(check.users[1])} in the baseline"
    )
    if check.rate_change is None:
        said += " (not comparable: the windows differ in length)"
    return [Text(""), table, Text(said + ".", style="dim")]


def drivers_table(drivers: Drivers) -> Table:
    """Drivers with the figure that leave-one-out gives beside them."""
    table = grid("Theme", "Share", "Goes with", "95% interval", "At stake", "Leave-one-out", "Explains",
                 right=(1, 2, 3, 4, 5, 6))  # fmt: skip
    for driver in drivers.drivers:
        table.add_row(
            escape(driver.label), w.percent(driver.share, 1), w.signed(driver.effect.value), w.interval(driver.effect),
            w.signed(driver.at_stake.value), w.signed(driver.leave_one_out), w.percent(driver.importance, 1),
        )  # fmt: skip
    return table


def driver_difference(driver: Driver) -> str:
    """Why the adjusted figure differs from the plain one, in a sentence."""
    text = (
        f"{driver.label}: those who mention it score {w.signed(driver.raw_gap)} points apart from other commenters; "
        f"{w.signed(driver.effect.value)} go with the theme itself"
    )
    parts = []
    if driver.along:
        most = driver.along[0]
        parts.append(
            f"{w.signed(driver.along_themes)} with themes mentioned along with it or instead of it (most of all "
            f"{most.label}: {w.percent(most.share_in)} of them mention it, {w.percent(most.share_out)} of others)"
        )
    parts.append(f"{w.signed(driver.along_segments)} with who they are")
    return f"{text}, {w.listed(parts)}."


def lag_table(lag: Lag) -> list[RenderableType]:
    """One trouble's lags, the falsification lag last."""
    title = f"{lag.on[0]}: {', '.join(w.SIGNAL_WORDS.get(s, s) for s in lag.on[1:])}" if lag.on else "Any friction"
    table = grid(title.removesuffix(": "), "Met it", "Goes with", "95% interval", right=(1, 2, 3))
    for effect in lag.effects:
        when = f"{effect.first}–{effect.last} days {'after' if effect.after else 'before'} the answer"
        if effect.effect is None:
            table.add_row(when, "too few", "", "")
        else:
            table.add_row(
                when, w.count(effect.effect.n), w.signed(effect.effect.value), w.interval(effect.effect)
            )  # fmt: skip
    verdict = {
        True: "Friction after the answer goes with no score beyond chance, as it should.",
        False: "Friction after the answer goes with the score too: those who meet it differ otherwise; read with care.",
        None: "Too few met friction after their answer to hold the lags against it.",
    }[lag.clean]
    return [Text(""), table, Text(verdict, style="dim")]
