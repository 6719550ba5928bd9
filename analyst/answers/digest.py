"""The digest: one model of a period's answer; Markdown, page, mail, Slack, text and JSON are only renderings of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analyst.answers import sentences
from analyst.answers.alerts import Alerts, alert_claim, alert_names
from analyst.answers.facts import Claim, Evidence, Fact, FactBook, Pack
from analyst.answers.followups import FollowUps, follow_claim, follow_names
from analyst.answers.grounding import keep_grounded
from analyst.answers.moves import Moves, holding, theme_moves
from analyst.answers.quota import MOST, deal_quotes
from analyst.core.query import where_text
from analyst.core.values import Quote
from analyst.findings.types import Coverage, Movement, ScreenFriction, ThemeFinding
from analyst.fixes.types import Fix

if TYPE_CHECKING:
    from analyst.answers.gather import Findings, PeriodEstimate

TOP_THEMES = 8
MOST_THEMES = 12  # with those that moved and are not among the top
TOP_SCREENS = 5
TOP_FIXES = 3
QUOTES_WHEN_BRIEF = 6
NO_HEADLINE = "The headline did not stand the check against its facts, so it is left out; what follows stood it."
IN_ACTION = 2  # customers' suggestions that a fix's action quotes


@dataclass(frozen=True)
class Digest:
    """Everything that the renderings show; `claims` of each part passed the grounding check.

    `theme_claims`, `screen_claims`, `fix_claims`, `alert_claims` and `follow_claims` are keyed by theme id,
    "screen|signal", fix id, rule name and fix id. The themes, fixes and segments in here hold only the quotes that the
    digest shows, at most fifteen in all and no response twice. `settle` says what could have been seen at all.
    """

    title: str
    metric: str
    window: str
    baseline: str
    days: str
    where: str
    run_id: str
    headline: list[Claim]
    movement: Movement
    series: list[PeriodEstimate]
    themes: list[ThemeFinding]
    theme_claims: Mapping[str, Claim]
    moves: Moves
    screens: list[ScreenFriction]
    screen_claims: Mapping[str, Claim]
    fixes: list[Fix]
    fix_claims: Mapping[str, Claim]
    coverage: Coverage
    coverage_claims: list[Claim]
    caveats: list[str]
    facts: Mapping[str, Fact]
    labels: Mapping[str, str]
    settle: list[Claim] = field(default_factory=list)
    alerts: Alerts = field(default_factory=Alerts)
    alert_claims: Mapping[str, Claim] = field(default_factory=dict)
    follow_ups: FollowUps = field(default_factory=FollowUps)
    follow_claims: Mapping[str, Claim] = field(default_factory=dict)
    calibration: str = ""
    dropped: list[str] = field(default_factory=list)
    writer: str = "extractive"  # who worded the opening: extractive, or a model and how much of it was grounded

    @property
    def brief(self) -> bool:
        """Whether the score has nothing to explain: then only what moved is told, and the fixes in a line each."""
        return is_brief(self.movement)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all moved, fired or calls for somebody."""
        stirred = self.moves.any or self.screens or self.alerts.fired or self.follow_ups.standings
        return self.brief and not stirred


def is_brief(movement: Movement) -> bool:
    """Whether `movement` leaves nothing to explain: chance, or too little data."""
    return movement.verdict in ("noise", "too_little_data")


