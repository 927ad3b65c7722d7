"""What the site takes for many cells, in processor seconds and bytes: `python tests/benchmarks/site_scale.py [CELLS]`.

Makes synthetic cells with wire records of three calls, whose system prompt is one of a CLI's size, builds the site in a process of its own, builds it again with nothing changed and
with ten cells changed, and prints the figures beside what they must not exceed.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.site.made import Made
from tests.site.talked import Call, Message, call, ran, result, spoken, tool

_BUILD = """
import json, resource, sys, time
from pathlib import Path
from cab_core.site.build import build_site
start = time.process_time()
build_site([Path(sys.argv[1])], Path(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": time.process_time() - start, "mb": peak / 1024}))
"""
TUIS = ("aider", "opencode", "copilot", "goose", "crush")
MODELS = tuple(f"acme/coder-{i}" for i in range(10))


def make(root: Path, cells: int) -> list[Path]:
    """Make cells of five CLIs x ten models x as many tasks as it takes."""
    made = []
    for i in range(cells):
        task, rest = divmod(i, len(TUIS) * len(MODELS))
        model, tui = divmod(rest, len(TUIS))
        made.append(
            _one(i, TUIS[tui], MODELS[model], f"pack{task % 4}/task-{task:04d}").write(root, checked=False)
        )
    return made


def _one(i: int, tui: str, model: str, task: str) -> Made:
    # A spread of outcomes without a generator: every cell has the same one in every run.
    outcome = ("passed", "failed", "passed", "limit_wall", "passed", "failed", "infra_upstream")[i * 7919 % 7]
    reply = "I read the file and made the change that the task asks for. " * 30
    wire = _wire(f"{tui} is an agent. It reads files, edits them and runs tests. " * 250, task)
    calls = tuple(ran(n, 1000.0 * n) for n in range(1, 4))
    return Made(
        sweep="scale",
        tui=tui,
        model=model,
        task=task,
        outcome=outcome,
        reply=reply,
        wire=wire,
        made_calls=calls,
    )


def _wire(system: str, task: str) -> tuple[Call, ...]:
    first: list[Message] = [
        {"role": "system", "content": f"{system} Of {task}."},
        {"role": "user", "content": f"Mend {task}."},
    ]
    look = spoken("", tool("bash", {"command": f"cat src/{task}.py"}, "t1"))
    second = [*first, look, result("t1", "def f(a, b):\n    return a + b\n" * 20)]
    edit = spoken(
        "", tool("edit", {"path": f"{task}.py", "old_string": "a + b", "new_string": "a - b"}, "t2")
    )
    third = [*second, edit, result("t2", "Edited.")]
    return (
        call(first, look),
        call(second, edit),
        call(third, spoken("I made the change that the task asks for.")),
    )


def build(runs: Path, out: Path) -> dict[str, float]:
    """Build in a fresh process; return its processor seconds and megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(runs), str(out)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main(cells: int) -> int:
    """Print the figures; return 1 where one exceeds its bound."""
    base = Path(tempfile.mkdtemp(prefix="cab-scale-"))
    try:
        start = time.monotonic()
        made = make(base / "runs", cells)
        print(f"{cells} cells made in {time.monotonic() - start:.1f} s")
        first = build(base / "runs", base / "site")
        again = build(base / "runs", base / "site")
        for directory in made[:: max(1, cells // 10)][:10]:
            path = directory / "cell.json"
            path.write_text(path.read_text().replace("failed", "passed"), encoding="utf-8")
            os.utime(path)
        changed = build(base / "runs", base / "site")
        return _print(base / "site", cells, first, again, changed)
    finally:
        shutil.rmtree(base)


def _print(site: Path, cells: int, *builds: dict[str, float]) -> int:
    first, again, changed = builds
    sizes = [p.lstat() for part in ("cell", "badge") for p in (site / part).rglob("*")]
    pages = [site / "index.html", *site.glob("pack/*/index.html")]
    rows = (
        ("built, seconds of a processor", first["seconds"], 80 * cells / 10_000 + 5),
        ("peak memory, MB", max(b["mb"] for b in builds), 1000),
        ("nothing changed, seconds of a processor", again["seconds"], 7 * cells / 10_000 + 1),
        ("ten cells changed, seconds of a processor", changed["seconds"], 10 * cells / 10_000 + 5),
        ("largest leaderboard, KB", max(p.stat().st_size for p in pages) / 1000, 300),
        ("compare data, KB", (site / "data/compare.js").stat().st_size / 1000, 1000),
        ("bytes of a cell, KB", sum(s.st_size for s in sizes) / cells / 1000, 44),
        ("blocks of a cell on disk, KB", sum(s.st_blocks for s in sizes) * 0.512 / cells, 56),
        ("files of a cell", sum(stat.S_ISREG(s.st_mode) for s in sizes) / cells, 5),
        ("a cell page, KB", next(site.glob("cell/*/*/*/*/*/index.html")).stat().st_size / 1000, 200),
    )
    for name, value, bound in rows:
        print(f"{'ok ' if value <= bound else 'BAD'} {name:<40} {value:9.1f}  (at most {bound:g})")
    return int(any(value > bound for _, value, bound in rows))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
