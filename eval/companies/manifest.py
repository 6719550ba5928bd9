"""Which companies are measured, and which of them nobody may learn from."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from analyst.core.errors import UsageProblem

MANIFEST = Path(__file__).resolve().parent.parent / "companies.toml"
Split = Literal["quick", "dev", "test"]
SPLITS: tuple[Split, ...] = ("quick", "dev", "test")


@dataclass(frozen=True)
class CompanyEntry:
    """One company to make: its seed, its size (1 is about 1,075 NPS answers a week), the split it belongs to, whether
    it is in the quick part of dev, and whether its themes are found a second time."""

    seed: int
    scale: float
    split: str
    quick: bool = False
    again: bool = False

    @property
    def name(self) -> str:
        """`company-101`: its folder, and the cluster of its rows."""
        return f"company-{self.seed}"


@cache
def companies(path: Path = MANIFEST) -> tuple[CompanyEntry, ...]:
    """Every company of the manifest, in its order. Raises UsageProblem where a seed stands in it twice."""
    with path.open("rb") as handle:
        entries = [CompanyEntry(**entry) for entry in tomllib.load(handle)["company"]]
    if len({entry.seed for entry in entries}) < len(entries):
        raise UsageProblem(f"{path} names a company twice.", "Give each seed one entry.")
    return tuple(entries)


def companies_of(split: Split, path: Path = MANIFEST) -> Sequence[CompanyEntry]:
    """The companies of a split; quick is a part of dev. Raises UsageProblem for an unknown split."""
    if split not in SPLITS:
        raise UsageProblem(f"'{split}' is not a split.", f"Choose one of {', '.join(SPLITS)}.")
    return [e for e in companies(path) if (e.quick if split == "quick" else e.split == split)]


def manifest_hash(path: Path = MANIFEST) -> str:
    """sha256 of the manifest file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
