"""Runtime bwrap: what of this machine's interpreters, keys and homes a sandbox does not show."""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtimes import test_bwrap
from tests.support.puppet import play

pytestmark = test_bwrap.pytestmark

ETC = {
    "alternatives",
    "ca-certificates",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "passwd",
    "ssl",
}
SITE = "lib/python3.9/site-packages"
# What the machine looks like: interpreters of a version manager, a home with keys and a toolchain.
MACHINE = {
    f"pyenv/versions/3.9.9/{SITE}/cab_tasks_secret/answer.py": "answer",
    "pyenv/versions/3.9.9/lib/python3.9/os.py": "library",
    f"pyenv/versions/3.8.8/{SITE.replace('3.9', '3.8')}/cab_core/answer.py": "answer",
    "pyenv/versions/3.9.9/src/codingagentbench/task_packs/answer.py": "answer",
    "pyenv/versions/pypy3.10/lib/pypy3.10/site-packages/cab_core/answer.py": "answer",
    "pyenv/versions/conda/pkgs/cab/answer.py": "answer",
    "home/.cargo/bin/tool": "tool",
    "home/.cargo/credentials.toml": "key",
    "home/.ssh/id_ed25519": "key",
    "home/.config/cab/cab.toml": "key",
    "packs/mine/one/solution/answer.py": "answer",
}
LOOK = """
from importlib.util import find_spec
call()
root, here = {root!r}, {site!r}
def listed(path):
    return sorted(os.listdir(path)) if os.path.isdir(path) else None
try: open(os.path.join({written!r}, "planted.py"), "w").write("import os")
except OSError as exc: print(exc, file=sys.stderr)
print(json.dumps({{
    "seen": sorted(os.path.relpath(os.path.join(d, f), root) for d, _, files in os.walk(root) for f in files),
    "site": listed(here), "etc": listed("/etc"), "ssl": listed("/etc/ssl"), "home": listed("/home"),
    "modules": [m for m in ("cab_core", "cab_tasks_mutations") if find_spec(m)],
}}))
"""


def furnish(root: Path, files: dict[str, str]) -> None:
    """Make the machine."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def look(root: Path, written: str = f"pyenv/versions/3.9.9/{SITE}", **env: str) -> dict[str, Any]:
    """Run a cell on that machine and return what its agent saw."""
    own_site = site.getsitepackages([sys.base_prefix])[0]
    script = LOOK.format(root=str(root), site=own_site, written=str(root / written))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"PYENV_ROOT": "pyenv", "HOME": "home", **env}.items():
            patch.setenv(name, str(root / value))
        directory, result = play(root.parent / "runs", script, runtime_name="bwrap")
    assert result.outcome == "failed", (result.why, (directory / "stderr.log").read_text())
    found: dict[str, Any] = json.loads((directory / "stdout.log").read_text())
    return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The machine, which stays as it is."""
    root = tmp_path_factory.mktemp("hidden") / "machine"
    furnish(root, MACHINE)
    yield root


@pytest.fixture(scope="module")
def seen(machine: Path) -> dict[str, Any]:
    """What an agent saw of it."""
    return look(machine)


def test_site_directories_of_other_interpreters_are_hidden(seen: dict[str, Any]) -> None:
    """Where another version of Python has cab and packs installed, the agent finds nothing of them."""
    assert not [p for p in seen["seen"] if "site-packages" in p and "planted" not in p]


def test_the_rest_of_an_interpreter_is_there(seen: dict[str, Any]) -> None:
    """The versions themselves can be used: their libraries are seen."""
    assert "pyenv/versions/3.9.9/lib/python3.9/os.py" in seen["seen"]


def test_the_site_directory_below_our_own_interpreter_is_hidden(seen: dict[str, Any]) -> None:
    """The interpreter that the virtual environment is made of runs in the sandbox, without its packages."""
    if not os.listdir(site.getsitepackages([sys.base_prefix])[0]):
        pytest.skip("nothing is installed there: there is nothing to hide")
    assert (seen["site"], seen["modules"]) == ([], [])


def test_nothing_can_be_written_there(machine: Path, seen: dict[str, Any]) -> None:
    """No module can be planted where site packages were, neither in the sandbox nor on this machine."""
    assert f"pyenv/versions/3.9.9/{SITE}/planted.py" not in seen["seen"]
    assert os.listdir(machine / f"pyenv/versions/3.9.9/{SITE}") == ["cab_tasks_secret"]


def test_private_keys_of_the_system_are_hidden(seen: dict[str, Any]) -> None:
    """Of /etc/ssl there are certificates and settings, and no /etc/ssl/private."""
    assert set(seen["ssl"]) <= {"certs", "openssl.cnf"}


def test_of_the_system_s_settings_only_what_programs_need_is_there(seen: dict[str, Any]) -> None:
    """/etc holds what is listed by name, and nothing else."""
    assert set(seen["etc"]) <= ETC


def test_of_a_home_nothing_but_toolchains_is_there(seen: dict[str, Any]) -> None:
    """The toolchain's programs are seen; the keys beside them and whatever else lies there are not."""
    assert [p for p in seen["seen"] if p.startswith("home/")] == ["home/.cargo/bin/tool"]
    assert seen["home"] == ["agent"]


def test_a_pack_elsewhere_is_not_there(seen: dict[str, Any]) -> None:
    """A directory that is nobody's toolchain is not seen at all."""
    assert not [p for p in seen["seen"] if p.startswith("packs/")]


def test_a_version_by_another_name_is_hidden_too(tmp_path: Path) -> None:
    """A relative link from 3.9 to 3.9.9 is no way around."""
    furnish(tmp_path / "machine", MACHINE)
    (tmp_path / "machine/pyenv/versions/3.9").symlink_to("3.9.9")
    assert not [p for p in look(tmp_path / "machine")["seen"] if "answer" in p]


def test_a_virtual_environment_of_pyenv_does_not_break_the_room(tmp_path: Path) -> None:
    """pyenv-virtualenv links versions/NAME to an absolute path: the sandbox starts, and hides that too."""
    root = tmp_path / "machine"
    furnish(root, MACHINE | {f"pyenv/versions/3.9.9/envs/mine/{SITE}/cab_core/answer.py": "answer"})
    (root / "pyenv/versions/mine").symlink_to(root / "pyenv/versions/3.9.9/envs/mine")
    assert not [p for p in look(root)["seen"] if "answer" in p]


@pytest.mark.parametrize(
    ("env", "place"),
    [({}, "pyenv/versions/3.9.9/envs/mine"), ({"ASDF_DATA_DIR": "asdf"}, "asdf/installs/python/3.9.9")],
    ids=["environment of pyenv", "interpreter of asdf"],
)
def test_site_directories_in_every_toolchain_are_hidden(
    tmp_path: Path, env: dict[str, str], place: str
) -> None:
    """Wherever in a tree that the sandbox shows packages are installed, cab and packs are not seen."""
    root = tmp_path / "machine"
    furnish(root, MACHINE | {f"{place}/{SITE}/cab_core/answer.py": "answer"})
    assert not [p for p in look(root, **env)["seen"] if "answer" in p]
