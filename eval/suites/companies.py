"""The suite of generated companies, whose truth is known: themes, movements, rankings of fixes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyst.core.progress import Progress
from eval.companies.building import code_hash, company_view
from eval.companies.manifest import companies_of, manifest_hash
from eval.companies.measuring import SUITE, company_rows
from eval.companies.opinions import alike
from eval.companies.truth import CompanyTruth
from eval.rankers import NAMES
from eval.results import Measure, Options, Row, value

ANOTHER_SEED = 8  # of the search for themes; the setting's own is 7
MEASURES = (
    Measure("fix_ndcg_5", "ranking of fixes, nDCG at 5 with linear gain, relevance 0-3 from true lifts"),
    Measure("fix_ndcg_5_lift", "the same with the true lift itself as gain"),
    Measure("fix_mrr", "1 / place of the first fix of relevance 2 or more"),
    Measure("fix_precision_3", "share of the first 3 places with relevance 2 or more"),
    Measure("fix_recall_5", "share of the fixes of relevance 2 or more that are in the first 5 places"),
    Measure("fix_err_5", "expected reciprocal rank at 5"),
    Measure("fix_judged_5", "share of the first 5 recommendations that mean something known"),
    Measure("verdict_right", "verdict right, where the truth demands one"),
    Measure("false_alarm", "of scores that stood still: a movement or a segment was told", "lower"),
    Measure("segment_f1", "segments found against planted ones, exact, micro-F1"),
    Measure("change_covered", "true changes that lie in the 95 % interval"),
    Measure("theme_ami", "themes against true ones, every opinion: adjusted mutual information"),
    Measure("theme_ari", "the same as adjusted Rand index"),
    Measure("theme_b_cubed", "the same as B-cubed F1"),
    Measure("theme_mapped_f1", "themes of a comment, mapped on one half and scored on the other: micro-F1"),
    Measure("theme_stability", "themes found again with another random seed: adjusted mutual information of the two"),
    Measure("theme_coverage", "share of opinions that are in a theme"),
    Measure("label_coverage", "share of the true themes that a found theme's label names, by words"),
    Measure("sentiment_right", "sentiment right, where both sides see one"),
    *(
        Measure(f"{kind}: {name}", f"nDCG at 5 of the order by {name}, {told}", reference=True)
        for kind, told in (("pool", "same candidates"), ("native", "its own list"))
        for name in NAMES
    ),
)


class Companies:
    """Companies of the manifest, made, analysed and compared with their truth."""

    name = SUITE
    title = "Generated companies"
    measures = MEASURES

    def rows(self, options: Options, progress: Progress) -> Iterator[Row]:
        """The rows of every company of the split; a company made before is reused."""
        entries = options.entries or companies_of(options.split)
        for place, entry in enumerate(entries, start=1):
            progress.note(f"{entry.name} of size {entry.scale:g} ({place} of {len(entries)})")
            home = Path(options.keep) / entry.name
            view = company_view(home, entry.seed, entry.scale, progress, cache=options.cache)
            truth = CompanyTruth(entry.seed, entry.scale)
            yield from company_rows(entry.name, view, home, truth, options.analyst)
            if entry.again:
                second = home.with_name(f"{home.name}-again")
                other = company_view(
                    second, entry.seed, entry.scale, progress, cache=options.cache, theme_seed=ANOTHER_SEED
                )
                values = {"theme_stability": value(alike(view, other))}
                yield Row(SUITE, "themes", f"{entry.name}/stability", entry.name, values)

    def fingerprint(self) -> str:
        """Hash of the manifest and of the code that makes the companies."""
        return f"{manifest_hash()[:16]}-{code_hash()}"
