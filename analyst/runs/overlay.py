"""What people did to the themes, laid over a run: the same two views, `themes` and `opinions`, as people see them.

A run keeps what it found (`found_themes.parquet`, and of the opinions those that edits changed) beside the tables
with the edits in them, so that an edit and its undo show at once, whatever the run was written with.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.runfolder import Run
from analyst.core.tables import CORRECTED, EXCLUDED, schema
from analyst.themes.edits import Hands, Said, content_key

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CONTENTS = "contents.npy"  # hash of what each row of vectors.npy says, rising
FOUND_THEMES = "found_themes.parquet"
FOUND_OPINIONS = "found_opinions.parquet"
EDITED = ("theme_id", "state", "probability", "sentiment")  # columns of an opinion that people can change
_ROWS = "edited_rows"  # by vector_row: everybody who said the same
_ONES = "edited_ones"  # by opinion_id: what has no vector, the system themes
Noted = dict[str, tuple[str, tuple[str, ...]]]


def found_views(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Create `found_themes` and `found_opinions`: the tables of `run` before any edit."""
    themes = run.folder / FOUND_THEMES
    source = _quoted(themes if themes.exists() else run.path("themes"))
    connection.execute(f"CREATE VIEW found_themes AS SELECT * FROM read_parquet({source})")
    opinions, changed = _quoted(run.path("opinions")), run.folder / FOUND_OPINIONS
    if not changed.exists():
        connection.execute(f"CREATE VIEW found_opinions AS SELECT * FROM read_parquet({opinions})")
        return
    before = ", ".join(f"CASE WHEN c.opinion_id IS NULL THEN o.{n} ELSE c.{n} END AS {n}" for n in EDITED)
    connection.execute(
        f"""CREATE VIEW found_opinions AS SELECT o.* REPLACE ({before}) FROM read_parquet({opinions}) o
            LEFT JOIN read_parquet({_quoted(changed)}) c ON o.opinion_id = c.opinion_id"""
    )


def lay(connection: duckdb.DuckDBPyConnection, hands: Hands, contents: Path | None) -> None:
    """Create the views `opinions` and `all_themes` from the found ones.

    `contents` is the run's file of content hashes, if it has one: without it, and for texts without a vector,
    opinions are met by their id and by equal words.
    """
    import pyarrow as pa

    found: Any = connection.sql("SELECT * FROM found_themes").to_arrow_table()
    rows = found.to_pylist()
    themes = edited_themes(rows, hands)
    present = {row["theme_id"] for row in themes}
    moved = {key: (hands.root(theme), ids) for key, (theme, ids) in hands.moved.items() if hands.root(theme) in present}
    by_row, by_id = _meet(connection, moved, hands.felt, contents)
    joins, change = "", {name: f"o.{name}" for name in EDITED}
    if hands.merged:
        _register(connection, "merged_themes", {"merged": list(hands.merged), "root": list(hands.merged.values())})
        joins += " LEFT JOIN merged_themes m ON o.theme_id = m.merged"
        change["theme_id"] = "coalesce(m.root, o.theme_id)"
    if by_row or by_id:
        _register_edits(connection, _ROWS, "vector_row", by_row)
        _register_edits(connection, _ONES, "opinion_id", by_id)
        joins += f" LEFT JOIN {_ROWS} w ON o.vector_row = w.key LEFT JOIN {_ONES} i ON o.opinion_id = i.key"
        to = "coalesce(i.theme_id, w.theme_id)"
        change["theme_id"] = f"coalesce(i.theme_id, w.theme_id, {change['theme_id']})"
        change["state"] = f"CASE WHEN {to} IS NULL THEN o.state ELSE '{CORRECTED}' END"
        change["probability"] = f"CASE WHEN {to} IS NULL THEN o.probability ELSE 1.0 END"
        change["sentiment"] = "coalesce(i.sentiment, w.sentiment, o.sentiment)"
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in change.items())
    connection.execute(f"CREATE VIEW opinions AS SELECT o.* REPLACE ({replaced}) FROM found_opinions o{joins}")
    if by_row or by_id:
        counted = dict(connection.execute("SELECT theme_id, count(*) FROM opinions GROUP BY theme_id").fetchall())
        themes = [{**row, "n": counted.get(row["theme_id"], 0)} for row in themes]
    _keep(connection, "all_themes", pa.Table.from_pylist(themes, schema=schema("themes")))