def write_digest(found: Findings) -> Digest:
    """Word the findings of one query; sentences that the grounding check refuses are left out and listed."""
    query, movement = found.query, found.movement
    flags = f"--metric {query.metric} --from {found.first_day} --to {found.last_day}"
    if query.where:
        flags += " --where " + ",".join(f"{dimension}={value}" for dimension, value in query.where)
    book = FactBook(query.window.label, f"undertone why {flags} --json", where_text(query.where), query.baseline.label)
    moves = theme_moves(found.themes, found.born, query.window.start)
    themes = _told_themes(found, moves)
    screens = risen(found.screens) if is_brief(movement) else harmful_first(found.screens)[:TOP_SCREENS]
    fixes = found.fixes[:TOP_FIXES]
    movement, themes, fixes = _with_few_quotes(movement, themes, fixes, moves)
    alerts = [*found.alerts.fired, *found.alerts.watched]
    calling = found.follow_ups.standings
    parts = {
        "headline": sentences.headline(movement, book),
        "themes": [sentences.theme_claim(theme, book) for theme in themes],
        "screens": [sentences.screen_claim(screen, book) for screen in screens],
        "fixes": [sentences.fix_claim(fix, query.metric, book) for fix in fixes],
        "alerts": [alert_claim(finding, book) for finding in alerts],
        "follow": [follow_claim(standing, book) for standing in calling],
        "coverage": sentences.coverage_claims(found.coverage, book),
    }
    pack = pack_of(book.facts, found.texts, citable_names(found))
    checked: dict[str, list[Claim]] = {}
    dropped: list[str] = []
    for part, claims in parts.items():
        checked[part], refused = keep_grounded(claims, pack)
        dropped += map(str, refused)
    return Digest(
        title=_title(found),
        metric=query.metric,
        window=query.window.label,
        baseline=query.baseline.label,
        days=f"{found.first_day} to {found.last_day}",
        where=where_text(query.where),
        run_id=found.run_id,
        headline=opening_claims(parts["headline"], checked["headline"]),
        settle=[claim for claim in checked["headline"] if claim.part == "sure"],
        movement=movement,
        series=found.series,
        themes=themes,
        theme_claims=_keyed([t.theme_id for t in themes], parts["themes"], checked["themes"]),
        moves=moves,
        screens=screens,
        screen_claims=_keyed([f"{s.screen}|{s.signal}" for s in screens], parts["screens"], checked["screens"]),
        fixes=fixes,
        fix_claims=_keyed([f.fix_id for f in fixes], parts["fixes"], checked["fixes"]),
        alerts=found.alerts,
        alert_claims=_keyed([a.rule.name for a in alerts], parts["alerts"], checked["alerts"]),
        follow_ups=found.follow_ups,
        follow_claims=_keyed([s.fix_id for s in calling], parts["follow"], checked["follow"]),
        calibration=found.calibration,
        coverage=found.coverage,
        coverage_claims=checked["coverage"],
        caveats=list(movement.caveats),
        facts=dict(book.facts),
        labels=found.labels,
        dropped=dropped,
    )


def opening_claims(made: Sequence[Claim], kept: Sequence[Claim]) -> list[Claim]:
    """The claims that open the digest. Where the verdict is not among those `kept`, the first says so plainly, for a
    reader must not take what follows for the answer."""
    opening = [claim for claim in kept if claim.part != "sure"]
    verdicts = [claim for claim in made if claim.part == "verdict"]
    if opening and all(claim in kept for claim in verdicts):
        return opening
    facts = tuple(dict.fromkeys(one for claim in verdicts for one in claim.facts))
    return [Claim(NO_HEADLINE, facts, part="verdict"), *opening]


def harmful_first(screens: Sequence[ScreenFriction]) -> list[ScreenFriction]:
    """Friction that goes with lower scores or is rising comes first, by how many points go with it; the rest as it was.

    Many sessions hit alone is no harm: people double-tap pictures and hearts and are happy.
    """

    def harm(screen: ScreenFriction) -> float:
        if screen.likely_false:
            return -1.0
        gap = screen.gap.value if screen.gap is not None and screen.gap.excludes_zero() else 0.0
        rise = max(0.0, screen.trend.value) if screen.trend.excludes_zero() else 0.0
        return max(0.0, -gap) * screen.rate.value + 10 * rise

    return sorted(screens, key=lambda screen: -harm(screen))


def risen(screens: Sequence[ScreenFriction]) -> list[ScreenFriction]:
    """Friction that rose, chance over all of `screens` allowed for, and is not meant; the most harmful first."""
    holds = holding([screen.trend for screen in screens])
    up = [s for s, held in zip(screens, holds, strict=True) if held and s.trend.value > 0 and not s.likely_false]
    return harmful_first(up)[:TOP_SCREENS]


