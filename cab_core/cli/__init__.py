"""The command `cab`. This module is all that `cab --help` imports: a command's module is loaded when used."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from .output import outputs, prepare

if TYPE_CHECKING:
    import click

# command -> (module, what it is for). The one list of commands.
COMMANDS = {
    "run": ("run", "Run a matrix of CLIs x models x tasks; go on where it stopped."),
    "run-cell": ("run_cell", "Run one cell and print its result."),
    "check": ("check", "Try one task with your own endpoint; without options, look at this machine."),
    "demo": ("demo", "The real aider on real tasks with scripted models: no key, no Docker."),
    "calibrate": ("calibrate", "Do the figures mean something? Scripted models whose figures are known."),
    "results": ("results", "Print what a runs directory holds."),
    "compare": ("compare", "Does A do better than B? Paired by task, with the flipped tasks."),
    "race": ("race", "Run A and B task by task until it is decided which does better."),
    "drift": ("drift", "Did a CLI get better or worse over its versions, and when?"),
    "power": ("power", "How many tasks and attempts does it take to see a difference?"),
    "gateway": ("gateway", "Serve one model on this machine, and print what a CLI asks it."),
    "wire": ("wire", "Show what a CLI asked its model and what it was answered, call by call."),
    "export": ("export", "Write tables, trajectories and predictions that other tools read."),
    "rescore": ("rescore", "Compute the axes of finished cells anew, without running anything."),
    "regrade": ("regrade", "Grade kept patches again where only the grader changed; calls no model."),
    "merge": ("merge", "Put runs directories together, such as those of shards."),
    "site": ("site", "Build the pages; serve them on this machine."),
    "tasks": ("tasks", "List, show, check and lock tasks."),
    "tui": ("tui", "Show which versions of a CLI there are, here and elsewhere."),
    "models": ("models", "List models, and see whether they answer."),
    "plugins": ("plugins", "List, explain and check plugins."),
    "new": ("new", "Write a package with a plugin in it: an adapter, a scorer, tasks ..."),
    "images": ("images", "Build, list, push and remove images."),
    "clean": ("clean", "Remove what killed runners left."),
    "schema": ("schema", "Print the JSON Schema of a document."),
    "reference": ("reference", "Print a page of the reference, drawn from the code."),
    "completion": ("completion", "Print the script by which a shell completes commands and names."),
    "doctor": ("doctor", "Say what is missing on this machine and how to get it."),
}
USUAL = gc.get_threshold()
_SELDOM = 200_000  # objects more than at the last collection: while modules are imported all are kept
COMPLETE = "_CAB_COMPLETE"  # click's name for the variable by which a shell asks, such as bash_complete


def main(argv: list[str] | None = None) -> None:
    """Run the command line.

    Exit: 0 done, 1 infrastructure, 2 a user's mistake, 130 interrupted (Ctrl-C, SIGTERM, SIGHUP).
    """
    args = sys.argv[1:] if argv is None else argv
    if argv is None:
        _speak_utf8()
        prepare(args)
    sys.exit(_run(args))


def _speak_utf8() -> None:
    """Begin anew in UTF-8 where the locale is another: hashes of file names must not depend on it."""
    if sys.getfilesystemencoding() == "utf-8" or "utf8" in sys._xoptions:
        return
    os.environ["PYTHONUTF8"] = "1"  # for the programs of ours that this one starts
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _overview() -> str:
    rows = [f"  {name:<10} {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        [
            "Usage: cab [-p no:PLUGIN] [--plugin PATH] COMMAND [OPTIONS]",
            "",
            "Benchmark coding-agent CLIs: any CLI x model x task.",
            "",
            "Commands:",
            *rows,
            "",
            "cab COMMAND --help explains a command; cab --version prints the version.",
        ]
    )


def _run(args: list[str]) -> int:
    """Run a command line, and tell what ended it; return the exit code."""
    try:
        code = _answer(args)
        for output in outputs():
            output.flush()  # here what cannot be written is told as any other error is
    except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001  what is a bug is raised again
        from .failure import leave_output, tell_of

        code = tell_of(exc, args)
        leave_output()
    return code


def _answer(args: list[str]) -> int:
    """Answer what needs no command's module, else run the command; return the exit code."""
    if question := os.environ.get(COMPLETE):
        from .completing import answer

        return answer(question)
    if args in ([], ["--help"], ["-h"]):
        print(_overview())
        return 0
    if args == ["--version"]:
        from cab_core import __version__

        print(f"cab {__version__}")
        return 0
    from .signals import end_as_by_ctrl_c

    end_as_by_ctrl_c()
    gc.set_threshold(_SELDOM, *USUAL[1:])
    code = root().main(args=args, prog_name="cab", standalone_mode=False)
    return code if isinstance(code, int) else 0


def collect_as_usual() -> None:
    """Collect garbage as Python does, but for what is there by now: begin what may last for days."""
    gc.freeze()
    gc.set_threshold(*USUAL)


def root() -> click.Group:
    """Return the click group, whose commands are imported when they are used."""
    from .group import cab

    return cab
