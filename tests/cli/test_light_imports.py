"""Start-up stays light: what a command must not load, it does not load."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "umap", "hdbscan", "sklearn", "sentence_transformers", "transformers", "numba", "pandas"}
ONLINE = {"openai", "langchain", "langchain_core", "langchain_openai", "langsmith"}


def _loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sorted(m for m in sys.modules if '.' not in m)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_itself_loads_next_to_nothing() -> None:
    loaded = _loaded("import analyst.cli.app")
    assert not loaded & (HEAVY | ONLINE | {"numpy", "pyarrow", "duckdb", "scipy", "pydantic", "rich", "sqlalchemy"})


@pytest.mark.parametrize("verb", ["why", "themes", "fixes", "digest"])
def test_reading_verbs_load_nothing_heavy(verb: str) -> None:
    code = (
        "import analyst.cli.reading\n"
        "import analyst.answers.gather, analyst.answers.digest, analyst.answers.markdown, analyst.cli.tables\n"
        f"import analyst.cli.{verb}"
    )
    assert not _loaded(code) & (HEAVY | ONLINE)


def test_the_offline_path_never_loads_an_llm_library() -> None:
    code = "import analyst.runs.analyze, analyst.records, analyst.themes, embeddings, analyst.llm, prompts"
    assert not _loaded(code) & (ONLINE | {"torch"})
