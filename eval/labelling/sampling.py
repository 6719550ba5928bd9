"""Which opinions to judge: some of every theme, the uncertain ones more often, each with its weight.

Every theme is cut in two at the median of its probabilities. Of the judgements for a theme, two thirds go to the
uncertain half, where mistakes are; weights by the size of the half make up for it, so that what is found holds for the
whole theme and not for its hard cases. Opinions without a theme are a stratum of their own, so that recall can be told.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyst.runs.view import View

UNASSIGNED = ""  # the theme of an opinion without one
UNCERTAIN_SHARE = 2 / 3  # of the judgements in a theme that go to its uncertain half
FEWEST = 2  # judgements in a theme, where it has so many opinions


@dataclass(frozen=True)
class Candidate:
    """An opinion that may be judged: the theme it is in (empty for none), and how probable that is, 0..1."""

    opinion_id: str
    theme_id: str
    probability: float


@dataclass(frozen=True)
class Drawn:
    """An opinion to judge. `stratum` is what it was drawn from, and `size` how many opinions that holds."""

    opinion_id: str
    theme_id: str
    stratum: str
    size: int


def candidates(view: View) -> list[Candidate]:
    """Every opinion of a survey comment, in the order of its id."""
    rows = view.connection.execute(
        """
        SELECT opinion_id, coalesce(theme_id, ''), coalesce(probability, 0)
        FROM opinions WHERE response_id IS NOT NULL ORDER BY opinion_id
        """
    ).fetchall()
    return [Candidate(*row) for row in rows]


def draw(found: Sequence[Candidate], size: int, seed: int = 7) -> list[Drawn]:
    """About `size` opinions, every theme with at least two (or all it has), the rest by the size of the theme.

    Theme by theme in turn, two uncertain ones before each sure one, so that whoever stops early has something of
    everything and most where mistakes are. The same opinions, size and seed give the same sample, and a larger size
    goes on where a smaller one ended in each theme. Empty where nothing is there to judge.
    """
    themes: dict[str, list[Candidate]] = defaultdict(list)
    for one in found:
        themes[one.theme_id].append(one)
    shares = allocate({theme: len(members) for theme, members in themes.items()}, size)
    drawn: list[tuple[float, int, Drawn]] = []
    for place, theme in enumerate(sorted(themes)):
        for sure, (name, members, number) in enumerate(_halves(theme, themes[theme], shares[theme])):
            shuffled = random.Random(f"{seed}/{name}").sample(members, len(members))
            for turn, one in enumerate(shuffled[:number]):
                order = 2 * turn + 1.5 if sure else float(turn)
                drawn.append((order, place, Drawn(one.opinion_id, theme, name, len(members))))
    return [one for *_, one in sorted(drawn, key=lambda d: d[:2])]


def allocate(sizes: Mapping[str, int], total: int, fewest: int = FEWEST) -> dict[str, int]:
    """How many to draw of each stratum: `fewest` or all it has, the rest in proportion, largest remainders first."""
    given = {name: min(size, fewest) for name, size in sizes.items()}
    left = max(0, min(total, sum(sizes.values())) - sum(given.values()))
    room = {name: sizes[name] - given[name] for name in sizes}
    space = sum(room.values())
    if not space or not left:
        return given
    exact = {name: left * room[name] / space for name in sizes}
    given = {name: given[name] + int(exact[name]) for name in sizes}
    rest = left - sum(int(value) for value in exact.values())
    for name in sorted(sizes, key=lambda n: (-(exact[n] % 1), n))[:rest]:
        given[name] += 1
    return given


def _halves(theme: str, members: list[Candidate], number: int) -> list[tuple[str, list[Candidate], int]]:
    """The uncertain half and the sure one, with how many to draw of each: at least one of both where two are drawn."""
    ranked = sorted(members, key=lambda one: (one.probability, one.opinion_id))
    middle = (len(ranked) + 1) // 2
    uncertain, sure = ranked[:middle], ranked[middle:]
    first = min(len(uncertain), max(1, round(number * UNCERTAIN_SHARE)), number)
    if number >= 2 and sure:
        first = min(first, number - 1)
    second = min(len(sure), number - first)
    first = min(len(uncertain), number - second)
    name = theme or "unassigned"
    return [(f"{name}/uncertain", uncertain, first), (f"{name}/sure", sure, second)]
