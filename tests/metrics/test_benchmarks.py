"""Published reference points: each names its source and year, and a category is found by any of its words."""

from analyst.metrics.benchmarks import ALL, reference_point, reference_points


def test_every_point_says_where_it_comes_from_and_its_quartiles_are_in_order() -> None:
    points = reference_points("nps")
    assert points and points[0].category == ALL
    for point in points:
        assert point.source and point.year > 2000 and point.sample
        quartiles = [q for q in (point.lower, point.median, point.upper) if q is not None]
        assert quartiles == sorted(quartiles) and all(-100 <= q <= 100 for q in quartiles)


def test_a_category_is_found_by_its_words_else_all_of_them_stand_in() -> None:
    found = reference_point("nps", "is 32 good for grocery apps?")
    assert found is not None and found.category == "consumer goods and services"
    other = reference_point("nps", "space mining")
    assert other is not None and other.category == ALL


def test_nothing_is_published_for_csat_and_ces() -> None:
    assert reference_point("csat") is None and reference_point("ces", "retail") is None
