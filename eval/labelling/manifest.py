"""The labelled set's manifest: what it holds, who labelled it and how far they agreed, and a hash of every file.

    python -m eval.labelling.manifest

writes the hashes anew and keeps the rest; `changed_files` says which files are not what the manifest says.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError
from eval.agreement import Agreement
from eval.sets.lines import LABELLED

MANIFEST = "manifest.json"
ABOUT: Mapping[str, Any] = {
    "version": 1,
    "labelled_on": "2026-11-24",
    "company": {"seed": 7, "scale": 1.0, "now": "2026-11-16T08:00:00Z"},
    "guidelines": {"file": "guidelines.md", "version": 1},
    "labellers": "two AI annotators working independently from the guidelines, without seeing each other's labels",
    "decisions": {
        "opinions": "where the two differ, the company's truth decides; where they agree, they stand",
        "fixes": "the mean of the two grades, rounded down",
        "movements": "computed from what the makers of the company know; no labeller",
        "questions": "written by one author, numbers counted from the raw files; no second labeller",
    },
    "elsewhere": {
        "ungrounded and true sentences": "sentences/ in this folder",
        "hostile verbatims": "tests/injection/hostile.jsonl in the repository",
    },
}


def write_manifest(folder: Path, found: Mapping[str, Agreement] | None = None) -> None:
    """Write the manifest of `folder`; without `found`, the agreement that it already holds stays."""
    kept = read_manifest(folder)["agreement"] if found is None else {n: _told(a) for n, a in found.items()}
    manifest = {**ABOUT, "agreement": kept, "files": hashes(folder)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of `folder`. Raises UndertoneError where there is none or it is not JSON."""
    path = folder / MANIFEST
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UndertoneError(f"There is no {path}.", "Make it with `python -m eval.labelling.assembling`.") from error
    except json.JSONDecodeError as error:
        raise UndertoneError(f"{path} is not JSON: {error.msg}.", "Make it anew.") from error
    return found


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder` but the manifest, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix != ".pyc" and not path.name.startswith(".")
    }


def changed_files(folder: Path) -> list[str]:
    """The files that are missing, new or not what the manifest of `folder` says."""
    said, found = read_manifest(folder)["files"], hashes(folder)
    return sorted(name for name in {*said, *found} if said.get(name) != found.get(name))


def _told(one: Agreement) -> dict[str, Any]:
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(one).items()}
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in rounded.items()}


if __name__ == "__main__":
    write_manifest(LABELLED)
