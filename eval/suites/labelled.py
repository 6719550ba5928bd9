"""The suite of labelled opinions, movements and recommendations of the company that ships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyst.core.progress import Progress
from eval.judged import MEASURES, SUITE, labelled_rows
from eval.results import Options, Row
from eval.sets.lines import LABELLED
from eval.suites.folders import hash_of
from eval.suites.shipped import labelled_split, shipped


class Labelled:
    """What two labellers decided, against what the analysis found."""

    name = SUITE
    title = "Labelled opinions, movements and fixes"
    measures = MEASURES

    def rows(self, options: Options, progress: Progress) -> Iterator[Row]:
        """The rows of dev or test."""
        view, home = shipped(options, progress)
        split = labelled_split(options)
        for row in labelled_rows(view, split, options.analyst, home / "truth"):
            yield replace(row, split=split)

    def fingerprint(self) -> str:
        """Hash of everything labelled."""
        return hash_of(LABELLED)
