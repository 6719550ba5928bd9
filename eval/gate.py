"""The gate: is what was measured good enough, and no worse than what was committed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.compare import compare
from eval.runs import EvalRun, joined, load

HERE = Path(__file__).resolve().parent
FLOORS = HERE / "floors.toml"
BASELINE = HERE / "baseline"


@dataclass(frozen=True)
class Failure:
    """Why the gate does not open: the suite, the measure, and a sentence."""

    suite: str
    measure: str
    sentence: str


def gate(run: EvalRun, *, floors: Path = FLOORS, baseline: Path = BASELINE) -> list[Failure]:
    """What fails: measures beyond their committed limit, and those significantly worse than the committed baseline.

    `floors` is a TOML file of [suite.split] tables; a limit bounds a measure from below where higher is better, from
    above where lower is. `baseline` is a folder of results files (without one, only the limits count). An empty list:
    the gate opens.
    """
    return [*below_floors(run, read_floors(floors)), *worse_than(run, read_baseline(baseline))]


def read_floors(path: Path) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Limits by suite, split and measure."""
    with path.open("rb") as handle:
        return tomllib.load(handle)


def read_baseline(folder: Path) -> EvalRun | None:
    """The committed runs as one, or None where none is committed."""
    files = sorted(folder.glob("*.json"))
    return joined(load(file) for file in files) if files else None


def below_floors(run: EvalRun, floors: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[Failure]:
    """Measures of the run beyond their limit; one that has a limit and was not measured fails as well."""
    found = []
    for suite in run.measures:
        told = {(one.split, one.measure.name): one for one in run.summaries(suite)}
        for split in sorted({row.split for row in run.rows_of(suite)}):
            for name, limit in floors.get(suite, {}).get(split, {}).items():
                one = told.get((split, name))
                if one is None or not one.interval.rows:
                    found.append(Failure(suite, name, f"{suite}/{split}: {name} has a limit and was not measured."))
                    continue
                mean, lower = one.interval.mean, one.measure.better == "lower"
                if mean > limit if lower else mean < limit:
                    side = "above its ceiling" if lower else "below its floor"
                    found.append(Failure(suite, name, f"{suite}/{split}: {name} is {mean:.3f}, {side} of {limit:g}."))
    return found


def worse_than(run: EvalRun, baseline: EvalRun | None) -> list[Failure]:
    """Measures that are significantly worse than in the baseline, over the rows that both have."""
    if baseline is None:
        return []
    return [
        Failure(
            one.suite,
            one.measure.name,
            f"{one.suite}: {one.measure.name} fell from {one.old:.3f} to {one.new:.3f} against the committed baseline "
            f"(difference {one.difference.difference:+.3f}, {one.difference.low:+.3f} to {one.difference.high:+.3f}, "
            f"p = {one.difference.p:.3f})."
            if one.measure.better == "higher"
            else f"{one.suite}: {one.measure.name} rose from {one.old:.3f} to {one.new:.3f} against the committed "
            f"baseline (difference {one.difference.difference:+.3f}, {one.difference.low:+.3f} to "
            f"{one.difference.high:+.3f}, p = {one.difference.p:.3f}).",
        )
        for one in compare(run, baseline)
        if one.word == "worse"
    ]


def told(failures: Sequence[Failure]) -> str:
    """The failures as sentences, one a line."""
    return "\n".join(failure.sentence for failure in failures)
