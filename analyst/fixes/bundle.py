"""The lift of several fixes together: one question to the model about everybody whom any of them reaches, never a sum.

Who met two troubles loses less than both losses, where one bad experience is enough; or gains only when both are
mended. Either way the sum of two lifts is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analyst.findings import Counterfactual, ExposureGap, covariance
from analyst.fixes.lift import Lift, exposed_share, lift_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame


@dataclass(frozen=True)
class Part:
    """One fix's share in a bundle: the `troubles` (places in Bundles.gaps) that it mends, its own `lift`, and whether
    that is reckoned from the current window alone (`now`)."""

    troubles: tuple[int, ...]
    lift: Lift
    now: bool


@dataclass(frozen=True)
class Bundles:
    """The troubles of a frame, ready for questions about sets of them."""

    frame: DesignFrame
    gaps: Sequence[ExposureGap]
    seen: float
    realisation: float

    @cached_property
    def _met(self) -> NDArray[np.bool_]:
        if not self.gaps:
            return np.zeros((self.frame.n, 0), dtype=bool)
        return np.stack([gap.trouble.exposed for gap in self.gaps], axis=1)

    @cached_property
    def _model(self) -> Counterfactual:
        return Counterfactual(self.frame, self._met, self.frame.with_sessions)

    @cached_property
    def _asked(self) -> dict[tuple[tuple[int, ...], bool], tuple[Lift, NDArray[np.float64]] | None]:
        """Answers so far: the same few fixes are asked of again and again."""
        return {}

    def exposed(self, troubles: Sequence[int]) -> NDArray[np.bool_]:
        """(n,) who met any of them."""
        found: NDArray[np.bool_] = np.asarray(self._met[:, list(troubles)].any(axis=1))
        return found

    def raw(self, troubles: Sequence[int], *, now: bool) -> tuple[Lift, NDArray[np.float64]] | None:
        """Lift of mending all of `troubles`, as fitted, and what each answer adds to its error. `now`: from those who
        met them in the current window, since before it other people met others of them."""
        key = tuple(sorted(set(troubles))), now
        if key not in self._asked:
            gap = self._model.gap(key[0], self.frame.post if now else None)
            exposed = self.exposed(troubles)
            self._asked[key] = lift_of(self.frame, gap, exposed, self.seen, self.realisation) if gap else None
        return self._asked[key]

    def joint(self, parts: Sequence[Part]) -> Lift | None:
        """Lift of doing all of `parts`; None where the model cannot tell.

        What the set brings beyond, or short of, its members as fitted is added to their lifts as told, which may have
        been shrunken for having been picked. At least the largest of them.
        """
        if len(parts) == 1:
            return parts[0].lift
        now = any(part.now for part in parts)
        whole = self.raw(tuple(dict.fromkeys(k for part in parts for k in part.troubles)), now=now)
        alone = [self.raw(part.troubles, now=now) for part in parts]
        if whole is None or any(one is None for one in alone):
            return None
        beyond = whole[0].points - sum(one[0].points for one in alone if one)
        points = sum(part.lift.points for part in parts) + beyond
        largest = max(part.lift.points for part in parts)
        error = max(math.sqrt(float(covariance(self.frame, whole[1][:, None])[0, 0])), 0.0)
        return Lift(max(points, largest), error)

    def shared(self, mine: Sequence[int], other: Sequence[int]) -> tuple[float, float]:
        """Part (0..1) of the current window's answers reached by `mine` that `other` reaches too, and how many times
        what chance would bring that is."""
        reached = self.exposed(other)
        share = exposed_share(self.frame, reached, self.frame.post & self.exposed(mine))
        by_chance = exposed_share(self.frame, reached, self.frame.post & self.frame.with_sessions)
        return share, share / by_chance if by_chance > 0 else 0.0