def edited_themes(rows: list[dict[str, Any]], hands: Hands) -> list[dict[str, Any]]:
    """The rows of the themes table as people left them: merged ones summed, names, descriptions, pins, exclusions.

    A merged theme whose target is not among the rows lends its row to the target. Where a found label says what
    a person called another theme, the found one is told apart by a keyword or its id.
    """
    labels = dict(hands.labels)
    ids = {row["theme_id"] for row in rows}
    for split in hands.rejoined:
        if split.label and any(part.theme in ids for part in split.parts[1:]):
            labels.setdefault(split.theme, split.label)
    made: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["theme_id"] in hands.merged):  # targets first: theirs is the row
        root = hands.root(row["theme_id"])
        if root in made:
            made[root] = _summed(made[root], row)
        else:
            made[root] = {**row, "theme_id": root}
    given = {labels[theme].casefold() for theme in made if theme in labels}
    for theme, row in made.items():
        row["label"] = labels.get(theme) or _apart(row, given)
        row["description"] = hands.descriptions.get(theme)
        row["pinned"] = theme in hands.pinned
        if theme in hands.excluded:
            row["kind"] = EXCLUDED
    order = {row["theme_id"]: place for place, row in enumerate(rows)}
    return sorted(made.values(), key=lambda row: order.get(row["theme_id"], len(order)))


def _summed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    seen = [at for at in (one["first_seen"], other["first_seen"]) if at is not None]
    return {**one, "n": (one["n"] or 0) + (other["n"] or 0), "first_seen": min(seen, default=None)}


def _apart(row: dict[str, Any], given: set[str]) -> str:
    label: str = row["label"]
    if label is None or label.casefold() not in given:
        return label
    said = next((word for word in row["keywords"] or [] if word.casefold() not in label.casefold()), row["theme_id"])
    return f"{label} ({said})"


def _meet(
    connection: duckdb.DuckDBPyConnection, moved: Noted, felt: Noted, contents: Path | None
) -> tuple[dict[int, dict[str, str]], dict[str, dict[str, str]]]:
    """Which vector rows and which opinions the corrections speak of: {key: {theme_id?, sentiment?}}."""
    by_row: dict[int, dict[str, str]] = {}
    by_id: dict[str, dict[str, str]] = {}
    known = _rows_of(contents, {*moved, *felt})
    lost = {key: noted[key][1] for noted in (felt, moved) for key in noted if key not in known}
    rows, ones = _by_id(connection, lost, contents is not None)
    for name, noted in (("theme_id", moved), ("sentiment", felt)):
        for key, (what, _) in noted.items():
            for row in [known[key]] if key in known else rows.get(key, []):
                by_row.setdefault(row, {})[name] = what
            for one in ones.get(key, []):
                by_id.setdefault(one, {})[name] = what
    return by_row, by_id


def _rows_of(contents: Path | None, keys: set[str]) -> dict[str, int]:
    """The vector row of each content that the run holds."""
    if contents is None or not keys:
        return {}
    import numpy as np

    have = np.load(contents, mmap_mode="r", allow_pickle=False)
    wanted = sorted(keys)
    hashes = np.array([int(key, 16) for key in wanted], dtype=np.uint64)
    places = np.searchsorted(have, hashes)
    return {
        key: int(place)
        for key, value, place in zip(wanted, hashes, places, strict=True)
        if place < len(have) and have[place] == value
    }


