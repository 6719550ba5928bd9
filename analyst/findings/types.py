"""What the findings say: plain data, every number with its interval and n. The contract with the rooms above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from analyst.core.query import Where
from analyst.core.values import Estimate, Quote

if TYPE_CHECKING:
    from analyst.findings.coverage import JoinCoverage


class QuoteLookup(Protocol):
    """Finds exact words: up to `limit` quotes of `theme_id` (any theme when None) among `response_ids`, best first."""

    def __call__(self, theme_id: str | None, response_ids: Sequence[str], limit: int) -> list[Quote]: ...


@dataclass(frozen=True)
class ThemeName:
    """What a theme is called, and whether it is discovered, seeded or system."""

    theme_id: str
    label: str
    kind: str


LinkKind = Literal["exposed", "named", "session"]
Verdict = Literal["too_little_data", "moved", "masked", "noise"]
MovedHow = Literal["broad", "concentrated", "mix_only"]


@dataclass(frozen=True)
class LedgerTerm:
    """One term of the ledger, in points of the score. The terms of one ledger add up to the change exactly.

    `kind` is mix (the people changed), common (everybody shifted), segment (a group shifted) or release
    (a level that did not exist before). `where` is empty except for segment and release terms.
    """

    kind: Literal["mix", "common", "segment", "release"]
    label: str
    points: float
    low: float
    high: float
    where: Where = ()
    dimension: str | None = None


@dataclass(frozen=True)
class SegmentFinding:
    """A segment whose score moved differently from everybody else's.

    `effect` is the extra change inside the segment in points, `share` its share of the current window's
    responses, `contribution` its points of the whole change (its term of the ledger), `checked` how many segments
    were searched, `p_family` the chance that any of them looks this sharp in a week in which none moved. Where
    `shrunken`, the effect was found so close to that limit that it is given as what remains after allowing for
    having been picked; the ledger keeps the term as fitted, so that it still adds up.
    """

    where: Where
    effect: Estimate
    share: float
    contribution: float
    checked: int
    p_family: float
    shrunken: bool = False
    change: Estimate | None = None  # of its own score, beside `effect`, which is what it moved apart from the others
    themes: list[str] = field(default_factory=list)  # theme ids whose share rose inside it
    screens: list[str] = field(default_factory=list)  # screens whose friction rose inside it
    quotes: list[Quote] = field(default_factory=list)


@dataclass(frozen=True)
class Hidden:
    """The one segment that the headline hides, or that it hides none among the `checked` (`kind` is none).

    `kind`: against (its own score went the other way), apart (it moved while the whole did not), sharper (at least
    twice as far as the whole), behind (clearly less than the whole). `change` is that of its own score, `rest` that
    of everybody else, in points.
    """

    kind: Literal["none", "against", "apart", "sharper", "behind"]
    checked: int
    where: Where = ()
    change: Estimate | None = None
    rest: Estimate | None = None


@dataclass(frozen=True)
class Movement:
    """Why the score moved. `mde` is the smallest change (points) visible with 80 % power at these n."""

    metric: str
    window: str
    baseline: str
    where: Where
    verdict: Verdict
    how: MovedHow | None
    change: Estimate | None
    current: Estimate | None
    before: Estimate | None
    mde: float | None
    needed_n: int | None  # responses a window that would settle a change of this size
    ledger: list[LedgerTerm] = field(default_factory=list)
    segments: list[SegmentFinding] = field(default_factory=list)
    checked: int = 0
    left_out: dict[str, str] = field(default_factory=dict)  # dimension -> why it was not used
    caveats: list[str] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)  # the calendar just before and in the window
    hidden: Hidden | None = None  # None where there is too little data to look
    weighting: str = "answers"


@dataclass(frozen=True)
class ThemeFinding:
    """A theme in the current window against the baseline.

    `share` and `share_before` are shares of commented responses that mention it, `trend` their difference (with
    interval), `detractor_share` the share of its mentioning responses that are detractors, `gap` the mean score of
    those who mention it minus that of those who comment without it, `segments` where detractors who mention it are
    commoner than elsewhere.
    """

    theme_id: str
    label: str
    kind: str
    mentions: int
    share: Estimate
    share_before: Estimate
    trend: Estimate
    gap: Estimate | None
    detractor_share: Estimate | None
    negative_share: float | None
    segments: list[SegmentLift] = field(default_factory=list)
    screens: list[ScreenLink] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    is_new: bool = False


@dataclass(frozen=True)
class SegmentLift:
    """How much commoner something is in a segment than outside it (a ratio of shares, with interval)."""

    where: Where
    lift: Estimate
    share_in: float
    share_out: float
    significant: bool  # after false-discovery control over all segments looked at


@dataclass(frozen=True)
class ScreenLink:
    """A theme's tie to friction on a screen: those who mention it met it more often before their answer.

    `odds` is the odds ratio of exposure among mentioners against commenters in the same segments with as many
    sessions who do not mention it; `significant` after false-discovery control; `n` (in odds) the mentioners with
    sessions. The shares are plain ones. `kinds` says what else ties the two (see ThemeScreen).
    """

    theme_id: str
    screen: str
    signal: str
    odds: Estimate
    exposed_share: float
    other_share: float
    significant: bool
    named: int = 0  # opinions of the theme that name the screen in words
    kinds: tuple[LinkKind, ...] = ("exposed",)


@dataclass(frozen=True)
class ThemeScreen:
    """A screen of a theme and what ties them.

    exposed: its mentioners met friction there before they answered (`exposure`, the sharpest signal) · named: its
    opinions name the screen more often than others do (`words`) · session: sessions whose summaries fall in the theme
    met friction there more often (`summaries`). The odds are ratios with intervals; n counts opinions and people.
    """

    theme_id: str
    screen: str
    kinds: tuple[LinkKind, ...]
    exposure: ScreenLink | None = None
    words: Estimate | None = None
    summaries: Estimate | None = None


@dataclass(frozen=True)
class ScreenFriction:
    """Friction on one screen in the window: share of the sessions that visited it which met `signal`.

    `sessions` (and `rate.n`) are the sessions that visited the screen in the window, `users` those who met the signal
    on it.
    """

    screen: str
    signal: str
    sessions: int
    users: int
    rate: Estimate
    rate_before: Estimate
    trend: Estimate
    band: Literal["healthy", "median", "high", "serious"] | None  # rage taps only, published bands
    segments: list[SegmentLift] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)  # theme ids linked to it
    gap: Estimate | None = None  # score of those exposed minus others, adjusted for segments
    user_share: Estimate | None = None  # of the people who visited the screen, those who met the signal there
    by_week: list[WeekRate] = field(default_factory=list)  # oldest first, up to the window's end
    taps: TapCheck | None = None  # rage taps only: what goes with them

    @property
    def likely_false(self) -> bool:
        """Whether the rage taps look like taps that are meant to be repeated: no trouble, and nothing to fix."""
        return self.taps is not None and self.taps.likely_false


@dataclass(frozen=True)
class WeekRate:
    """One week's share of the visiting sessions that met the signal."""

    week: str
    rate: Estimate


@dataclass(frozen=True)
class TapCheck:
    """Sessions with rage taps on a screen against other sessions that saw it, over both windows.

    `sessions` had rage taps there, `others` not. As differences of shares, rage tappers' minus the others':
    `trouble`, another signal on the same screen; `ended`, the session ended on it (None where no path is known).
    `longer`: how much longer they lasted, a ratio (None where unknown). `gap`: the score of those exposed minus
    others'. `likely_false` when all of these say that nothing went wrong, and closely enough to tell.
    """

    sessions: int
    others: int
    trouble: Estimate
    ended: Estimate | None
    longer: Estimate | None
    gap: Estimate | None
    likely_false: bool


@dataclass(frozen=True)
class Coverage:
    """How much of the story the data can tell: shares of the current window's responses."""

    responses: int
    commented: int
    with_user: int
    with_sessions: int
    opinions: int
    placed: int  # opinions in a theme
    sessions: int
    join: JoinCoverage | None = None  # of the answers with the sessions
