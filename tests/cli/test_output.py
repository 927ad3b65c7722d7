"""What comes out of standard output: all of it, and with `--json` nothing else."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable

import pytest

from tests.conftest import CAB, Cab
from tests.site.made import Made

LOUD = """
print("from a plugin")
import logging, os, sys
logging.basicConfig(stream=sys.stdout, level=logging.INFO)
logging.info("from its log")
os.system("echo from a program")
"""


def test_what_a_plugin_prints_is_not_among_json(cab: Cab, distribution: Callable[..., str]) -> None:
    """Nor what a program prints that it starts: that goes to standard error, where it can be read."""
    cab.find_plugins(distribution("cab-loud", LOUD))
    done = cab("plugins", "list", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)
    for who in ("a plugin", "its log", "a program"):
        assert f"from {who}" in done.stderr


def test_an_error_of_json_is_not_among_it_either(cab: Cab) -> None:
    """One object on standard output, whatever ended the command."""
    done = cab("results", "--runs", "nowhere", "--json")
    assert json.loads(done.stdout)["error"]["exit_code"] == done.returncode == 2


@pytest.mark.parametrize(
    ("words", "unbuffered"), [("export --csv", "1"), ("results --json", "1"), ("results --json", "")]
)
def test_output_that_is_cut_is_an_error(cab: Cab, words: str, unbuffered: str) -> None:
    """Also where Python writes without a buffer, as it does in many containers, and half of it was taken."""
    for n in range(20):
        Made(task=f"p/{n}").write(cab.cwd / "runs")
    whole = cab(*words.split()).stdout
    limit = len(whole) - 100
    with (cab.cwd / "out").open("wb") as out:
        done = subprocess.run(
            [str(CAB), *words.split()], cwd=cab.cwd, env={**cab.env, "PYTHONUNBUFFERED": unbuffered},
            stdout=out, stderr=subprocess.PIPE, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
    assert os.path.getsize(cab.cwd / "out") <= limit
    assert done.returncode == 1 and "cannot be written" in done.stderr
