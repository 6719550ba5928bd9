"""What people do without a method: both are told how many causes there are. They never say 'nothing happened'."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.movement.scenarios import Answers, Where

LEAST = 60


def segments(answers: Answers, depth: int = 2) -> list[tuple[Where, NDArray[np.bool_]]]:
    """Every conjunction of up to `depth` dimensions with 60 answers in both windows, and its members."""
    found: list[tuple[Where, NDArray[np.bool_]]] = []
    names = sorted(answers.values)
    coded = {name: np.unique(answers.values[name], return_inverse=True) for name in names}
    for size in range(1, depth + 1):
        for chosen in combinations(names, size):
            key = np.zeros(len(answers.y), dtype=np.int64)
            for name in chosen:
                key = key * len(coded[name][0]) + coded[name][1]
            for value in np.unique(key):
                inside = key == value
                if min((inside & answers.post).sum(), (inside & ~answers.post).sum()) < LEAST:
                    continue
                row = int(np.argmax(inside))
                found.append((tuple((name, str(answers.values[name][row])) for name in chosen), inside))
    return found


def rank(answers: Answers, depth: int = 2) -> tuple[list[Where], list[Where], int]:
    """Segments by naive contribution (share times own change, in the direction of the total), segments by the z of
    their own change, and how many of those lie beyond 1.96."""
    y, post = answers.y, answers.post
    change = y[post].mean() - y[~post].mean()
    naive: list[tuple[float, Where]] = []
    sharp: list[tuple[float, Where]] = []
    for name, inside in segments(answers, depth):
        now, before = y[inside & post], y[inside & ~post]
        moved = now.mean() - before.mean()
        error = np.sqrt(now.var() / len(now) + before.var() / len(before))
        out_now, out_before = y[~inside & post], y[~inside & ~post]
        apart = moved - (out_now.mean() - out_before.mean()) if len(out_now) and len(out_before) else 0.0
        spread = np.sqrt(error**2 + out_now.var() / len(out_now) + out_before.var() / len(out_before))
        naive.append((float(np.sign(change) * moved * len(now) / post.sum()), name))
        sharp.append((float(abs(apart) / spread) if spread > 0 else 0.0, name))
    naive.sort(key=lambda pair: -pair[0])
    sharp.sort(key=lambda pair: -pair[0])
    return [n for _, n in naive], [n for _, n in sharp], sum(z > 1.96 for z, _ in sharp)
