"""Public sets: files are read as they are, absent ones are passed over with a sentence, and themes are scored."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analyst.cli.app import run as command
from analyst.core.errors import UsageProblem
from analyst.core.settings import Settings, load_settings
from eval.public import SCORED, SOURCES, Documents, data_folder, load
from eval.public.measures import NONE, bcubed, mapped_f1, single
from eval.public.run import cells, run_public
from eval.public.themes import scores
from eval.public.units import cut_into

SUBJECTS = {
    "delivery": ["The delivery came {} hours late", "My parcel was delivered {} days too late"],
    "refund": ["I waited {} weeks for my refund", "The refund of {} euros never arrived"],
    "app": ["The app crashed {} times today", "Your app closes by itself after {} minutes"],
}


def _write(folder: Path, name: str, **columns: list[object]) -> None:
    pq.write_table(pa.table(columns), folder / f"{SOURCES[name].file}.parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one set of ours in the format of steam_aspects."""
    texts = [t.format(n) for n in range(2, 22) for forms in SUBJECTS.values() for t in forms]
    labels = [[subject] for _ in range(2, 22) for subject, forms in SUBJECTS.items() for _ in forms]
    _write(tmp_path, "steam", text=[*texts, " ", "no label"], labels=[*labels, ["app"], []])
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path, model_cache: Path) -> Settings:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / "cache").symlink_to(model_cache, target_is_directory=True)
    return load_settings(workspace=home)


def test_documents_without_text_or_label_are_left_out(folder: Path) -> None:
    documents = load("steam", folder)
    assert len(documents.texts) == 120
    assert documents.gold_count == 3
    assert documents.several
    assert documents.labels[:3] == ["delivery", "delivery", "refund"]


def test_a_set_may_keep_some_rows_only_and_read_another_field(tmp_path: Path) -> None:
    _write(tmp_path, "airline", text=["bad", "good"], labels=[["late"], ["nice"]], sentiment=["negative", "positive"])
    _write(tmp_path, "opinosis_aspects", text=["a room"], aspect=["rooms"], labels=[["hotel"]])
    assert load("airline", tmp_path).texts == ["bad"]
    assert load("opinosis_aspects", tmp_path).gold == [frozenset({"rooms"})]


def test_units_keep_their_document(folder: Path, settings: Settings) -> None:
    documents = load("steam", folder)
    units = cut_into(documents, "documents", settings)
    assert units.document.tolist() == list(range(120))
    assert units.said == documents.texts
    assert len(units.corpus.texts) == 120


def test_the_command_scores_what_is_there_and_names_what_is_not(
    folder: Path, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", "public", str(folder), "--set", "banking77", "--set", "steam", "--out", str(tmp_path / "out")]
    assert command([*words, "--json", "--workspace", str(settings.workspace)]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert [row["arm"] for row in found["rows"]] == ["ours, opinions", "k-means at gold K", "k-means at our K"]
    assert found["passed_over"] == ["banking77 was passed over: banking77.parquet is not in the folder."]
    assert "banking77 was passed over" in printed.err
    ours, gold, _ = found["rows"]
    assert gold["k"] == 3
    assert gold["ami"] > 0.5  # three subjects in different words: anything that works tells them apart
    assert 0 <= ours["ami"] <= 1
    assert len(cells(ours)) == 7
    assert json.loads((tmp_path / "out" / "public.json").read_text()) == found
    page = (tmp_path / "out" / "public.md").read_text()
    assert "| steam | k-means at gold K |" in page
    assert "banking77 was passed over" in page


def test_what_cannot_be_run_is_said(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageProblem, match="None of the sets"):
        run_public(tmp_path, settings)
    with pytest.raises(UsageProblem, match="no folder"):
        run_public(tmp_path / "nowhere", settings)
    assert command(["eval", "public", str(tmp_path / "nowhere")]) == 2
    with pytest.raises(UsageProblem, match="no public set called 'bank'"):
        run_public(tmp_path, settings, only=("bank",))
    with pytest.raises(UsageProblem, match="no unit"):
        run_public(tmp_path, settings, units=("words",))  # type: ignore[arg-type]


def test_a_document_without_a_theme_is_a_group_of_its_own() -> None:
    documents = Documents(
        "x", ["a", "b", "c"], [None] * 3, [frozenset({"p"}), frozenset({"p"}), frozenset({"q"})], True
    )
    found = scores(documents, ["t", "t", NONE], [frozenset({"t"}), frozenset({"t"}), frozenset()])
    assert found["ami"] == pytest.approx(1.0)
    assert found["unassigned"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["bcubed_p"] == 1.0
    assert found["bcubed_r"] == pytest.approx(2 / 3, abs=1e-4)


def test_several_labels_by_hand() -> None:
    truth = [frozenset({"a", "b"}), frozenset({"a"})]
    precision, recall, _ = bcubed(truth, [frozenset({"1"}), frozenset({"1"})])
    assert (precision, recall) == (1.0, pytest.approx((0.75 + 1.0) / 2))
    assert single([{"x": 1.0, "y": 2.0}, {}]) == ["y", NONE]
    many = [frozenset({"a"})] * 100 + [frozenset({"b"})] * 100
    assert mapped_f1(many, [frozenset({"1"})] * 100 + [frozenset({"2"})] * 100) == 1.0


def test_the_scored_sets_are_known() -> None:
    assert set(SCORED) <= set(SOURCES)


@pytest.mark.parametrize("name", SCORED)
def test_the_real_files_are_read(name: str) -> None:
    folder = data_folder()
    if folder is None:
        pytest.skip("No public data: set UNDERTONE_PUBLIC_DATA to the folder that holds it.")
    documents = load(name, folder)
    assert len(documents.texts) > 500
    assert documents.gold_count > 1
