"""Every container, encoding and shape of file that exports come in."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from analyst.core.errors import UndertoneError
from analyst.records.readers import RowFile, open_rows

TABLE = "id,score,text\nr1,3,slow\nr2,9,great\n"
CELLS = [{"id": "r1", "score": "3", "text": "slow"}, {"id": "r2", "score": "9", "text": "great"}]


def opened(folder: Path, name: str, content: str | bytes, **options: Any) -> RowFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_rows(path, **options)


def cells(file: RowFile) -> list[dict[str, Any]]:
    return [row.cells for row in file.rows() if not row.problem]


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", TABLE),
        ("a.csv", TABLE.replace("\n", "\r\n")),
        ("a.csv", TABLE.replace("\n", "\r")),
        ("a.csv", "\ufeff" + TABLE),
        ("a.csv", TABLE.encode("utf-16")),
        ("a.csv", TABLE.encode("utf-16-le")),
        ("a.tsv", TABLE.replace(",", "\t")),
        ("a.csv", TABLE.replace(",", ";")),
        ("a.csv", TABLE.replace(",", "|")),
        ("a.csv", "sep=;\n" + TABLE.replace(",", ";")),
        ("a.csv", "# exported today\n# by a tool\n\n" + TABLE),
        ("a.csv", "Report of the week\n\n" + TABLE),
        ("a.csv", TABLE.replace("\n", ",\n")),
        ("a.csv.gz", gzip.compress(TABLE.encode(), mtime=0)),
        ("a.zip", zipped(**{"folder/a.csv": TABLE.encode(), "__MACOSX/._a.csv": b"x", "~$a.csv": b"x"})),
        ("a.zip", zipped(**{"a.csv.gz": gzip.compress(TABLE.encode(), mtime=0)})),
        ("a.json", json.dumps(CELLS)),
        ("a.json", json.dumps({"meta": {"n": 2}, "data": {"items": CELLS}})),
        ("a.json", "\n".join(json.dumps(row) for row in CELLS)),
        ("a.jsonl", "\n".join(json.dumps(row) for row in CELLS) + "\n\n"),
        ("a.ndjson.gz", gzip.compress("\n".join(json.dumps(row) for row in CELLS).encode(), mtime=0)),
        ("export", TABLE),
    ],
)
def test_the_same_rows_in_every_wrapping(tmp_path: Path, name: str, content: str | bytes) -> None:
    file = opened(tmp_path, name, content)
    assert cells(file) == CELLS
    assert cells(file) == CELLS, "a file can be read twice"


def test_workbooks_and_parquet_keep_types(tmp_path: Path) -> None:
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    book = openpyxl.Workbook()
    book.active.title = "cover"
    book.active.append(["Acme"])
    sheet = book.create_sheet("answers")
    for line in (["All answers"], [], ["id", "score", "text"], ["r1", 3, "slow"], [], ["r2", 9, "great"]):
        sheet.append(line)
    book.save(tmp_path / "a.xlsx")
    file = open_rows(tmp_path / "a.xlsx")
    assert cells(file) == [{"id": "r1", "score": 3, "text": "slow"}, {"id": "r2", "score": 9, "text": "great"}]
    assert any("cover" in note for note in file.notes)
    (tmp_path / "b.xlsx.gz").write_bytes(gzip.compress((tmp_path / "a.xlsx").read_bytes(), mtime=0))
    assert cells(open_rows(tmp_path / "b.xlsx.gz")) == cells(file)

    table = pa.table({"id": ["r1"], "score": [3], "tags": [["slow", "ios"]], "who": [{"plan": "pro", "age": 3}]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert cells(open_rows(tmp_path / "a.parquet")) == [
        {"id": "r1", "score": 3, "tags": "slow; ios", "who.plan": "pro", "who.age": 3}
    ]


def test_nesting_becomes_dotted_names(tmp_path: Path) -> None:
    record = {
        "id": 1,
        "person": {"email": "a@example.com", "props": {"plan": "pro"}},
        "attributes": [{"name": "user_id", "value": "u1"}, {"name": "tags", "value": ["a", "b"]}],
    }
    found = cells(opened(tmp_path, "a.json", json.dumps({"results": [record]})))
    wanted = {
        "id": 1, "person.email": "a@example.com", "person.props.plan": "pro", "attributes.user_id": "u1",
        "attributes.tags": "a; b",
    }  # fmt: skip
    assert found == [wanted]
    file = opened(tmp_path, "b.csv", 'id,props\nr1,"{""plan"": ""pro"", ""n"": 2}"\nr2,\n')
    assert file.headers == ("id", "props.plan", "props.n", "props")
    assert cells(file)[0] == {"id": "r1", "props.plan": "pro", "props.n": 2}


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("latin-1", "Zahlung schlägt fehl, très déçu, ¿qué?", "cp1252"),
        ("cp1254", "Ödeme ekranı donuyor, çok yavaş", "cp1254"),
        ("cp1250", "Płatność nie działa, żółć wąż śledź łąka", "cp1250"),
        ("cp1251", "Оплата зависает на последнем экране, очень медленно", None),
        ("shift_jis", "支払い画面が固まってしまい、注文できませんでした。とても困ります。", None),
    ],
)
def test_what_is_not_utf8_comes_in_right(tmp_path: Path, encoding: str, text: str, shown: str | None) -> None:
    table = "id;text\n" + "".join(f"r{i};{text}\n" for i in range(20))
    file = opened(tmp_path, "a.csv", table.encode(encoding))
    assert [row["text"] for row in cells(file)] == [text] * 20
    assert any("Read as" in note for note in file.notes)
    assert shown is None or file.encoding == shown


def test_a_few_foreign_bytes_in_utf8(tmp_path: Path) -> None:
    good = "".join(f"r{i},größer und schöner\n" for i in range(50)).encode()
    file = opened(tmp_path, "a.csv", b"id,text\n" + good + "x,schön".encode("latin-1") + b"\n")
    assert [row["text"] for row in cells(file)] == ["größer und schöner"] * 50 + ["schön"]


def test_nul_characters_are_dropped_and_counted(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.csv", b"id,score,te\x00xt\nr1,3,sl\x00ow\n")
    assert cells(file) == [{"id": "r1", "score": "3", "text": "slow"}]
    assert any("2 NUL" in note for note in file.notes)


def test_quotes_line_breaks_and_delimiters_inside_fields(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.csv", 'id,text,score\nr1,"two\r\nlines, ""quoted""; odd",3\nr2,plain,4\n')
    assert cells(file)[0]["text"] == 'two\r\nlines, "quoted"; odd'
    assert [row.line for row in file.rows()] == [2, 4]


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    lines = [f'r{i},3,"fine, really"' for i in range(300)]
    lines[20] = 'r20,3,"never closed'
    file = opened(tmp_path, "a.csv", "id,score,text\n" + "\n".join(lines) + "\n")
    rows = list(file.rows())
    assert [(row.line, "never closed" in row.problem) for row in rows if row.problem] == [(22, True)]
    assert len([row for row in rows if not row.problem]) == 299


def test_a_stray_quote_that_a_later_one_closes_costs_one_line(tmp_path: Path) -> None:
    lines = [f"r{i},3,fine" for i in range(60)]
    lines[10], lines[40] = 'r10,3,"stray', 'r40,3,the 5" screen'
    rows = list(opened(tmp_path, "a.csv", "id,score,text\n" + "\n".join(lines) + "\n").rows())
    assert [row.line for row in rows if row.problem] == [12]
    assert rows[40].cells["text"] == 'the 5" screen' and len(rows) == 60


def test_a_file_cut_off_inside_a_quote_keeps_what_is_there(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.csv", 'id,score,text\nr1,3,ok\nr2,4,"never fin')
    assert [row["text"] for row in cells(file)] == ["ok", "never fin"]


def test_rows_of_another_width_are_told(tmp_path: Path) -> None:
    rows = list(
        opened(tmp_path, "a.csv", "id,score,text\nr1,3\nr2,3,ok,,\nr3,3,ok,more\n\nid,score,text\nr4,1,x\n").rows()
    )
    assert [row.problem for row in rows] == [
        "2 fields where the header has 3",
        "",
        "4 fields where the header has 3 (text that holds the delimiter needs quotes around it)",
        "",
    ]


def test_one_column_of_text_with_commas(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.csv", "comment\nGood, but slow, really\nBad\nToo many, many, many steps\n")
    assert [row["comment"] for row in cells(file)] == ["Good, but slow, really", "Bad", "Too many, many, many steps"]


def test_headers_are_cleaned(tmp_path: Path) -> None:
    file = opened(tmp_path, "a.csv", "\ufeff id ,<b>Score</b>,score,,score\n1,2,3,4,5\n")
    assert file.headers == ("id", "Score", "score", "column 4", "score (2)")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "\n\n  \n", "empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 100, "kind"),
        ("a.csv.gz", gzip.compress(TABLE.encode(), mtime=0)[:20], "damaged"),
        ("a.zip", b"PK\x03\x04 no archive", "unpacked"),
        ("a.zip", zipped(**{"a.pdf": b"x"}), "no file"),
        ("a.zip", zipped(**{"a.csv": TABLE.encode(), "b.csv": b"x,y\n1,2\n"}), "different columns"),
        ("a.json", "{oops", "not JSON"),
        ("a.json", "[]", "no list"),
        ("a.parquet", b"PAR1 no", "Parquet"),
        ("a.xlsx", b"no book", "workbook"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    with pytest.raises(UndertoneError, match=words) as caught:
        opened(tmp_path, name, content)
    assert caught.value.hint


def test_a_bomb_does_not_go_off(tmp_path: Path) -> None:
    with pytest.raises(UndertoneError, match="unpacks to more"):
        opened(tmp_path, "a.csv.gz", gzip.compress(b"id,text\n" + b"a,b\n" * 100_000, mtime=0), limit=100_000)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UndertoneError, match="no file"):
        open_rows(tmp_path / "none.csv")
    with pytest.raises(UndertoneError, match="folder"):
        open_rows(tmp_path)
