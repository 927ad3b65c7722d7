"""What commands install becomes requirements; what only a network has is refused with its command."""

from __future__ import annotations

import pytest

from cab_core.tasks.formats.installs import NotHad, installed_by
from cab_core.tasks.formats.shell import commands


def required(script: str) -> set[str]:
    """Return what all commands of a script ask for."""
    return {r for command in commands(script) for r in installed_by(command) or ()}


@pytest.mark.parametrize(
    ("script", "requires"),
    [
        ("apt-get install -y \\\n  curl \\\n  # the compiler\n  build-essential", {"gcc", "g++", "make"}),
        ("apt-get update && apt-get install -y golang=2:1.19 jq", {"go", "debian-jq"}),
        ("python3 -m pip install 'PyYAML>=6' scikit-learn==1.5 pytest", {"python3-yaml", "python3-sklearn", "pytest"}),
        ("uvx --with numpy==2 --with pytest-json-ctrf pytest /tests", {"python3-numpy", "pytest"}),
        ("DEBIAN_FRONTEND=noninteractive apt-get install nodejs && echo 'pip install no'", {"node"}),
        ("cat > x <<'END'\npip install never\nEND\npip install attrs", {"python3-attrs"}),
        ("curl http://localhost:80/ && curl -LsSf https://astral.sh/uv/install.sh | sh", set()),
    ],
)  # fmt: skip
def test_installers_become_requirements(script: str, requires: set[str]) -> None:
    """By the names that cab knows, whatever version was asked for."""
    assert required(script) == requires


@pytest.mark.parametrize(
    "script",
    [
        "wget https://a.b/c.tgz",
        "git clone https://a.b/c",
        "npm ci",
        "cargo install x",
        "pip install -r r.txt",
    ],
)
def test_what_a_network_alone_has_is_refused(script: str) -> None:
    """Nothing is loaded while a task is graded."""
    with pytest.raises(NotHad):
        required(script)
