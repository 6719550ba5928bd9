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

FORMAT = 1
_ARRAYS, _CARD = "model.npz", "model.json"
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
    born: str | None = None  # run or date of its first appearance, as the caller names it


@dataclass(frozen=True)
class ThemeModel:
    """The head and the catalogue of a run. Themes 0..k-1 are active, in the head's order; dormant ones follow.

    `dormant_centroids` (m, d) belong to the themes after the active ones. `pool` holds the content hashes of
    the texts that fitted nowhere when the clusters were fitted: a birth must be made of others.
    """

    head: Head
    themes: list[CatalogueTheme]
    dormant_centroids: Floats
    encoder: str  # name-revision of the encoder that the vectors must come from
    areas: dict[str, str] = field(default_factory=dict)  # area_id -> label
    pool: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    fitted: dict[str, Any] = field(default_factory=dict)  # what the clusters were fitted on, to tell when to refit

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
            dormant, pool = arrays.pop("dormant"), arrays.pop("pool")
            head = Head(**arrays, threshold=float(card["threshold"]))
            themes = [CatalogueTheme(**theme) for theme in card["themes"]]
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise UndertoneError(
                f"The theme model in {folder} cannot be read: {error}.", "Run `undertone analyze` again."
            ) from error
        return ThemeModel(head, themes, dormant, str(card["encoder"]), dict(card["areas"]), pool, dict(card["fitted"]))
