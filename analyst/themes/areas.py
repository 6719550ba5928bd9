"""Areas: the level above themes, a handful of groups of themes that lie close together."""

from __future__ import annotations

import numpy as np

from analyst.themes.cluster import Floats, Ints

_APART = 0.55  # cosine distance (average linkage) up to which themes share an area


def group_themes(middle: Floats, sizes: Ints) -> Ints:
    """The area of each theme, (k,), from unit centroids (k, d); areas are numbered by mentions, largest first.

    At most about 1.5 * sqrt(k) + 2 areas: a level above is of use only when it is short.
    """
    k = len(middle)
    if k < 3:
        return np.arange(k, dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    apart = np.nan_to_num(pdist(middle.astype(np.float64), "cosine"), nan=1.0)  # nobody speaks of a theme: no middle
    tree = linkage(np.clip(apart, 0, 2), "average")
    flat = fcluster(tree, t=_APART, criterion="distance")
    most = int(1.5 * np.sqrt(k)) + 2
    if len(np.unique(flat)) > most:
        flat = fcluster(tree, t=most, criterion="maxclust")
    mass = {group: int(sizes[flat == group].sum()) for group in np.unique(flat).tolist()}
    order = sorted(mass, key=lambda group: (-mass[group], group))
    rank = {group: place for place, group in enumerate(order)}
    return np.array([rank[group] for group in flat.tolist()], dtype=np.int64)


def area_id(theme_ids: list[str]) -> str:
    """The id of an area: that of its largest theme (given first), so that it lasts as long as that theme does."""
    return "a-" + theme_ids[0].removeprefix("t-")


def area_label(labels: list[str]) -> str:
    """ "Late delivery and driver": the names of the two largest themes; one theme lends its own."""
    if len(labels) == 1:
        return labels[0]
    first, second = labels[0], labels[1]
    return f"{first} / {second[:1].lower() + second[1:]}"