def _by_id(
    connection: duckdb.DuckDBPyConnection, lost: dict[str, tuple[str, ...]], has_contents: bool
) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
    """Contents that no vector row carries, met through the opinions that were named: (vector rows, opinion ids).

    An opinion counts only while it still says what it said when it was corrected.
    """
    named = {one: key for key, ids in lost.items() for one in ids}
    rows: dict[str, list[int]] = {}
    ones: dict[str, list[str]] = {}
    if not named:
        return rows, ones
    found = connection.execute(
        """
        SELECT n.opinion_id, n.text, n.field, n.vector_row, list(o.opinion_id)
        FROM found_opinions n JOIN found_opinions o ON o.text = n.text AND o.field = n.field
        WHERE n.opinion_id IN (SELECT unnest(?)) GROUP BY ALL ORDER BY n.opinion_id
        """,
        [list(named)],
    ).fetchall()
    for opinion_id, text, where, row, same in found:
        key = named[opinion_id]
        if key_of(text, where) != key:
            continue
        if row is not None and row >= 0 and not has_contents:
            rows.setdefault(key, []).append(row)
        else:
            ones.setdefault(key, []).extend(same)
    return rows, ones


def key_of(text: str, where: str) -> str:
    """The content key of an opinion: of its text, as read in its field `where`."""
    from analyst.themes.cluster import content_hash
    from analyst.themes.opinions import embedding_text

    return content_key(content_hash(embedding_text(text, where)))


def found_ids(run: Run) -> set[str]:
    """Ids of the themes that `run` found, before any edit."""
    import pyarrow.parquet as pq

    file = run.folder / FOUND_THEMES
    source = file if file.exists() else run.path("themes")
    return set(pq.read_table(source, columns=["theme_id"], partitioning=None).column("theme_id").to_pylist())


def present_contents(connection: duckdb.DuckDBPyConnection, run: Run, opinions: Sequence[Said]) -> set[str]:
    """Which of these opinions the run holds, by their words or by their id."""
    contents = run.folder / CONTENTS
    met = set(_rows_of(contents if contents.exists() else None, {said.content for said in opinions}))
    ids = {said.opinion_id: said.content for said in opinions if said.content not in met}
    rows = connection.execute(
        "SELECT opinion_id, text, field FROM opinions WHERE opinion_id IN (SELECT unnest(?))", [list(ids)]
    ).fetchall()
    return met | {ids[one] for one, text, where in rows if key_of(text, where) == ids[one]}


def bake(opinions: pa.Table, themes: pa.Table, hands: Hands, contents: Path) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The found tables with the edits laid in: (opinions, themes with excluded ones, the opinions as they were found).

    The third holds opinion_id and the columns in EDITED of those opinions that were changed.
    """
    import duckdb
    import pyarrow.compute as pc

    connection = duckdb.connect(":memory:", config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("found_opinions", opinions)
    connection.register("found_themes", themes)
    lay(connection, hands, contents)
    columns = ", ".join(f"f.{name}" for name in EDITED)
    differs = " OR ".join(f"f.{name} IS DISTINCT FROM o.{name}" for name in EDITED)
    changed: Any = connection.sql(
        f"""SELECT f.opinion_id, {columns} FROM found_opinions f JOIN opinions o USING (opinion_id)
            WHERE {differs} ORDER BY f.opinion_id"""
    ).to_arrow_table()
    after: Any = connection.sql("SELECT * FROM opinions").to_arrow_table()
    rows: Any = connection.sql("SELECT * FROM all_themes").to_arrow_table()
    in_order: Any = pc.index_in(opinions.column("opinion_id"), value_set=after.column("opinion_id"))
    return after.take(in_order).cast(opinions.schema), rows.cast(themes.schema), changed


def _register(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, list[Any]]) -> None:
    import pyarrow as pa

    _keep(connection, name, pa.table(columns))


def _register_edits(connection: duckdb.DuckDBPyConnection, name: str, key: str, edits: dict[Any, Any]) -> None:
    import pyarrow as pa

    kind = pa.int32() if key == "vector_row" else pa.string()
    shape = pa.schema([("key", kind), ("theme_id", pa.string()), ("sentiment", pa.string())])
    rows = [{"key": one, "theme_id": e.get("theme_id"), "sentiment": e.get("sentiment")} for one, e in edits.items()]
    _keep(connection, name, pa.Table.from_pylist(rows, schema=shape))


def _keep(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make `table` a table of the database: what is only registered, a second connection to it does not see."""
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
