"""The company that ships, analysed once for every suite that is labelled on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.progress import Progress
from eval.companies.building import company_view
from eval.companies.manifest import Split
from eval.results import Options

if TYPE_CHECKING:
    from analyst.runs.view import View

SEED, SCALE = 7, 1.0


def shipped(options: Options, progress: Progress) -> tuple[View, Path]:
    """Its run, and the folder that holds its `files` and its `truth`."""
    home = options.keep / f"company-{SEED}"
    return company_view(home, SEED, SCALE, progress, cache=options.cache), home


def labelled_split(options: Options) -> Split:
    """The labelled set to read: for the quick part, that of dev."""
    return "test" if options.split == "test" else "dev"
