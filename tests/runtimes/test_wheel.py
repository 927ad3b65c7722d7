"""cab as a wheel, of which no registry is asked."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CODE = "import sys; from cab_core.runtimes.wheel import own_wheel; n, d = own_wheel(print); open(sys.argv[1], 'wb').write(d); print(n)"


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where cab is installed from a wheel, as `pip install codingagentbench` does it."""
    base = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-deps", "--target", str(base / "site"), str(wheel)], check=True)
    return base / "site"


def repacked(site: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Have the cab that is installed there pack itself, on a machine without any registry or pip."""
    env = {
        **os.environ,
        "PYTHONPATH": str(site),
        "PIP_INDEX_URL": "http://127.0.0.1:1",
        "PIP_NO_INDEX": "1",
        "PATH": "/nowhere",
    }
    argv = [sys.executable, "-c", CODE, str(out)]
    return subprocess.run(argv, env=env, cwd=out.parent, capture_output=True, text=True, check=False)


@pytest.mark.timeout(180)
def test_an_installed_cab_packs_itself(site: Path, tmp_path: Path) -> None:
    """The wheel holds the same files with right hashes, is the same every time, and can be installed."""
    [info] = site.glob("codingagentbench-*.dist-info")
    (info / "direct_url.json").unlink(missing_ok=True)
    done = repacked(site, tmp_path / "one.whl")
    assert done.returncode == 0, done.stderr
    name = done.stdout.splitlines()[-1]
    assert repacked(site, tmp_path / name).returncode == 0
    assert (tmp_path / "one.whl").read_bytes() == (tmp_path / name).read_bytes()
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, "--target", str(tmp_path / "again"), str(tmp_path / name)], check=True)
    for path in zipfile.ZipFile(tmp_path / name).namelist():
        if not path.endswith("RECORD"):
            assert (tmp_path / "again" / path).read_bytes() == (site / path).read_bytes(), path
    assert (tmp_path / "again/cab_tasks_mutations/pack.toml").exists() and (
        tmp_path / "again/bin/cab"
    ).exists()


def test_a_file_that_is_gone_is_named(site: Path, tmp_path: Path) -> None:
    """An installation that somebody took a file from is not packed without it."""
    kept = site / "cab_scorers" / "tokens.py"
    text = kept.read_bytes()
    kept.unlink()
    try:
        done = repacked(site, tmp_path / "x.whl")
        assert "ImageError" in done.stderr and "tokens.py was installed with codingagentbench" in done.stderr
    finally:
        kept.write_bytes(text)
