"""Harbor's tasks are read where they lie; what cannot be given is said, and costs that task alone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog, load_pack
from cab_core.tasks.formats.harbor import HarborFormat
from tests.support.harbor import DOCKERFILE, FILES, SOLVE, TEST, TOML, write_task


def read(root: Path, **files: str | None) -> PackedTask:
    """Return the one task of a set, written with these files instead."""
    write_task(root / "set/one", files)
    [task] = load_pack(Plugins(), root / "set")
    return task


def why(root: Path, **files: str | None) -> str:
    """Return why the one task is unavailable."""
    return read(root, **files).task.doc.unavailable or "it is available"


def test_a_task_is_what_its_files_say(tmp_path: Path) -> None:
    """Work dir and toolchains are the Dockerfile's; the answer is in no file of the work dir."""
    task = read(tmp_path)
    doc = task.task.doc
    assert (task.task.id, doc.category, doc.work_at, doc.unavailable) == ("set/one", "files", "/app", None)
    assert [f.path for f in task.section("workdir")] == ["name.txt"]
    assert doc.grade.requires == ("python3",) and doc.grade.timeout_s == 60
    assert doc.prompt.startswith(FILES["instruction.md"]) and "`/app` is your current directory" in doc.prompt
    assert doc.origin is not None and doc.origin.path == "one"


def test_scripts_find_the_places_that_they_name(tmp_path: Path) -> None:
    """Unsolved fails, the solution passes: /app, /tests, /solution and /logs are where they expect them.

    The installers of the usual beginning do nothing, and the exit code of the test does not count.
    """
    write_task(tmp_path / "set/one")
    [task] = Catalog(Plugins(), [tmp_path / "set"]).select(["set/one"])
    found = validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal())
    assert found.fault is None


def test_scripts_of_a_checkout_for_windows_run(tmp_path: Path) -> None:
    """Their lines end with a carriage return, with which no shell finds what is to be run."""
    scripts = {path: FILES[path].replace("\n", "\r\n") for path in ("tests/test.sh", "solution/solve.sh")}
    write_task(tmp_path / "set/one", scripts)
    [task] = Catalog(Plugins(), [tmp_path / "set"]).select(["set/one"])
    assert validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault is None


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("task.toml", 'schema_version = "2.0"\n', "task.toml is of schema 2.0; cab reads Harbor's up to 1.4"),
        ("task.toml", "version = \n", "task.toml: cannot be parsed"),
        ("task.toml", TOML + "[environment]\ngpus = 2\n", "environment.gpus: it needs a GPU"),
        ("task.toml", TOML + '[environment]\nos = "windows"\n', "environment.os is windows"),
        ("task.toml", '[verifier.env]\nKEY = "${KEY}"\n', "verifier.env: KEY is the user's own"),
        ("task.toml", '[verifier]\nenvironment_mode = "separate"\n', "an image of their own"),
        ("task.toml", '[[steps]]\nname = "a"\n[[steps]]\nname = "b"\n', "2 steps with an instruction each"),
        ("task.toml", '[verifier]\ntimeout_sec = "long"\n', "verifier.timeout_sec: expected int or float"),
        ("task.toml", TOML + '[[environment.mcp_servers]]\nname = "a"\n', "it needs MCP servers"),
        ("environment/docker-compose.yaml", "services: {}\n", "it needs several containers"),
        ("environment/Dockerfile", "FROM acme/private:1\n", "Dockerfile:1: image acme/private:1: none of the plain"),
        ("environment/Dockerfile", "FROM ubuntu\nRUN make\n", "Dockerfile:2: 'make' runs while the image is built"),
        ("environment/Dockerfile", "FROM ubuntu\nCOPY name.txt /etc/x\nWORKDIR /app\n", "/etc/x lies outside"),
        ("environment/Dockerfile", "FROM ubuntu\nWORKDIR /app\nCOPY ../../x .\n", "leads out of environment"),
        ("environment/Dockerfile", "FROM ubuntu\n", "no WORKDIR"),
        ("environment/Dockerfile", "FROM ubuntu\nWORKDIR /tests/x\n", "something of its own (/tests)"),
        ("tests/test.sh", "curl https://example.com/judge\n", "tests/test.sh:1: curl loads https://example.com"),
        ("instruction.md", "Write /tmp/out.txt.", "the instruction names /tmp/out.txt, outside of the work dir"),
        ("tests/check.py", "open('/root/out.txt')\n", "tests/check.py names /root/out.txt, outside of the work dir"),
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_named(tmp_path: Path, path: str, text: str, said: str) -> None:
    """With the file and the line, and the task is listed all the same."""
    assert said in why(tmp_path, **{path: text})


def test_a_missing_test_is_named(tmp_path: Path) -> None:
    """Nothing could be judged."""
    assert why(tmp_path, **{"tests/test.sh": None}) == "tests/test.sh: is not there"


