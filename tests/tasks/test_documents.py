"""Documents that people write: what is no record of ours is told with the file's name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from cab_core.records import Sweep
from cab_core.tasks.documents import read_document

SWEEP = 'tuis = ["aider"]\nmodels = ["m"]\ntasks = ["*"]\n'


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("model_params = {temperature = inf}", "expected a finite number, got inf"),
        ("model_params = {temperature = nan}", "expected a finite number, got nan"),
        ("model_params = {temperature = 1e999}", "expected a finite number, got 1e999"),
        (f"model_params = {{x = {'[' * 10_000}}}", "cannot be parsed"),
        (f'sweep_id = "{"x" * 600}"', "600 bytes, expected at most 512"),
    ],
)
def test_what_could_not_be_recorded_is_told(tmp_path: Path, more: str, says: str) -> None:
    """Numbers that JSON does not have, nesting without end, names that are too long."""
    path = tmp_path / "sweep.toml"
    path.write_text(SWEEP + more)
    with pytest.raises(BadDocument, match=f"sweep.toml: .*{says}"):
        read_document(path, Sweep)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_are_those_of_json(tmp_path: Path, value: str) -> None:
    """A sweep file in JSON is held to the same."""
    path = tmp_path / "sweep.json"
    path.write_text(f'{{"tuis": ["a"], "models": ["m"], "tasks": ["*"], "options": {{"x": {value}}}}}')
    with pytest.raises(BadDocument, match=f"expected a finite number, got {value}"):
        read_document(path, Sweep)


def test_a_document_is_a_file_of_a_bounded_size(tmp_path: Path) -> None:
    """A pipe is not waited for, a device not read for ever, and a long file not for minutes."""
    pipe, endless, long = (tmp_path / f"{name}.toml" for name in ("pipe", "endless", "long"))
    os.mkfifo(pipe)
    endless.symlink_to("/dev/zero")
    long.write_bytes(b"#" * (4 << 20) + b"#")
    for path, said in (
        (pipe, "no regular file"),
        (endless, "no regular file"),
        (long, "larger than the 4 MiB"),
    ):
        with pytest.raises(BadDocument, match=said):
            read_document(path, Sweep)
