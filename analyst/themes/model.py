"""What is kept of a run's themes: the head that assigns, and the catalogue of themes with lasting ids.

Saved as plain arrays and JSON, never as a pickle: opening a run must not be able to run code.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.errors import UndertoneError
from analyst.themes.assign import Assignment, Head, assign
from analyst.themes.cluster import Floats

Hashes = NDArray[np.uint64]

FORMAT = 1
_ARRAYS, _CARD = "model.npz", "model.json"
_MEMORY = ("heard", "members", "member_of")
_REMEMBERED = 100_000  # texts whose place is kept from run to run
_HEAD_ARRAYS = ("weights", "bias", "centroids", "reach", "core", "muted")


@dataclass(frozen=True)
class CatalogueTheme:
    """What lasts of a theme from run to run. `status` is active, or dormant when nothing speaks of it now."""

    theme_id: str
    label: str
    keywords: list[str]
    area_id: str
    status: str = "active"
    kind: str = "discovered"
    stability: float | None = None
    born: str | None = None  # day (ISO) of its first mention in any run; never moves to a later one
    last_seen: str | None = None  # day (ISO) of its latest mention


@dataclass(frozen=True)
class ThemeModel:
    """The head and the catalogue of a run. Themes 0..k-1 are active, in the head's order; dormant ones follow.

    `dormant_centroids` (m, d) belong to the themes after the active ones. `pool` holds the content hashes of
    the texts that fitted nowhere when the clusters were fitted. `heard` holds, sorted, the content hashes of all
    texts of that fit: a birth must be made of others. `members` (s,), sorted, and `member_of` (s,) say which theme
    (counted in `themes`, -1 for none) each text was in: by them the themes of two runs share members, whatever
    the encoder. Of more than 100,000 texts the lowest hashes are kept, which is the same sample every time.
    """

    head: Head
    themes: list[CatalogueTheme]
    dormant_centroids: Floats
    encoder: str  # name-revision of the encoder that the vectors must come from
    areas: dict[str, str] = field(default_factory=dict)  # area_id -> label
    pool: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    fitted: dict[str, Any] = field(default_factory=dict)  # what the clusters were fitted on, to tell when to refit
    heard: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    members: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    member_of: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def active(self) -> list[CatalogueTheme]:
        return self.themes[: self.head.count]

    def all_centroids(self) -> Floats:
        """Centroids of active and dormant themes, in the order of `themes`."""
        return np.vstack([self.head.centroids, self.dormant_centroids])

    def assign(self, vectors: Floats) -> Assignment:
        """Place unit rows (n, d) of this model's encoder; `theme` counts in `themes`."""
        return assign(self.head, vectors)

    def save(self, folder: Path) -> None:
        """Write model.npz (plain arrays) and model.json into `folder`, making it when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        head = self.head
        arrays: dict[str, Any] = {name: getattr(head, name) for name in _HEAD_ARRAYS}
        arrays |= {name: getattr(self, name) for name in _MEMORY}
        np.savez(folder / _ARRAYS, dormant=self.dormant_centroids, pool=self.pool, **arrays)
        card = {
            "format": FORMAT,
            "encoder": self.encoder,
            "threshold": head.threshold,
            "areas": self.areas,
            "fitted": self.fitted,
            "themes": [asdict(theme) for theme in self.themes],
        }
        (folder / _CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> ThemeModel:
        """The model in `folder`. Raises UndertoneError when it is missing, damaged or from a newer Undertone."""
        try:
            card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
            if card["format"] > FORMAT:
                raise UndertoneError(f"The theme model in {folder} is from a newer Undertone.", "Update Undertone.")
            with np.load(folder / _ARRAYS, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in (*_HEAD_ARRAYS, "dormant", "pool")}
                memory = {name: kept[name] for name in _MEMORY if name in kept}  # runs of old have none
            dormant, pool = arrays.pop("dormant"), arrays.pop("pool")
            head = Head(**arrays, threshold=float(card["threshold"]))
            themes = [CatalogueTheme(**theme) for theme in card["themes"]]
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise UndertoneError(
                f"The theme model in {folder} cannot be read: {error}.", "Run `undertone analyze` again."
            ) from error
        return ThemeModel(
            head, themes, dormant, str(card["encoder"]), dict(card["areas"]), pool, dict(card["fitted"]), **memory
        )


def consistent(hashes: Hashes) -> Hashes:
    """The lowest 100,000 of `hashes`, sorted: any two runs keep the same ones of the texts they share."""
    return np.sort(hashes)[:_REMEMBERED]


def among_heard(hashes: Hashes, heard: Hashes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(which of `hashes` are in the consistent sample `heard`, which of them the sample can tell of at all)."""
    told = np.ones(len(hashes), dtype=bool) if len(heard) < _REMEMBERED else hashes <= heard[-1]
    return np.isin(hashes, heard), told