@pytest.mark.parametrize(
    ("reward", "said"),
    [
        ("nan", "the reward is nan, expected a finite number"),
        ("well done", "reward.txt holds 'well done', expected a number"),
        ("", "the report is empty"),
    ],
)
def test_an_odd_reward_is_named(tmp_path: Path, reward: str, said: str) -> None:
    """It is no verdict in the agent's favour, and nothing crashes."""
    write_task(tmp_path / "set/one", {"tests/test.sh": f"echo '{reward}' > /logs/verifier/reward.txt\n"})
    [task] = Catalog(Plugins(), [tmp_path / "set"]).select(["*/one"])
    found = validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal())
    assert said in (found.fault or "")


def test_broken_tasks_cost_themselves_alone(tmp_path: Path) -> None:
    """A circle of links, a link and a registry that lead away, a giant: named, and the rest is there."""
    for name in ("good", "circle", "away", "giant"):
        write_task(tmp_path / "set" / name)
    (tmp_path / "set/circle/tests/a").symlink_to("b")
    (tmp_path / "set/circle/tests/b").symlink_to("a")
    (tmp_path / "set/away/environment/name.txt").unlink()
    (tmp_path / "set/away/environment/name.txt").symlink_to("../../../secret")
    with (tmp_path / "set/giant/tests/big").open("wb") as file:
        os.truncate(file.fileno(), 1 << 30)
    registry = [{"name": "d", "version": "1", "tasks": [{"name": "gone", "path": "../../gone"}]}]
    (tmp_path / "set/registry.json").write_text(json.dumps(registry))
    said = {t.task.name: t.task.doc.unavailable or "" for t in load_pack(Plugins(), tmp_path / "set")}
    assert said["good"] == ""
    assert said["circle"] == "tests/a: a link that leads in a circle"
    assert said["away"] == "environment/name.txt: a link that leads out of the task, to ../../../secret"
    assert said["giant"] == (
        "tests: its files are larger than the 256 MiB of a task; tests/big has 1,073,741,824 bytes"
    )
    assert said["gone"].startswith("registry.json lists gone at ../../gone, which leads out of the set")


def test_a_dataset_lists_what_is_not_here(tmp_path: Path) -> None:
    """A task that has to be fetched from a registry is unavailable; one that is here is not."""
    write_task(tmp_path / "set/one", {"task.toml": '[task]\nname = "me/first"\n' + TOML})
    names = "".join(f'[[tasks]]\nname = "me/{n}"\ndigest = "sha256:0"\n' for n in ("first", "second"))
    (tmp_path / "set/dataset.toml").write_text(f'[dataset]\nname = "me/all"\n{names}')
    said = {t.task.name: t.task.doc.unavailable for t in HarborFormat().load(tmp_path / "set")}
    assert said == {"one": None, "second": "dataset.toml lists me/second, which is not here"}


def test_a_chmod_a_directory_and_a_variable_are_kept(tmp_path: Path) -> None:
    """Of what a Dockerfile does to the work dir, its scripts find all that files can say."""
    dockerfile = DOCKERFILE + "RUN chmod +x /app/name.txt && mkdir -p /app/made\nENV TONE=loud\n"
    task = read(tmp_path, **{"environment/Dockerfile": dockerfile, "solution/solve.sh": SOLVE + "# more"})
    [run] = [f for f in task.section("tests") if f.path == ".cab/run.sh"]
    head = Path(run.source).read_text()[:600]
    assert task.section("workdir")[0].executable and "dirs=made" in head and "export TONE=loud" in head


def test_five_thousand_tasks_are_listed_quickly(tmp_path: Path) -> None:
    """Reading one costs the same in a large set as in a small one: no process, nothing that grows."""

    def seconds(count: int) -> float:
        root = tmp_path / str(count) / "set"
        for i in range(count):
            write_task(root / f"t{i}", {"tests/test.sh": f"{TEST}# {i}\n"})
        begun = time.process_time()
        assert len(HarborFormat().load(root)) == count
        return time.process_time() - begun

    assert seconds(200) < 20 * max(seconds(20), 0.01)


@pytest.mark.parametrize(
    ("link", "copy"),
    [("environment/up", "up/home"), ("environment/up", "up/home/key"), ("solution", "name.txt")],
)
def test_nothing_beside_the_set_is_copied(tmp_path: Path, link: str, copy: str) -> None:
    """A link that leads out is named, wherever in a path it stands."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/key").write_text("mine")
    (tmp_path / "set/one/environment").mkdir(parents=True)
    (tmp_path / "set/one" / link).symlink_to(tmp_path)
    without = {"solution/solve.sh": None, "solution/note": None}
    made = DOCKERFILE.replace("name.txt", copy)
    assert "leads out of the task" in why(tmp_path, **{"environment/Dockerfile": made, **without})


@pytest.mark.parametrize("line", ['CMD ["bash"', 'COPY ["a", 1] /app', "COPY", "ENTRYPOINT [[["])
def test_a_line_that_cannot_be_read_costs_its_task_alone(tmp_path: Path, line: str) -> None:
    """As Docker has it, a list that is no JSON is a line of words."""
    write_task(tmp_path / "set/two")
    write_task(tmp_path / "set/one", {"environment/Dockerfile": f"{DOCKERFILE}{line}\n"})
    tasks = load_pack(Plugins(), tmp_path / "set")
    assert [bool(t.task.doc.unavailable) for t in tasks] == [True, False]
