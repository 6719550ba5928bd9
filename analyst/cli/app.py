"""The application: its verbs, and what becomes of errors. Nothing heavy is imported before a verb runs."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import typer

from analyst import __version__
from analyst.cli import (
    alerts,
    analyze,
    ask,
    config,
    demo,
    digest,
    doctor,
    drivers,
    evaluate,
    export,
    fixes,
    importing,
    lag,
    llm,
    screens,
    serve,
    themes,
    why,
)
from analyst.core.errors import UndertoneError

HELP = "Why the score moved, for whom, on which screen, and what to fix first, each sentence with its evidence."

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"undertone {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Why the score moved, for whom, on which screen, and what to fix first, each sentence with its evidence."""


app.command("demo")(demo.demo)
app.command("import")(importing.import_)
app.command("analyze")(analyze.analyze)
app.add_typer(themes.app, name="themes")
app.command("why")(why.why)
app.command("drivers")(drivers.drivers)
app.command("lag")(lag.lag)
app.command("screens")(screens.screens)
app.add_typer(fixes.app, name="fixes")
app.command("digest")(digest.digest)
app.command("ask")(ask.ask)
app.add_typer(alerts.app, name="alerts")
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("doctor")(doctor.doctor)
app.add_typer(evaluate.app, name="eval")
app.add_typer(llm.app, name="llm")
app.add_typer(config.app, name="config")


def run(arguments: list[str] | None = None) -> int:
    """Run the command line on `arguments` and return its exit code.

    An UndertoneError becomes its sentence on standard error; anything else is a defect of ours: the trace goes
    to a file, and the person gets one sentence naming it.
    """
    try:
        outcome = app(args=arguments, standalone_mode=False)
    except UndertoneError as error:
        _complain(error.message, error.hint)
        return error.exit_code
    except typer.Abort:
        return 130
    except typer.TyperException as error:  # an option or argument that the command line does not know
        if error.format_message():
            _complain(
                error.format_message(), "`undertone --help` lists the commands; `undertone VERB --help` its options."
            )
        return error.exit_code
    except KeyboardInterrupt:
        _complain("Stopped.", "What was finished is kept; the same command continues.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        _complain("This machine has not enough memory for that.", "Import fewer records, or use a larger machine.")
        return 1
    except OSError as error:
        if not error.filename:
            return _defect()
        _complain(f"{error.filename}: {error.strerror}.", "Check the path and its permissions.")
        return 1
    except Exception:
        return _defect()
    return outcome if isinstance(outcome, int) else 0


def _complain(message: str, hint: str = "") -> None:
    sys.stderr.write(f"{message}\n" + (f"{hint}\n" if hint else ""))


def _defect() -> int:
    if os.environ.get("UNDERTONE_DEBUG"):
        traceback.print_exc()
        return 1
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"undertone-defect-{os.getpid()}.txt"
    try:
        path.write_text(traceback.format_exc(), encoding="utf-8")
        where = f"The details are in {path}."
    except OSError:
        where = "Set UNDERTONE_DEBUG=1 to see the details."
    reason = traceback.format_exception_only(*sys.exc_info()[:2])[-1].strip()
    _complain(f"Something went wrong inside Undertone ({reason}).", f"That is a defect of ours. {where}")
    return 1
