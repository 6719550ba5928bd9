"""Which levels are new releases, to whom, and what they replaced."""

import numpy as np
from numpy.typing import NDArray

from analyst.findings.axes import make_axes
from analyst.findings.releases import Release, find_releases
from analyst.runs.frame import DesignFrame
from tests.findings.planted import frame_of

VERSIONS = ("4.1", "4.0", "4.2", "(missing)")
PLATFORMS = ("android", "ios", "web")


def _frame(
    share: dict[tuple[str, bool], tuple[float, ...]], n: int = 3000, names: tuple[str, ...] = VERSIONS
) -> DesignFrame:
    """Versions drawn per (platform, window); web has none."""
    rng = np.random.default_rng(0)
    post = np.arange(n) >= n // 2
    platform = rng.choice(3, n, p=[0.5, 0.35, 0.15])
    version: NDArray[np.int64] = np.full(n, 3)
    for (name, now), weights in share.items():
        rows = (platform == PLATFORMS.index(name)) & (post == now)
        version[rows] = rng.choice(len(weights), int(rows.sum()), p=weights)
    return frame_of(
        y=np.zeros(n), post=post, codes=np.column_stack([version, platform]).astype(np.int32),
        levels=(names, PLATFORMS), dimensions=("app_version", "platform"),
    )  # fmt: skip


def _found(frame: DesignFrame) -> list[Release]:
    return find_releases(frame, frame.dimensions, 30)


OLD, NEW = (0.7, 0.3, 0.0), (0.3, 0.0, 0.7)


def test_new_to_everybody() -> None:
    frame = _frame({("android", False): OLD, ("android", True): NEW, ("ios", False): OLD, ("ios", True): NEW})
    (release,) = _found(frame)
    assert (release.value, release.context, release.replaced) == ("4.2", (), "4.1")
    version = np.array(VERSIONS)[frame.codes[:, 0]]
    assert set(version[release.inside & frame.post]) == {"4.2"}
    assert set(version[release.inside & ~frame.post]) == {"4.1", "4.0"}


def test_new_and_only_on_android_is_named_so() -> None:
    (release,) = _found(
        _frame({("android", False): OLD, ("android", True): NEW, ("ios", False): OLD, ("ios", True): OLD})
    )
    assert release.where == (("app_version", "4.2"), ("platform", "android"))


def test_ios_had_it_before() -> None:
    frame = _frame({("android", False): OLD, ("android", True): NEW, ("ios", False): NEW, ("ios", True): NEW})
    (release,) = _found(frame)
    assert release.where == (("app_version", "4.2"), ("platform", "android"))
    assert set(frame.codes[release.inside, 1]) == {0}
    axis = next(a for a in make_axes(frame).axes if a.dimension == "app_version")
    users = release.inside & frame.post
    assert {axis.values[code] for code in axis.codes[users]} == {"4.1"}  # to the model, what it replaced
    assert (axis.search[users] == -1).all()


def test_a_gradual_rollout_or_a_plan_is_no_release() -> None:
    third = (0.5, 0.2, 0.3)
    assert _found(_frame({("android", False): third, ("android", True): NEW})) == []
    plans = ("free", "plus", "promo", "(missing)")
    frame = _frame({("android", False): OLD, ("android", True): NEW}, names=plans)
    assert find_releases(frame, ("platform",), 30) == []
    named = frame_of(
        y=frame.y, post=frame.post, codes=frame.codes, levels=(plans, PLATFORMS), dimensions=("plan", "platform")
    )  # fmt: skip
    assert _found(named) == []


def test_a_release_that_replaced_nothing_is_an_ordinary_level() -> None:
    assert _found(_frame({("ios", True): (0.0, 0.0, 1.0)}, n=600)) == []