def _told_themes(found: Findings, moves: Moves) -> list[ThemeFinding]:
    """The themes that go with the most points, and those that moved; where there is nothing to explain, only these."""
    moved = [theme for theme in moves.any if theme.mentions or theme in moves.quiet]
    if is_brief(found.movement):
        return moved[:TOP_THEMES]
    top = [theme for theme in found.themes if theme.mentions][:TOP_THEMES]
    known = {theme.theme_id for theme in top}
    return [*top, *(theme for theme in moved if theme.theme_id not in known)][:MOST_THEMES]


def worth_a_story(theme: ThemeFinding, moves: Moves) -> bool:
    """Whether a theme is told in a sentence of its own: it moved, or it goes with a score that chance does not make."""
    return theme in moves.any or (theme.gap is not None and theme.gap.excludes_zero())


def _by_score(quotes: Sequence[Quote], low_first: bool) -> list[Quote]:
    """The voices that go with the story first: those of the unhappy where it is about trouble. No score comes last."""
    return sorted(quotes, key=lambda q: (q.score is None, (q.score or 0.0) * (1 if low_first else -1)))


def _with_few_quotes(
    movement: Movement, themes: list[ThemeFinding], fixes: list[Fix], moves: Moves
) -> tuple[Movement, list[ThemeFinding], list[Fix]]:
    """The same with the quotes that the digest shows: those of the segment that moved, of the fixes, of the themes."""
    brief = is_brief(movement)
    subjects: dict[str, Sequence[Quote]] = {}
    if not brief:
        fell = movement.change is not None and movement.change.value < 0
        for place, segment in enumerate(movement.segments[:1]):
            subjects[f"segment {place}"] = _by_score(segment.quotes, fell)
        subjects |= {fix.fix_id: _by_score(fix.quotes, True) for fix in fixes}
    for theme in themes:
        if worth_a_story(theme, moves):
            subjects[theme.theme_id] = _by_score(theme.quotes, theme.gap is None or theme.gap.value < 0)
    suggested = sum(min(len(fix.suggestions), IN_ACTION) for fix in fixes)  # the actions hold these words already
    dealt = deal_quotes(subjects, QUOTES_WHEN_BRIEF if brief else MOST - suggested)
    segments = [
        replace(segment, quotes=dealt.get(f"segment {place}", [])) for place, segment in enumerate(movement.segments)
    ]
    return (
        replace(movement, segments=segments),
        [replace(theme, quotes=dealt.get(theme.theme_id, [])) for theme in themes],
        [replace(fix, quotes=dealt.get(fix.fix_id, []), suggestions=fix.suggestions[:IN_ACTION]) for fix in fixes],
    )


def _title(found: Findings) -> str:
    period = {"week": "Weekly digest", "month": "Monthly digest", "span": "Digest"}[found.query.window.kind]
    return f"{period} {found.query.window.label}"


def _keyed(keys: list[str], made: list[Claim], kept: list[Claim]) -> dict[str, Claim]:
    """Claims by key, those that were refused left out."""
    passed = set(map(id, kept))
    return {key: claim for key, claim in zip(keys, made, strict=True) if id(claim) in passed}


def pack_of(facts: Mapping[str, Fact], texts: Mapping[str, str], names: Iterable[str]) -> Pack:
    """What the sentences of a digest may say: `texts` are the redacted responses by id."""
    evidence = {one: Evidence(one, "response", text) for one, text in texts.items()}
    return Pack(dict(facts), evidence, frozenset(names))


def citable_names(found: Findings) -> list[str]:
    """Everything that is a name: labels, segment values, screens."""
    values = [value for theme in found.themes for lift in theme.segments for _, value in lift.where]
    values += [value for screen in found.screens for lift in screen.segments for _, value in lift.where]
    values += [value for segment in found.movement.segments for _, value in segment.where]
    names = [*found.labels.values(), *values, *(screen.screen for screen in found.screens)]
    names += alert_names(found.alerts.findings)
    names += follow_names(found.follow_ups)
    return sorted(set(filter(None, names)))
