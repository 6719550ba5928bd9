"""The workspaces that the benchmark reads: the sample company at the size that is wanted, analysed once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LARGE = 3.2  # the sample company's scale that gives more than 100,000 opinions
SEED = 7


def made(folder: Path, scale: float) -> Path:
    """`folder` with the sample company at `scale` in it, generated, imported and analysed unless it is there."""
    from analyst.sample import generate

    if (folder / "runs" / "current").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    company = generate(folder / "sample", folder / "sample-truth", seed=SEED, scale=scale)
    for command in (["import", *map(str, company.files.values())], ["analyze"]):
        subprocess.run([sys.executable, "-m", "analyst", *command, "--workspace", str(folder)], check=True)
    return folder
