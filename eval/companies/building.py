"""A company made, imported and analysed in a folder of its own; kept and reused while nothing that made it changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.clock import fixed_clock
from analyst.core.progress import Progress
from analyst.core.settings import load_settings

if TYPE_CHECKING:
    from analyst.core.clock import Clock
    from analyst.runs.view import View

FILES = ("nps", "csat", "ces", "sessions", "tickets", "customers", "changes")
STAMP = "made.json"
MADE_BY = ("analyst/sample", "analyst/records", "analyst/themes", "embeddings", "analyst/runs/analyze.py")
ROOT = Path(__file__).resolve().parents[2]


def company_view(
    home: Path, seed: int, scale: float, progress: Progress, *, cache: Path | None = None, theme_seed: int | None = None
) -> View:
    """The analysed company `seed` at size `scale`, as seen on the morning after its last day.

    `home` is its folder: `files` (what a customer would import), `truth` (which the analysis never sees) and
    `workspace`. A folder made before by the same code is opened again, any other made anew. `cache` lends exported
    models and vectors; `theme_seed` is another seed for the search for themes.
    """
    from analyst.runs.view import open_view
    from analyst.sample.spec import LAST_MONDAY

    stamp = {"seed": seed, "scale": scale, "theme_seed": theme_seed, "code": code_hash()}
    clock = _morning_after(LAST_MONDAY + timedelta(days=6))
    if _read(home / STAMP) != stamp:
        # Made beside and then renamed: two processes may make the same company, and neither meets half a one.
        beside = home.with_name(f".{home.name}-{os.getpid()}")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _make(beside, seed, scale, clock, progress, cache, theme_seed)
        (beside / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
        if _read(home / STAMP) != stamp:
            shutil.rmtree(home, ignore_errors=True)
            beside.rename(home)
        shutil.rmtree(beside, ignore_errors=True)
    return open_view(load_settings(workspace=home / "workspace"), clock)


def _make(
    home: Path,
    seed: int,
    scale: float,
    clock: Clock,
    progress: Progress,
    cache: Path | None,
    theme_seed: int | None,
) -> None:
    from analyst.records import import_file, open_store
    from analyst.runs.analyze import analyze
    from analyst.sample import generate

    company = generate(home / "files", home / "truth", seed=seed, scale=scale)
    settings = load_settings(workspace=home / "workspace")
    if theme_seed is not None:
        settings = settings.model_copy(update={"themes": settings.themes.model_copy(update={"seed": theme_seed})})
    settings.workspace.mkdir()
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        (settings.workspace / "cache").symlink_to(cache.absolute(), target_is_directory=True)
    with open_store(settings.database_url) as store:
        for name in FILES:
            import_file(store, company.files[name], settings=settings, clock=clock, progress=progress)
        analyze(store, settings, clock=clock, progress=progress)


def code_hash(root: Path = ROOT) -> str:
    """A hash of the code that makes and analyses a company: another code, another company folder."""
    digest = hashlib.sha256()
    for place in MADE_BY:
        at = root / place
        for file in sorted(at.rglob("*")) if at.is_dir() else [at]:
            if file.suffix in (".py", ".txt", ".toml", ".json"):
                digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _morning_after(day: date) -> Clock:
    return fixed_clock(datetime.combine(day + timedelta(days=1), time(8), UTC))
