"""The sample-company suite: make a company with known truth, analyse it, and compare.

The truth is read here and nowhere else; the analysis gets only what a customer would import.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.clock import fixed_clock
from analyst.core.progress import Progress
from analyst.core.settings import Settings, load_settings
from eval.measures import adjusted_mutual_information, adjusted_rand_index, coverage, majority_names, mapped_f1, ndcg

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.fixes.types import Fix
    from analyst.runs.view import View

FILES = ("nps", "csat", "ces", "sessions", "tickets", "customers", "changes")


@dataclass(frozen=True)
class SuiteResult:
    """What one company showed: measures by name, and the details a person may want to read."""

    seed: int
    measures: dict[str, float]
    details: dict[str, Any]


def run_company(seed: int, progress: Progress, *, scale: float = 1.0, cache: Path | None = None) -> SuiteResult:
    """Make company `seed` in a temporary workspace, analyse it and measure it against its truth.

    `cache` keeps exported models and vectors between companies.
    """
    from analyst.answers.gather import Gatherer
    from analyst.records import import_file, open_store
    from analyst.runs.analyze import analyze
    from analyst.runs.view import choose_query, open_view
    from analyst.sample import generate

    with tempfile.TemporaryDirectory(prefix="undertone-eval-") as folder:
        home = Path(folder)
        company = generate(home / "files", home / "truth", seed=seed, scale=scale)
        settings = load_settings(workspace=home / "workspace")
        settings.workspace.mkdir()
        if cache is not None:
            (settings.workspace / "cache").symlink_to(cache.absolute(), target_is_directory=True)
        clock = fixed_clock(_morning_after(company.last_day))
        with open_store(settings.database_url) as store:
            for name in FILES:
                import_file(store, company.files[name], settings=settings, clock=clock, progress=progress)
            analyze(store, settings, clock=clock, progress=progress)
        view = open_view(settings, clock)
        found = Gatherer(view, choose_query(view, "nps"))
        return measure(seed, view, found, home / "truth", settings)


def _morning_after(day: Any) -> Any:
    from datetime import UTC, datetime, time, timedelta

    return datetime.combine(day + timedelta(days=1), time(8), UTC)


def measure(seed: int, view: View, found: Gatherer, truth: Path, settings: Settings) -> SuiteResult:
    """Compare the run in `view` with the truth files of its company."""
    themes, names = _themes(view, truth)
    movement = _movement(found, truth)
    fixes, ranked = _fixes(found.fixes, names, truth)
    details = {
        "verdict": found.movement.verdict,
        "how": found.movement.how,
        "segments": [dict(segment.where) for segment in found.movement.segments],
        "fixes": ranked,
    }
    return SuiteResult(seed, themes | movement | fixes, details)


def _themes(view: View, truth: Path) -> tuple[dict[str, float], Mapping[str, str]]:
    """Theme measures over every true opinion, and the true name of each found theme."""
    rows = view.connection.execute(
        """
        SELECT r.source_id, o.start, o."end", coalesce(o.theme_id, 'unassigned'), o.state, o.sentiment
        FROM opinions o JOIN responses r USING (response_id) WHERE o.field = 'text'
        """
    ).fetchall()
    ours: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for source_id, start, end, theme, _, sentiment in rows:
        ours[source_id].append((start, end, theme, sentiment))
    pairs: list[tuple[str, str]] = []
    moods: list[bool] = []
    true_sets: dict[str, set[str]] = defaultdict(set)
    for row in _read_csv(truth / "opinions.csv"):
        start, end, name = int(row["start"]), int(row["end"]), row["theme"]
        true_sets[row["response_id"]].add(name)
        theme, mood = _overlapping(ours.get(row["response_id"], []), start, end)
        pairs.append((name, theme))
        if row["sentiment"] in "+-" and mood in ("positive", "negative"):
            moods.append((row["sentiment"] == "+") == (mood == "positive"))
    true, guess = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    documents = sorted(true_sets)
    found_sets = [{theme for *_, theme, _ in ours.get(d, [])} - {"unassigned"} for d in documents]
    measures = {
        "theme_ami": adjusted_mutual_information(true, guess),
        "theme_ari": adjusted_rand_index(true, guess),
        "theme_mapped_f1": mapped_f1([true_sets[d] for d in documents], found_sets),
        "theme_count_ratio": len(set(guess) - {"unassigned"}) / len(set(true)),
        "coverage": coverage([row[4] for row in rows]),
        "sentiment_right": sum(moods) / len(moods) if moods else float("nan"),
    }
    return measures, majority_names(pairs)


def _overlapping(opinions: list[tuple[int, int, str, str]], start: int, end: int) -> tuple[str, str]:
    """Theme and sentiment of the opinion that shares most characters with the span."""
    best = max(opinions, key=lambda o: min(o[1], end) - max(o[0], start), default=None)
    return (best[2], best[3]) if best is not None else ("unassigned", "unknown")


def _movement(found: Gatherer, truth: Path) -> dict[str, float]:
    """Whether the planted main cause is seen: the verdict, the segment, and the change's interval."""
    causes = {cause["id"]: cause for cause in json.loads((truth / "causes.json").read_text(encoding="utf-8"))}
    main = causes["main"]["where"]
    segments = [dict(segment.where) for segment in found.movement.segments]
    effect = float(causes["main"]["effect"])
    first = found.movement.segments[0] if found.movement.segments else None
    return {
        "verdict_moved": float(found.movement.verdict == "moved"),
        "main_segment_found": float(main in segments),
        "main_segment_first": float(bool(segments) and segments[0] == main),
        "main_effect_error": abs(first.contribution - effect) if first else float("nan"),
    }


def _fixes(fixes: list[Fix], names: Mapping[str, str], truth: Path) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """nDCG@5 with the true lift as gain; a second fix for the same truth gains nothing."""
    known = json.loads((truth / "fixes.json").read_text(encoding="utf-8"))
    taken: set[str] = set()
    ranked: list[dict[str, Any]] = []
    for fix in fixes:
        true = _true_fix(fix, names, known)
        gain = 0.0 if true is None or true["id"] in taken or true["decoy"] else max(0.0, float(true["lift"]))
        ranked.append({"title": fix.title, "grade": fix.grade, "lift": fix.lift.value,
                       "true": true["id"] if true else None, "true_lift": gain})  # fmt: skip
        taken |= {true["id"]} if true else set()
    ideal = [max(0.0, float(fix["lift"])) for fix in known if not fix["decoy"]]
    return {
        "fix_ndcg_at_5": ndcg([row["true_lift"] for row in ranked], ideal),
        "main_fix_first": float(bool(ranked) and ranked[0]["true"] == "main"),
    }, ranked


def _true_fix(fix: Fix, names: Mapping[str, str], known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The true fix that a recommendation means: same screen and signal, else the same theme."""
    themes = {names.get(theme) for theme in fix.themes}
    if fix.screen is not None:
        stem = (fix.signal or "").rstrip("s")
        on_screen = [k for k in known if k["screen"] == fix.screen and any(s.rstrip("s") == stem for s in k["signals"])]
        named = [k for k in on_screen if k["theme"] in themes] or on_screen
        return named[0] if named else None
    return next((k for k in known if k["theme"] in themes and not k["screen"]), None)


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
