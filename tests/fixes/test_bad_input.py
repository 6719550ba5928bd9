"""Sessions that cannot be used: none at all, without users, after the answer, ten thousand of one person."""

from collections.abc import Iterator

import duckdb
import pytest

from analyst.core.runfolder import Run
from analyst.fixes import Fix, joint_of_top, rank_fixes
from analyst.runs.counting import connect
from tests.fixes.shop import LATE, query, write_shop
from tests.fixes.test_ranking import _open


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return write_shop(tmp_path_factory.mktemp("shop"), n=1500)


@pytest.fixture
def connection(run: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    found = connect(run)
    yield found
    found.close()


def _fixes(connection: duckdb.DuckDBPyConnection) -> list[Fix]:
    shop = _open(connection, query())
    return rank_fixes(connection, shop.frame, query(), shop.evidence, until=LATE, join_days=14)


def _replace(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT {columns} FROM memory.main.{table}")


def test_no_sessions_at_all_say_what_is_missing(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("sessions", "exposures"):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM memory.main.{table} WHERE false")
    fixes = _fixes(connection)
    assert fixes and {fix.grade for fix in fixes} == {"C"}
    for fix in fixes:
        assert "import sessions with the same user ids" in fix.action and fix.confidence <= 0.5
        assert fix.lift.low == 0.0 and fix.reach is None and fix.together is None and not fix.sessions
    assert joint_of_top(fixes) is None


def test_sessions_without_users_cannot_be_joined(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("sessions", "exposures"):
        _replace(connection, table, "* REPLACE (NULL::VARCHAR AS user_id)")
    assert {fix.grade for fix in _fixes(connection)} == {"C"}


def test_a_session_after_its_answer_is_no_exposure(connection: duckdb.DuckDBPyConnection) -> None:
    _replace(connection, "sessions", "* REPLACE (started_at + INTERVAL 6 HOUR AS started_at)")
    _replace(connection, "exposures", '* REPLACE ("at" + INTERVAL 6 HOUR AS "at")')
    assert {fix.grade for fix in _fixes(connection)} == {"C"}  # every session came five hours before its answer


def test_ten_thousand_sessions_of_one_person_change_little(connection: duckdb.DuckDBPyConnection) -> None:
    before = _fixes(connection)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE many AS
        SELECT s.* REPLACE (s.session_id || '-' || i AS session_id)
        FROM memory.main.sessions s, range(10000) t(i) WHERE s.session_id = 's00004'
    """)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW sessions AS SELECT * FROM memory.main.sessions UNION ALL SELECT * FROM many"
    )
    after = _fixes(connection)
    assert [(fix.fix_id, fix.grade) for fix in after] == [(fix.fix_id, fix.grade) for fix in before]
    assert after[0].lift.value == pytest.approx(before[0].lift.value, rel=0.05)


def test_the_joint_lift_is_that_of_the_last_told(run: Run) -> None:
    with connect(run) as connection:
        fixes = _fixes(connection)
    exposed = [fix for fix in fixes if fix.grade != "C"]
    assert len(exposed) == 2 and exposed[0].together is not None and exposed[1].together is not None
    assert exposed[0].together.value == pytest.approx(exposed[0].lift.value)
    assert exposed[1].together.value > exposed[0].lift.value
    assert joint_of_top(fixes, 1) == exposed[0].together and joint_of_top(fixes) == exposed[1].together
    assert all(fix.rank_low <= fix.rank <= fix.rank_high for fix in fixes)
