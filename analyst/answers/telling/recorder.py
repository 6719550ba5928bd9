"""Findings as typed facts: what was measured of a movement, a theme, a screen, a fix, with the command for it.

One method a finding; each returns the fact's id. A change and a gap are facts of their own, since a fact states one
direction: that of its first number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import EVERYONE, Allowance, Direction, Number, direction_of, numbers_of
from analyst.answers.telling import words
from analyst.core.query import Where, where_text
from analyst.core.values import Estimate

if TYPE_CHECKING:
    from analyst.answers.telling.desk import Desk
    from analyst.core.query import Query
    from analyst.findings.types import (
        Coverage,
        Movement,
        ScreenFriction,
        ScreenLink,
        SegmentFinding,
        SegmentLift,
        ThemeFinding,
    )
    from analyst.fixes.types import Fix

_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
MAJORITY = 0.5


class Recorder:
    """Registers facts about `query` in the desk's book."""

    def __init__(self, desk: Desk, query: Query) -> None:
        self.desk, self.query = desk, query
        self.window, self.baseline = query.window.label, query.baseline.label
        self.metric = w.METRIC_NAMES[query.metric]
        self.whole = where_text(query.where)

    def add(
        self,
        text: str,
        numbers: Iterable[Number | float | None],
        *,
        n: int | None = None,
        where: Where = (),
        verb: str = "why",
        more: str = "",
        names: Collection[str] = (),
        direction: Direction = "",
        allows: Collection[Allowance] = (),
    ) -> str:
        """A fact about the people of the query, or about those of `where` among them; its text says whom and when."""
        both = tuple(sorted({**dict(self.query.where), **dict(where)}.items()))
        about = where_text(both)
        told = f"{text} [{self.window}{'' if about == EVERYONE else ', ' + about}]"
        return self.desk.book.add(
            told,
            numbers,
            n=n,
            where=about,
            window=self.window,
            command=self.desk.command(verb, self.query, *filter(None, [more])),
            names=(*words.names_of(self.query.where), *words.names_of(where), *names),
            direction=direction,
            allows=allows,
        )

    def change(self, movement: Movement) -> str:
        """The score now and before, and the change; flat where it did not move beyond chance."""
        change, now, past = movement.change, movement.current, movement.before
        if change is None or now is None or past is None:
            counts = [Number(float(one.n), "count", "answers") for one in (now, past) if one]
            n_now, n_past = (now.n if now else 0), (past.n if past else 0)
            counts = [Number(float(n_now), "count", "n now"),
                      Number(float(n_past), "count", "n before", window=self.baseline)]  # fmt: skip
            return self.add(f"{self.metric} answers: {n_now}, before {n_past}", counts, n=n_now + n_past)
        moved = movement.verdict == "moved"
        stretch = words.weeks_before(self.query, self.desk.view.settings.timezone)
        return self.add(
            f"{self.metric} {w.score(now.value, movement.metric)}, {w.score(past.value, movement.metric)} in "
            f"{self.baseline}: change {w.signed(change.value)} ({w.interval(change)})",
            [
                *numbers_of(change, "change"),
                *numbers_of(now, "now", window=self.window),
                *numbers_of(past, "before", window=self.baseline),
                *([Number(movement.mde, "points", "smallest visible")] if movement.mde else []),
                *([Number(float(movement.needed_n), "count", "answers needed")] if movement.needed_n else []),
                *([Number(stretch, "weeks", "windows before"), Number(stretch, "count", "windows before")]
                  if stretch else []),
            ],
            n=change.n,
            names=(self.metric,),
            direction=direction_of(change) if moved else "flat",
        )  # fmt: skip

    def level(self, estimate: Estimate, where: Where = (), allows: Collection[Allowance] = ()) -> str:
        """A score without any change."""
        told = w.score(estimate.value, self.query.metric)
        return self.add(
            f"{self.metric} {told} ({w.interval(estimate)}), {estimate.n} answers",
            numbers_of(estimate, "now"),
            n=estimate.n,
            where=where,
            names=(self.metric,),
            allows=allows,
        )

    def segment(self, found: SegmentFinding, movement: Movement) -> str:
        """How much of the whole change sits with a group, and how many of the answers it holds."""
        total = movement.change.value if movement.change else 0.0
        same = found.contribution * total > 0
        part = found.contribution / total if same else 0.0
        allows: list[Allowance] = ["majority", "most"] if part > MAJORITY else []
        allows += ["all"] if part > 1 else []
        return self.add(
            f"{words.people(found.where)}: {w.percent(found.share)} of the answers, {w.signed(found.contribution)} of "
            f"the {w.signed(total)} points; {w.signed(found.effect.value)} apart from the others "
            f"({w.interval(found.effect)})",
            [
                Number(found.contribution, "points", "contribution"),
                Number(found.share, "share", "share of answers"),
                Number(total, "points", "change"),
                *numbers_of(found.effect, "effect"),
                Number(float(found.checked), "count", "groups checked"),
            ],
            n=found.effect.n,
            where=found.where,
            direction=_sign(found.contribution),
            allows=allows,
        )

    def own_change(self, where: Where, change: Estimate) -> str:
        """How a group's own score moved."""
        return self.add(
            f"{words.people(where)}: own {self.metric} {w.signed(change.value)} ({w.interval(change)})",
            numbers_of(change, "change"),
            n=change.n,
            where=where,
            names=(self.metric,),
            direction=direction_of(change),
        )

    def rest_change(self, apart: Where, change: Estimate) -> str:
        """How everybody else's score moved."""
        return self.add(
            f"Everybody but {words.people(apart)}: {self.metric} {w.signed(change.value)} ({w.interval(change)})",
            numbers_of(change, "change"),
            n=change.n,
            names=(self.metric, *words.names_of(apart)),
            direction=direction_of(change),
        )

    def checked(self, movement: Movement) -> str:
        """How many groups were looked at."""
        allows: list[Allowance] = [] if movement.segments else ["none", "all"]
        found = len(movement.segments)
        return self.add(
            f"Groups looked at: {movement.checked}, {found} beyond chance",
            [Number(float(movement.checked), "count", "groups checked"), Number(float(found), "count", "groups found")],
            n=movement.change.n if movement.change else None,
            direction="" if movement.segments else "flat",
            allows=allows,
        )

    def theme(self, theme: ThemeFinding, allows: Collection[Allowance] = ()) -> str:
        """How many speak of a theme, now and before."""
        return self.add(
            f"“{theme.label}”: {theme.mentions} mentions, {w.percent(theme.share.value, 1)} of the comments, "
            f"{w.percent(theme.share_before.value, 1)} in {self.baseline}",
            [
                *numbers_of(theme.trend, "trend"),
                *numbers_of(theme.share, "share", window=self.window),
                *numbers_of(theme.share_before, "share before", window=self.baseline),
                Number(float(theme.mentions), "count", "mentions", window=self.window),
                Number(float(theme.share.n), "count", "comments", window=self.window),
            ],
            n=theme.share.n,
            verb="themes",
            names=(theme.label,),
            direction="up" if theme.is_new else direction_of(theme.trend),
            allows=(*(["new"] if theme.is_new else []), *allows),  # type: ignore[arg-type]
        )

    def theme_gap(self, theme: ThemeFinding, allows: Collection[Allowance] = ()) -> str:
        """How those who mention a theme score, against other commenters."""
        gap = theme.gap
        assert gap is not None
        detractors = [Number(theme.detractor_share.value, "share", "detractors")] if theme.detractor_share else []
        return self.add(
            f"Those who mention “{theme.label}” score {w.signed(gap.value)} against other commenters "
            f"({w.interval(gap)})",
            [*numbers_of(gap, "gap"), *detractors],
            n=gap.n,
            verb="themes",
            names=(theme.label,),
            direction=direction_of(gap),
            allows=("together", *allows),
        )

    def theme_place(self, theme: ThemeFinding, lift: SegmentLift) -> str:
        """Where those who mention a theme are commoner among detractors."""
        return self._lift(f"Detractors who mention “{theme.label}”", lift, "themes", (theme.label,))

    def theme_screen(self, theme: ThemeFinding, link: ScreenLink) -> str:
        """Which friction those who mention a theme had met before they answered."""
        return self.add(
            f"{w.percent(link.exposed_share)} of those who mention “{theme.label}” had met "
            f"{w.friction(link.screen, link.signal)} before, {w.percent(link.other_share)} of other commenters",
            [
                Number(link.exposed_share, "share", "exposed"),
                Number(link.other_share, "share", "exposed of others"),
                *numbers_of(link.odds, "odds"),
            ],
            n=link.odds.n,
            verb="themes",
            names=(theme.label, link.screen, w.SIGNAL_WORDS.get(link.signal, link.signal)),
            direction="up",
            allows=["together"],
        )

    def friction(self, screen: ScreenFriction, allows: Collection[Allowance] = ()) -> str:
        """How many of the visits meet a friction signal on a screen, now and before."""
        return self.add(
            f"{words.capital(w.friction(screen.screen, screen.signal))}: {w.percent(screen.rate.value, 1)} of "
            f"{screen.sessions} visits, {w.percent(screen.rate_before.value, 1)} in {self.baseline}",
            [
                *numbers_of(screen.trend, "trend"),
                *numbers_of(screen.rate, "rate", window=self.window),
                *numbers_of(screen.rate_before, "rate before", window=self.baseline),
                Number(float(screen.sessions), "count", "visits", window=self.window),
                Number(float(screen.users), "count", "people", window=self.window),
            ],
            n=screen.sessions,
            verb="screens",
            names=_friction_names(screen),
            direction=direction_of(screen.trend),
            allows=allows,
        )

    def friction_gap(self, screen: ScreenFriction, allows: Collection[Allowance] = ()) -> str:
        """How those who met a friction signal score, against others like them."""
        gap = screen.gap
        assert gap is not None
        return self.add(
            f"Those who met {w.friction(screen.screen, screen.signal)} score {w.signed(gap.value)} against others like "
            f"them ({w.interval(gap)})",
            numbers_of(gap, "gap"),
            n=gap.n,
            verb="screens",
            names=_friction_names(screen),
            direction=direction_of(gap),
            allows=("together", *allows),
        )

    def friction_place(self, screen: ScreenFriction, lift: SegmentLift) -> str:
        """Where a friction signal is commoner."""
        thing = w.friction(screen.screen, screen.signal)
        return self._lift(words.capital(thing), lift, "screens", _friction_names(screen))

    def _lift(self, thing: str, lift: SegmentLift, verb: str, names: Collection[str]) -> str:
        only: list[Allowance] = ["only"] if lift.lift.value >= w.ALMOST_ONLY else []
        return self.add(
            f"{thing}: {w.percent(lift.share_in, 1)} in {words.people(lift.where)}, {w.percent(lift.share_out, 1)} "
            "elsewhere",
            [
                *numbers_of(lift.lift, "times as common"),
                Number(lift.share_in, "share", "inside"),
                Number(lift.share_out, "share", "elsewhere"),
            ],
            n=lift.lift.n,
            where=lift.where,
            verb=verb,
            names=names,
            direction="up" if lift.lift.value > 1 else "down",
            allows=("together", "most", *only),
        )

    def fix(self, fix: Fix) -> str:
        """What a fix should bring, on what grade of evidence, and its place."""
        joint = fix.together if fix.rank > 1 else None
        told = [Number(float(digits.replace(",", "")), "any", "title") for digits in _DIGITS.findall(fix.title)]
        labels = [self.desk.labels[theme] for theme in fix.themes if theme in self.desk.labels]
        self.desk.titles.add(fix.title)
        first: list[Allowance] = ["first", "most"] if fix.rank == 1 else []
        if fix.grade == "C":
            first.append("none")  # no session shows it
        return self.add(
            f"{fix.fix_id}, {fix.title}: lift {w.signed(fix.lift.value)} ({w.interval(fix.lift)}), grade {fix.grade}",
            [
                *numbers_of(fix.lift, "lift"),
                *([Number(float(fix.reach), "count", "reach")] if fix.reach is not None else []),
                Number(fix.confidence, "share", "confidence"),
                Number(fix.effort, "weeks", "effort"),
                Number(float(fix.rank), "count", "rank"),
                *(numbers_of(joint, "joint") if joint else []),
                *told,
            ],
            n=fix.lift.n,
            verb="fixes",
            names=(fix.fix_id, fix.title, *words.names_of(fix.where), *labels, *filter(None, [fix.screen, fix.since])),
            direction=direction_of(fix.lift),
            allows=("together", *first),
        )

    def coverage(self, coverage: Coverage) -> str:
        """How many answers, comments and joined sessions there are behind the answer."""
        total = max(coverage.responses, 1)
        shares = {
            "commented": coverage.commented / total,
            "joined": coverage.with_sessions / total,
            "placed": coverage.placed / max(coverage.opinions, 1),
        }
        counts = {
            "answers": coverage.responses,
            "comments": coverage.commented,
            "answers with sessions": coverage.with_sessions,
            "opinions": coverage.opinions,
            "opinions placed": coverage.placed,
            "sessions": coverage.sessions,
        }
        return self.add(
            f"{coverage.responses} answers, {coverage.commented} with a comment, {coverage.with_sessions} with a "
            f"session before; {coverage.placed} of {coverage.opinions} opinions in a theme; {coverage.sessions} "
            "sessions",
            [
                *(Number(float(value), "count", of) for of, value in counts.items()),
                *(Number(value, "share", of) for of, value in shares.items()),
            ],
            n=coverage.responses,
            allows=["none"] if not all(counts.values()) else (),
        )


def _friction_names(screen: ScreenFriction) -> tuple[str, str, str]:
    return screen.screen, w.SIGNAL_WORDS.get(screen.signal, screen.signal), w.friction(screen.screen, screen.signal)


def _sign(value: float) -> Direction:
    return "up" if value > 0 else "down" if value < 0 else "flat"
