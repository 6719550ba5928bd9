"""The command line: one file a verb. `main` is the console script."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with the code that DESIGN's list gives each outcome."""
    from analyst.cli.app import run

    raise SystemExit(run())
