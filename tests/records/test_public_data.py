"""Real exports come in whole and fast. The data stays outside the project: set UNDERTONE_PUBLIC_DATA to its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyst.core.settings import Settings
from analyst.records import Store, import_file, read_records
from analyst.records.mapping import mapping_from


@pytest.fixture
def data() -> Path:
    """The folder of public data sets, or a skip."""
    folder = Path(os.environ.get("UNDERTONE_PUBLIC_DATA", "public-data"))
    if not (folder / "teams_reviews.csv.gz").exists():
        pytest.skip("No public data: set UNDERTONE_PUBLIC_DATA to the folder that holds it.")
    return folder


def test_app_reviews_need_no_mapping(lite: Store, settings: Settings, data: Path) -> None:
    report = import_file(lite, data / "teams_reviews.csv.gz", settings=settings)
    assert (report.read, report.new, report.refused, report.kind) == (9233, 9233, 0, "csat")
    assert {"app_version", "platform"} <= set(report.segments)
    table = read_records(lite, settings).responses
    assert table["submitted_at"].null_count == table["text"].null_count == table["y"].null_count == 0
    assert set(table["scale_max"].to_pylist()) == {5.0}


def test_tweets_with_words_as_scores(lite: Store, settings: Settings, data: Path) -> None:
    mapping = mapping_from(
        {
            "kind": "csat",
            "scale": [1, 5],
            "columns": {"score": "sentiment"},
            "values": {"score": {"positive": 5, "neutral": 3, "negative": 1}},
        }
    )
    report = import_file(lite, data / "airline_tweets.parquet", settings=settings, mapping=mapping)
    assert report.read == 14_640 and report.new + report.duplicates == 14_640 and report.refused == 0
    assert "brand" in report.segments
    table = read_records(lite, settings).responses
    assert set(table["score"].to_pylist()) == {1.0, 3.0, 5.0} and table["submitted_at"].null_count == 0
