"""Who saw which screen when, and what they met there, in numbers: small tables made once for a run's connection.

Every count of sessions, visits and friction starts from them. They hold numbers where the run holds long names, so that
a question about another window costs a look through integers only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.core.query import Where
from analyst.core.tables import SEGMENT_PREFIX, SIGNALS
from analyst.runs.counting import segment_dimensions, segment_sql, where_sql

if TYPE_CHECKING:
    import duckdb

KINDS, PEOPLE, SCREENS, VISITS, HAD = "visit_kinds", "visit_people", "visit_screens", "visits", "sessions_had"
BITS = {signal: 1 << place for place, signal in enumerate(SIGNALS)}


def prepare_visits(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of this module in the database of `connection`, unless they are there.

    visit_kinds (visit_kind, seg_*, c0, c1, ...): the combinations of segments that sessions have, in order of their
    values, and each value's place among its dimension's.
    visit_people (person, name), visit_screens (screen, name): numbers in order of the names. A person is the user, or
    the session where the user is unknown. visits (session, person, screen, visit_kind, moment, started_at, met, ended,
    logs): a row for each session, screen and moment; `met` has the bit of each of the SIGNALS met then, `ended` says
    whether the session ended on the screen (null where unknown), `logs` is the logarithm of its seconds, in
    billionths: whole numbers add up to the same in whatever order.
    """
    if there(connection, VISITS):
        return
    dims = segment_dimensions(connection, "sessions")
    values = ", ".join(f"{segment_sql(d, 's')} AS {segment_column(d)}" for d in dims)
    names = ", ".join(segment_column(d) for d in dims)
    columns = {row[0] for row in connection.execute("DESCRIBE sessions").fetchall()}
    last = "s.screens[len(s.screens)]" if "screens" in columns else "CAST(NULL AS VARCHAR)"
    same = " AND ".join(f"k.{segment_column(d)} = {segment_sql(d, 's')}" for d in dims) or "TRUE"
    numbers = "".join(
        f", CAST(dense_rank() OVER (ORDER BY {segment_column(d)}) - 1 AS INTEGER) AS c{at}" for at, d in enumerate(dims)
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {KINDS} AS
        SELECT row_number() OVER (ORDER BY {names}) - 1 AS visit_kind, {names}{numbers}
        FROM (SELECT DISTINCT {values} FROM sessions s)
        """
        if dims
        else f"CREATE OR REPLACE TABLE {KINDS} AS SELECT 0 AS visit_kind"
    )
    met = " + ".join(f"CASE WHEN e.signal = '{s}' AND e.\"count\" > 0 THEN {bit} ELSE 0 END" for s, bit in BITS.items())
    person = "coalesce(e.user_id, s.user_id, e.session_id)"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT e.session_id, {person} AS person, e.screen, coalesce(e.at, s.started_at) AS moment, s.started_at,
               bit_or({met}) AS met, any_value(k.visit_kind) AS visit_kind,
               any_value(CASE WHEN {last} = e.screen THEN 1 WHEN {last} IS NOT NULL THEN 0 END) AS ended,
               any_value(CASE WHEN s.duration_s > 0 THEN CAST(round(ln(s.duration_s) * 1e9) AS BIGINT) END) AS logs
        FROM exposures e JOIN sessions s ON s.session_id = e.session_id JOIN {KINDS} k ON {same}
        WHERE e.screen IS NOT NULL
        GROUP BY e.session_id, {person}, e.screen, coalesce(e.at, s.started_at), s.started_at
        """
    )
    for table, column in ((PEOPLE, "person"), (SCREENS, "screen")):
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE {table} AS
            SELECT CAST(row_number() OVER (ORDER BY {column}) - 1 AS INTEGER) AS {column}, {column} AS name
            FROM (SELECT DISTINCT {column} FROM told)
            """
        )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {VISITS} AS
        WITH numbers AS (SELECT session_id, CAST(row_number() OVER (ORDER BY session_id) AS INTEGER) AS session
                         FROM (SELECT DISTINCT session_id FROM told))
        SELECT n.session, p.person, c.screen, CAST(t.visit_kind AS INTEGER) AS visit_kind, t.moment, t.started_at,
               CAST(t.met AS UTINYINT) AS met, CAST(t.ended AS TINYINT) AS ended, t.logs
        FROM told t JOIN numbers n USING (session_id) JOIN {PEOPLE} p ON p.name = t.person
        JOIN {SCREENS} c ON c.name = t.screen ORDER BY t.moment, n.session, c.screen
        """
    )
    connection.execute("DROP TABLE told")


def prepare_sessions_had(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table sessions_had (user_id, session, moment) unless it is there: each session of a known user, by day,
    with its first moment. Exposures without a session count as one a day."""
    if there(connection, HAD):
        return
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {HAD} AS
        WITH told AS (
            SELECT user_id, session_id AS session, started_at AS moment FROM sessions
            UNION ALL
            SELECT user_id, coalesce(session_id, strftime(exposures.at, '%Y-%m-%d')), exposures.at FROM exposures
        )
        SELECT user_id, session, min(moment) AS moment FROM told
        WHERE user_id IS NOT NULL GROUP BY user_id, session, date_trunc('day', moment)
        """
    )


def kinds_where(where: Where, dims: list[str]) -> tuple[str, list[str]]:
    """The filter `where` on sessions as a condition on visits, with its parameters.

    Raises UsageProblem for a dimension that sessions lack.
    """
    condition, values = where_sql(where, dims)
    return (f"visit_kind IN (SELECT visit_kind FROM {KINDS} WHERE {condition})" if values else "TRUE"), values


def hit_sql(signal: str, met: str = "met") -> str:
    """1 where the bits `met` hold `signal`, else 0."""
    return f"CASE WHEN {met} & {BITS[signal]} > 0 THEN 1 ELSE 0 END"


def there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the database of `connection` has a lasting table of this name."""
    found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [table])
    return found.fetchone() is not None


def segment_column(dimension: str) -> str:
    """The quoted name of a dimension's column."""
    return '"' + (SEGMENT_PREFIX + dimension).replace('"', '""') + '"'
