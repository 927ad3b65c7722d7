"""`cab new` as a user types it."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Cab


def test_it_says_what_is_next(cab: Cab) -> None:
    """Where it is, and three commands: install it, see it at work, test it."""
    done = cab("new", "adapter", "Foo.CLI")
    assert done.returncode == 0, done.stderr
    assert (
        "9 files are written to cab-adapter-foo-cli; what is yours to change is marked HERE. Next:"
        in done.stdout
    )
    assert [line.strip() for line in done.stdout.splitlines()[1:]] == [
        "cd cab-adapter-foo-cli && pip install -e '.[test]'",
        "cab run --tui foo-cli --model scripted:oracle --task mutations/py-stock-reorder",
        "pytest",
    ]
    assert (cab.cwd / "cab-adapter-foo-cli/pyproject.toml").is_file()


def test_a_program_is_told_all_of_it(cab: Cab) -> None:
    """As JSON: names, directory, files, the same commands."""
    said = cab.json("new", "scorer", "my-axis", "-o", "some where", "--json")
    assert (said["kind"], said["name"], said["distribution"]) == ("scorer", "my_axis", "cab-scorer-my-axis")
    assert said["directory"] == "some where" and said["next"][0].startswith("cd 'some where' && pip install")
    assert all((cab.cwd / "some where" / name).is_file() for name in said["files"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["adaptor", "x"], "did you mean 'adapter'"),
        (["adapter", "3d"], "expected a letter"),
        (["adapter", "aider"], "the adapter 'aider' is there already, of codingagentbench:aider"),
        (["adapter", "x", "-o", "."], "nothing is overwritten"),
        (["adapter"], "the name is missing"),
    ],
)
def test_a_mistake_is_the_user_s(cab: Cab, args: list[str], says: str) -> None:
    """Exit 2, one message, no traceback, and nothing is written."""
    (cab.cwd / "there").write_text("")
    done = cab("new", *args, "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["exit_code"], done.stderr) == (2, 2, "") and says in error["message"]
    assert [path.name for path in cab.cwd.iterdir()] == ["there"]
