"""The long proofs: twenty kills, a matrix, and every CLI x scripted model x task in Docker. Prints a table.

make prove
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

CAB = str(Path(sys.executable).with_name("cab"))
KILLS = 20
MATRIX = ("codex", "claude", "pi")
RIGHT = {"scripted:oracle": "passed", "scripted:null": "failed"}


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run cab to its end."""
    return subprocess.run([CAB, *args], cwd=cwd, capture_output=True, text=True, check=False)


def kills(cwd: Path) -> str | None:
    """Kill a sweep twenty times at random moments, go on each time, and look at what is left."""
    sweep = [
        "run",
        "--model",
        "scripted:oracle",
        "--model",
        "scripted:null",
        "--task",
        "mutations/py-*",
        "-j",
        "2",
    ]
    sweep += ["--tui", "aider", "--runtime", "docker", "--sweep-id", "killed"]
    chance = random.Random(20261121)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [CAB, *sweep], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2, 6))
        process.kill()
        process.wait()
    done = run(*sweep, cwd=cwd)
    rows = json.loads(run("results", "--json", "--scripted", cwd=cwd).stdout)
    wrong = [r["cell_id"] for r in rows if r["outcome"] != ("passed" if "oracle" in r["model"] else "failed")]
    run("clean", cwd=cwd)
    left = run("clean", "--dry-run", cwd=cwd).stdout.strip()
    if (
        done.returncode
        or wrong
        or len(rows) != 12
        or not left.startswith("0 containers, 0 volumes and 0 directories")
    ):
        return f"exit {done.returncode}, {len(rows)} rows, wrong: {wrong}, left: {left}"
    return None


def matrix(cwd: Path, tuis: Sequence[str] = MATRIX, tasks: str = "*", attempts: int = 2) -> str | None:
    """Run CLIs x oracle and null x tasks x attempts in Docker; the same command again does nothing."""
    asked = [part for tui in tuis for part in ("--tui", tui)]
    asked += [part for model in RIGHT for part in ("--model", model)]
    sweep = ["run", *asked, "--task", tasks, "--attempts", str(attempts)]
    sweep += ["--runtime", "docker", "-j", "2", "--sweep-id", "matrix"]
    done = run(*sweep, cwd=cwd)
    found = run("results", "--json", "--scripted", "--sweep-id", "matrix", cwd=cwd).stdout
    rows = json.loads(found) if done.returncode == 0 else []
    tasks_run = {r["task"] for r in rows}
    wrong = [r["cell_id"] for r in rows if r["outcome"] != RIGHT[r["model"]]]
    if wrong or not rows or len(rows) != len(tuis) * len(RIGHT) * len(tasks_run) * attempts:
        return f"exit {done.returncode}, {len(rows)} rows, wrong: {wrong}; {done.stderr[-1500:]}"
    start = time.monotonic()
    again = run(*sweep, "--json", cwd=cwd)
    took = time.monotonic() - start
    if again.returncode or '"started"' in again.stdout:
        return f"again: exit {again.returncode}; {again.stderr[-1500:]}"
    print(f"{len(rows)} cells, each once; the same command again: {took:.1f} s", flush=True)
    return None


def calibrate(cwd: Path) -> str | None:
    """Hold every axis against every scripted model on every task, through every CLI; print the table."""
    done = run("calibrate", "--all", "--full", "--runtime", "docker", "-j", "2", cwd=cwd)
    print(done.stdout, flush=True)
    return None if done.returncode == 0 else f"exit {done.returncode}; {done.stderr[-1500:]}"


def main() -> None:
    """Prove, print, and exit 1 where something is wrong."""
    base = Path(tempfile.mkdtemp(prefix="prove-", dir=os.environ.get("CAB_PROVE_DIR")))
    proofs = {
        "twenty kills": lambda: kills(base),
        "matrix": lambda: matrix(base),
        "calibrate --all --full": lambda: calibrate(base),
    }
    failed = 0
    for name, proof in proofs.items():
        start = time.monotonic()
        wrong = proof()
        failed += wrong is not None
        print(
            f"{name:<28} {'ok' if wrong is None else 'WRONG: ' + wrong}  {time.monotonic() - start:.0f} s",
            flush=True,
        )
    if not failed:
        shutil.rmtree(base, ignore_errors=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
