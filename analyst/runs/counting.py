"""Counting is SQL, in one place: a DuckDB connection over a run's Parquet files, and the counts asked of it.

The connection lives in memory and only reads; every table of the run is a view of the same name. Statements
keep to plain SQL that sqlglot can turn into a warehouse's dialect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UsageProblem
from analyst.core.query import Where
from analyst.core.runfolder import Run
from analyst.core.tables import EXCLUDED, SEGMENT_PREFIX, TABLES, dimensions
from analyst.runs.overlay import CONTENTS, found_views, lay

if TYPE_CHECKING:
    import duckdb

    from analyst.themes.edits import Hands

MISSING = "(missing)"  # how an absent segment value is named, everywhere


def connect(run: Run, hands: Hands | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only DuckDB connection with every table of `run` as a view; times are in UTC.

    `hands` are edits to lay over it. `themes` leaves out what people excluded, `all_themes` does not.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        path = run.path(table)
        if path.exists() and not (hands is not None and table in ("opinions", "themes")):
            quoted = str(path).replace("'", "''")
            name = "all_themes" if table == "themes" else table
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}')")
    if hands is not None:
        found_views(connection, run)
        contents = run.folder / CONTENTS
        lay(connection, hands, contents if contents.exists() else None)
    if run.path("themes").exists():
        connection.execute(f"CREATE VIEW themes AS SELECT * FROM all_themes WHERE kind IS DISTINCT FROM '{EXCLUDED}'")
    return connection


def hold_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the tables of the run on `connection` into memory, where every further question reads them quicker."""
    views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    for name in sorted({row[0] for row in views} & set(TABLES) - {"themes"}):
        connection.execute(f"CREATE TABLE held_{name} AS SELECT * FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE held_{name} RENAME TO {name}")


def segment_dimensions(connection: duckdb.DuckDBPyConnection, table: str = "responses") -> list[str]:
    """The segment dimensions that `table` carries, without their prefix."""
    names = [row[0] for row in connection.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]
    return dimensions(names)


def segment_sql(dimension: str, alias: str = "") -> str:
    """The SQL expression of a segment's value, with absent values named."""
    column = (SEGMENT_PREFIX + dimension).replace('"', '""')
    prefix = f"{alias}." if alias else ""
    return f"coalesce({prefix}\"{column}\", '{MISSING}')"


def where_sql(where: Where, known: list[str], alias: str = "") -> tuple[str, list[str]]:
    """`where` as a SQL condition and its parameters; values compare without regard to case.

    Raises UsageProblem for a dimension the run does not have.
    """
    parts, values = [], []
    for dimension, value in where:
        if dimension not in known:
            have = ", ".join(sorted(known)) or "none"
            raise UsageProblem(f"There is no segment called '{dimension}'.", f"This run has: {have}.")
        parts.append(f"lower({segment_sql(dimension, alias)}) = lower(?)")
        values.append(value)
    return " AND ".join(parts) or "TRUE", values


def survey_sql(survey: str | None, question: str | None, alias: str = "") -> tuple[str, list[str]]:
    """The restriction to a survey and a question as an SQL condition with its parameters; TRUE for neither."""
    prefix = f"{alias}." if alias else ""
    asked = [(column, value) for column, value in (("survey", survey), ("question", question)) if value is not None]
    parts = [f"coalesce({prefix}{column}, '{MISSING}') = ?" for column, _ in asked]
    return " AND ".join(parts) or "TRUE", [value for _, value in asked]


@dataclass(frozen=True)
class PeriodScore:
    """One period's additive statistics of a score: `n` answers, their `total` of y and of y squared."""

    period: str
    start: datetime
    n: int
    total: float
    squares: float
    commented: int


def scores_by_period(
    connection: duckdb.DuckDBPyConnection,
    metric: str,
    period: str,
    timezone: str,
    until: datetime,
    where: Where = (),
    survey: str | None = None,
    question: str | None = None,
) -> list[PeriodScore]:
    """Counts per week or month (`period`), oldest first, of the dated answers of `metric` before `until`."""
    condition, values = where_sql(where, segment_dimensions(connection))
    of_survey, named = survey_sql(survey, question)
    name = {"week": "strftime(p, '%G-W%V')", "month": "strftime(p, '%Y-%m')"}[period]
    rows = connection.execute(
        f"""
        SELECT {name}, p, count(*), sum(y), sum(y * y), count(*) FILTER (WHERE text IS NOT NULL OR title IS NOT NULL)
        FROM (SELECT date_trunc('{period}', submitted_at AT TIME ZONE ?) AS p, y, text, title FROM responses
              WHERE kind = ? AND y IS NOT NULL AND submitted_at < ? AND {condition} AND {of_survey})
        GROUP BY p ORDER BY p
        """,
        [timezone, metric, until, *values, *named],
    ).fetchall()
    return [PeriodScore(*row) for row in rows]


def level_values(connection: duckdb.DuckDBPyConnection, dimension: str) -> list[str]:
    """The values of a segment dimension among the responses, commonest first."""
    expression = segment_sql(dimension)
    rows = connection.execute(
        f"SELECT {expression} AS v, count(*) AS n FROM responses GROUP BY v ORDER BY n DESC, v"
    ).fetchall()
    return [row[0] for row in rows]


def metric_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many dated, scored answers each metric has."""
    rows: list[Any] = connection.execute(
        "SELECT kind, count(*) FROM responses WHERE y IS NOT NULL AND submitted_at IS NOT NULL GROUP BY kind"
    ).fetchall()
    return {row[0]: row[1] for row in rows}
