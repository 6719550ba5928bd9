"""Seconds and peak memory of the main job: the sample company, and two sets of real public feedback.

    python bench/main_job.py            writes bench/results/main_job.json and .md

The public sets are read from UNDERTONE_PUBLIC_DATA; where they are absent, those rows are left out
and said so. Each command runs in a process of its own; memory is that process's highest resident size.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MAPS = HERE / "maps"
RESULTS = HERE / "results"


def public_data() -> Path | None:
    """The folder of public sets, or None where it is absent."""
    named = os.environ.get("UNDERTONE_PUBLIC_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def machine() -> dict[str, Any]:
    """What this was measured on."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = named[0] if named else platform.machine()
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def timed(arguments: list[str], workspace: Path) -> dict[str, Any]:
    """Run the command line on `workspace`; seconds, peak MiB and exit code."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "analyst", *arguments, "--workspace", str(workspace)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 4):
        raise SystemExit(f"{' '.join(arguments)} exited with {code}:\n{printed}")
    return {
        "command": " ".join(Path(word).name if word.startswith("/") else word for word in arguments),
        "seconds": round(time.perf_counter() - begun, 2),
        "peak_mib": round(usage.ru_maxrss / 1024),
        "exit": code,
    }


def stages(workspace: Path) -> dict[str, Any]:
    """Stage timings that the current run's manifest holds."""
    runs = workspace / "runs"
    manifest = json.loads((runs / (runs / "current").read_text().strip() / "manifest.json").read_text())
    return {"timings": manifest["timings"], "counts": manifest["counts"], "stats": manifest["stats"]}


def real_set(name: str, data: Path, files: list[tuple[str, str]], window: list[str]) -> dict[str, Any]:
    """Import, analyse and read one public set in a fresh workspace."""
    with tempfile.TemporaryDirectory(prefix=f"undertone-{name}-") as folder:
        home = Path(folder) / "workspace"
        steps = [timed(["import", str(data / file), "--map", str(MAPS / f"{m}.toml")], home) for file, m in files]
        steps.append(timed(["analyze"], home))
        found = stages(home)
        steps += [timed([verb, *window], home) for verb in ("why", "digest")]
    return {"name": name, "steps": steps, **found}


def demo() -> dict[str, Any]:
    """The demo from nothing, once more on the same workspace, and analysed anew with everything cached."""
    with tempfile.TemporaryDirectory(prefix="undertone-demo-") as folder:
        home = Path(folder) / "workspace"
        first = timed(["demo"], home)
        found = stages(home)
        steps = [first | {"command": "demo (first time)"}, timed(["demo"], home) | {"command": "demo (again)"}]
        steps.append(timed(["analyze", "--force"], home))
        steps += [timed([verb], home) for verb in ("why", "themes", "fixes", "digest")]
    return {"name": "sample company", "steps": steps, **found}


def shown(command: str) -> str:
    """A command with the folders of its files left out."""
    return " ".join(Path(word).name if "/" in word else word for word in command.split(" "))


def markdown(results: dict[str, Any]) -> str:
    """The results as a page."""
    about = results["machine"]
    lines = [
        "# The main job: seconds and peak memory",
        "",
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {results['date']}. "
        "Made by `python bench/main_job.py`.",
    ]
    for part in results["sets"]:
        counts = part["counts"]
        lines += [
            "",
            f"## {part['name']}",
            "",
            f"{counts['responses']:,} responses, {counts['sessions']:,} sessions, {counts['opinions']:,} opinions, "
            f"{counts['themes']} themes.",
            "",
            "| command | seconds | peak MiB |",
            "|---|---:|---:|",
            *(f"| `{shown(s['command'])}` | {s['seconds']:.1f} | {s['peak_mib']:,} |" for s in part["steps"]),
            "",
            "| stage of the first analysis | seconds | peak MiB so far |",
            "|---|---:|---:|",
            *(f"| {name} | {t['seconds']:.1f} | {t['peak_mib']:,.0f} |" for name, t in part["timings"].items()),
            *(f"| – of that, {name} | {seconds:.1f} | |" for name, seconds in part["stats"]["seconds"].items()),
        ]
    lines += [f"\n{note}" for note in results["notes"]]
    return "\n".join(lines) + "\n"


def main() -> None:
    data = public_data()
    sets = [demo()]
    notes = []
    if data is None:
        notes.append("The public sets were absent (UNDERTONE_PUBLIC_DATA), so only the sample company was measured.")
    else:
        teams = [("teams_reviews.csv.gz", "teams"), ("app_release_notes.csv", "release_notes")]
        sets.append(real_set("Teams reviews", data, teams, ["--month", "2020-04"]))
        airline = [("airline_tweets.parquet", "airline")]
        window = ["--from", "2015-02-22", "--to", "2015-02-23", "--versus", "2015-02-17..2015-02-21"]
        sets.append(real_set("airline tweets", data, airline, window))
    results = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "sets": sets, "notes": notes}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "main_job.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "main_job.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()
