"""A shell completes commands, options and names, quickly."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.conftest import CAB, Cab
from tests.test_surface import HEAVY


def asked(*words: str) -> tuple[set[str], str]:
    """Return what bash would offer for the last word, and which heavy libraries that took."""
    code = (
        "import sys\nfrom cab_core.cli import main\ntry: main([])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    env = {
        "_CAB_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(["cab", *words]),
        "COMP_CWORD": str(len(words)),
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return {line.partition(",")[2] for line in done.stdout.split()}, done.stderr.strip()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["r"], {"run", "run-cell", "results", "race", "rescore", "regrade", "reference"}),
        (["run", "--task", "mutations/py-lru"], {"mutations/py-lru-cache"}),
        (["tasks", "show", "mutations/py-lru"], {"mutations/py-lru-cache"}),
        (["run", "--tui", "ai"], {"aider"}),
        (["run-cell", "--tui", "aider", "--runtime", "l"], {"local"}),
        (["plugins", "info", "aid"], {"aider"}),
        (["plugins", "list", "--js"], {"--json"}),
        (["plugins", "do"], {"doctor"}),
        (["run", "--task", "nowhere/"], set()),
    ],
)
def test_commands_and_names_are_offered_without_heavy_modules(words: list[str], offered: set[str]) -> None:
    """At every press of a key: none of the heavy libraries is loaded for it."""
    assert asked(*words) == (offered, "[]")


def test_options_are_offered() -> None:
    """Those that begin so."""
    assert asked("run", "--att")[0] == {"--attempts"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(cab: Cab, shell: str) -> None:
    """It names the variable by which it asks."""
    done = cab("completion", shell)
    assert done.returncode == 0 and f"_CAB_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes_with_the_script(cab: Cab) -> None:
    """In a real bash."""
    script = (
        f'eval "$({CAB} completion bash)"\nCOMP_WORDS=({CAB} run --task mutations/py-lru)\nCOMP_CWORD=3\n'
        f'_cab_completion {CAB}\necho "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=cab.env)
    assert done.stdout.split() == ["mutations/py-lru-cache"], done.stderr


def test_an_odd_question_is_told(cab: Cab) -> None:
    """The variable holds something else: exit 2, and what was expected."""
    done = cab(_CAB_COMPLETE="tcsh_complete")
    assert done.returncode == 2 and "bash, zsh, fish" in done.stderr
