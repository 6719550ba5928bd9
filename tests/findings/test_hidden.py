"""Every headline says which segment it hides, or that it hides none."""

from dataclasses import replace

import numpy as np

from analyst.findings import why
from tests.findings.planted import Rows, make_frame, query
from tests.findings.test_movement import FREE_NOW, Values, shift_in, together


def test_a_quiet_week_hides_none() -> None:
    found = why(make_frame(1003, 4000, 1000), query())
    assert found.hidden is not None and found.hidden.kind == "none" and found.hidden.checked == found.checked > 0


def test_a_group_that_moved_while_the_whole_did_not() -> None:
    shift = together(shift_in(-30, platform="ios", plan="free"), shift_in(26, country="DE"))
    found = why(make_frame(301, 10_000, 10_000, shift), query())
    hidden = found.hidden
    assert found.verdict == "masked" and hidden is not None and hidden.kind == "apart"
    assert hidden.where == (("plan", "free"), ("platform", "ios")) and hidden.change is not None
    assert hidden.change.value < -20 and hidden.rest is not None and hidden.rest.value > 0


def test_a_group_that_went_the_other_way_and_one_that_fell_much_further() -> None:
    def everybody_but_germany(values: Values, post: Rows) -> np.ndarray:
        return np.where(post, np.where(values["country"] == "DE", 14.0, -12.0), 0.0)

    against = why(make_frame(5, 10_000, 10_000, everybody_but_germany), query()).hidden
    assert against is not None and (against.kind, against.where) == ("against", (("country", "DE"),))
    sharper = why(make_frame(100, 10_000, 10_000, shift_in(-40, platform="android")), query()).hidden
    assert sharper is not None and (sharper.kind, sharper.where) == ("sharper", (("platform", "android"),))


def test_segments_carry_their_own_change_and_weights_count() -> None:
    frame = make_frame(101, 6000, 6000, shift_in(-40, platform="android"), weights_now=FREE_NOW)
    segment = why(frame, query()).segments[0]
    rows = frame.rows_of(segment.where)
    own = frame.y[rows & frame.post].mean() - frame.y[rows & ~frame.post].mean()
    assert segment.change is not None and np.isclose(segment.change.value, own)
    heavy = replace(frame, weight=np.where(rows, 3.0, 1.0))
    assert abs(why(heavy, query()).change.value) > abs(why(frame, query()).change.value)  # type: ignore[union-attr]


def test_too_little_data_hides_nothing_that_could_be_told() -> None:
    assert why(make_frame(1, 20, 20), query()).hidden is None
