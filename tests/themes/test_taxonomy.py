"""Taxonomies from files: every format reads the same, and what cannot be meant is said in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as drawn_with
from hypothesis import strategies as st

from analyst.core.errors import UndertoneError, UsageProblem
from analyst.core.settings import Settings
from analyst.themes import build_themes
from analyst.themes.taxonomy import (
    SeededTheme,
    Taxonomy,
    learned_taxonomy,
    read_taxonomy,
    taxonomy_from_rows,
    with_ids,
    write_taxonomy,
)
from tests.themes.conftest import WordEncoder, comments, records, subject_of

WANTED = (
    SeededTheme("Delivery", "when orders arrive", ("a week late", "left it in the rain; soaked"), "Service"),
    SeededTheme("Prices", "", ("too dear",), None),
)
TOML = """
[[theme]]
name = "Delivery"
description = "when orders arrive"
examples = ["a week late", "left it in the rain; soaked"]
area = "Service"

[[theme]]
name = "Prices"
examples = ["too dear"]
"""
AS_JSON = [
    {
        "name": "Delivery",
        "description": "when orders arrive",
        "examples": ["a week late", "left it in the rain; soaked"],
        "area": "Service",
    },
    {"name": "Prices", "examples": ["too dear"]},
]
CSV = """Theme,Definition,Examples,Area
Delivery,when orders arrive,a week late | left it in the rain; soaked,Service
Prices,,too dear,
"""
WIDE = """name;description;example 1;example 2;area
Delivery;when orders arrive;a week late;"left it in the rain; soaked";Service
Prices;;too dear;;
"""


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.toml", TOML),
        ("t.json", json.dumps(AS_JSON)),
        ("wrapped.json", json.dumps({"themes": AS_JSON})),
        ("t.csv", CSV),
        ("wide.csv", WIDE),
        ("lines.csv", CSV.replace(" | ", "\n").replace("a week", '"a week').replace("soaked", 'soaked"')),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_format_reads_the_same(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    assert read_taxonomy(write(tmp_path, name, text, encoding)).themes == WANTED


def test_a_file_in_windows_latin_is_read(tmp_path: Path) -> None:
    text = "name,examples\nGebühren,zu hohe Gebühren für Überweisungen\n"
    found = read_taxonomy(write(tmp_path, "t.csv", text, "cp1252"))
    assert found.themes[0].name == "Gebühren"
    assert found.themes[0].examples == ("zu hohe Gebühren für Überweisungen",)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"name": "Delivery"}, {"name": " delivery "}], "has the same name as 'Delivery' (theme 1)"),
        ([{"name": "  "}], "theme 1 has no name"),
        ([{"description": "late"}], "theme 1 has no name"),
        ([{"name": "x" * 121}], "121 characters"),
        ([{"name": "A", "examples": [f"saying {i}" for i in range(21)]}], "21 examples, and at most 20"),
        ([{"name": "A", "examples": [{"text": "late"}]}], "an example of 'A' is no text"),
        ([{"name": "A", "parent": "B"}], "the parent 'B' of 'A' (theme 1) is not in the file"),
        ([{"name": "A", "parent": "a"}], "in a circle: 'A' → 'A'"),
        ([{"name": "A", "parent": "B"}, {"name": "B", "parent": "C"}, {"name": "C", "parent": "A"}],
         "in a circle: 'A' → 'B' → 'C' → 'A'"),
        ([{"name": "General praise"}], "the name of a theme that Undertone keeps itself"),
        ([{"name": "A", "id": "sys-praise"}], "the id of a theme that Undertone keeps itself"),
        ([{"name": "A", "id": "t-1"}, {"name": "B", "id": "t-1"}], "have the same id t-1"),
        ([], "it holds no theme"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said(rows: list[dict[str, object]], said: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        taxonomy_from_rows(rows)
    assert said in caught.value.message
    assert "nothing was changed" in caught.value.hint


def test_a_circle_is_told_once_and_all_problems_together() -> None:
    rows = [{"name": "A", "parent": "B"}, {"name": "B", "parent": "A"}, {"name": "C", "parent": "A"}, {"name": "c"}]
    with pytest.raises(UsageProblem) as caught:
        taxonomy_from_rows(rows)
    assert caught.value.message.count("circle") == 1
    assert "same name" in caught.value.message


def test_an_empty_example_is_left_out_with_a_note() -> None:
    found = taxonomy_from_rows([{"name": "A", "examples": ["late", "", "  ", "late"]}])
    assert found.themes[0].examples == ("late",)
    assert found.notes == ("2 empty examples of 'A' left out.",)


def test_one_example_of_two_themes_is_noted() -> None:
    found = taxonomy_from_rows([{"name": "A", "examples": ["Late"]}, {"name": "B", "examples": ["late"]}])
    assert "example of both 'A' and 'B'" in found.notes[0]


def test_the_topmost_parent_is_the_area_and_a_bare_one_is_only_a_heading() -> None:
    rows = [
        {"name": "Service"},
        {"name": "Delivery", "parent": "service"},
        {"name": "Couriers", "parent": "Delivery", "examples": ["the driver was rude"]},
        {"name": "Prices", "area": "Money"},
        {"name": "Fees", "parent": "Prices", "description": "what it costs on top"},
        {"name": "Search"},
    ]
    found = {theme.name: theme.area for theme in taxonomy_from_rows(rows).themes}
    assert found == {"Couriers": "Service", "Fees": "Money", "Search": None}


def test_a_parent_with_examples_is_a_theme_of_its_own_area() -> None:
    rows = [{"name": "Delivery", "examples": ["late"]}, {"name": "Couriers", "parent": "Delivery"}]
    found = {theme.name: theme.area for theme in taxonomy_from_rows(rows).themes}
    assert found == {"Delivery": "Delivery", "Couriers": "Delivery"}


def test_examples_are_redacted() -> None:
    found = taxonomy_from_rows([{"name": "A", "examples": ["write to anna.schmidt@example.com"]}])
    assert "anna.schmidt" not in found.themes[0].examples[0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.toml", "name = ", "is not TOML"),
        ("t.json", "{", "is not JSON"),
        ("t.json", '{"name": "A"}', "holds no list of themes"),
        ("t.json", "[1]", "holds no list of themes"),
        ("t.csv", "description,examples\nx,y\n", "has no column with the themes' names"),
        ("t.csv", "name,examples\n,\n", "it holds no theme"),
        ("t.csv", "name,examples\nA,late, too late\n", "cannot be read"),
        ("t.csv", "", "is empty"),
    ],
)
def test_a_broken_file_is_said_by_name(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(UndertoneError) as caught:
        read_taxonomy(write(tmp_path, name, text))
    assert said in caught.value.message
    assert name in caught.value.message or "taxonomy" in caught.value.message


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UndertoneError, match=r"There is no file"):
        read_taxonomy(tmp_path / "none.toml")


_text = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=40).map(lambda t: " ".join(t.split()))
_said = _text.filter(lambda t: bool(t) and "@" not in t and not any(c.isdigit() for c in t))


@drawn_with(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_said, st.lists(_said, max_size=4)), min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, drawn: list) -> None:
    try:
        made = taxonomy_from_rows(
            [{"name": name, "examples": said, "id": f"t-{i}"} for i, (name, said) in enumerate(drawn)]
        )
    except UsageProblem:
        return  # two names that differ in case only
    path = tmp_path_factory.mktemp("written") / "t.toml"
    path.write_text(write_taxonomy(made.themes), encoding="utf-8")
    assert read_taxonomy(path).themes == made.themes
    assert taxonomy_from_rows(made.rows()).themes == made.themes


def test_ids_last_by_name_and_known_labels_lend_theirs() -> None:
    taxonomy = Taxonomy((SeededTheme("Delivery"), SeededTheme("Prices")))
    assert SeededTheme(" delivery").lasting_id == SeededTheme("Delivery").lasting_id
    assert SeededTheme("Prices").lasting_id != SeededTheme("Delivery").lasting_id
    tied = with_ids(taxonomy, {"delivery": "t-12345678", "Search": "t-0"})
    assert [theme.lasting_id for theme in tied.themes] == ["t-12345678", SeededTheme("Prices").lasting_id]


def test_what_a_run_learned_is_written_and_read_back(encoder: WordEncoder, settings: Settings, tmp_path: Path) -> None:
    result = build_themes(records(list(comments(300))), encoder, settings)
    learned = learned_taxonomy(result.model, result.opinions, {result.model.active[0].theme_id: "what it is about"})
    assert [theme.theme_id for theme in learned.themes] == [theme.theme_id for theme in result.model.active]
    assert learned.themes[0].description == "what it is about"
    for theme in learned.themes:
        assert 1 <= len(theme.examples) <= 10
        assert len({subject_of(example) for example in theme.examples}) == 1
    path = tmp_path / "learned.toml"
    path.write_text(write_taxonomy(learned.themes), encoding="utf-8")
    assert read_taxonomy(path).themes == learned.themes
