"""It is the image that has toolchains or lacks them, whatever this machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.cache import keep_json
from cab_core.errors import ImageError, InfraError, UserError
from cab_core.plugins.boundary import unguarded
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Recipe
from cab_core.run.validate import validate
from cab_core.runtimes.docker import mountable, toolchains
from cab_core.runtimes.docker.build import base_id
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.images import extra_image, tools_image
from cab_core.runtimes.docker.inventory import list_images, remove_images
from cab_core.runtimes.docker.runtime import DockerRuntime
from tests.runtimes.test_installing import Cli
from tests.support.packs import write_pack

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def runtime() -> DockerRuntime:
    """The runtime, as a sweep gets it."""
    found = Plugins().runtime("docker")
    assert isinstance(unguarded(found), DockerRuntime)
    return found  # type: ignore[return-value]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that knows of no image yet."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def bare_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any toolchain."""
    monkeypatch.setattr("cab_core.tasks.toolchains.installed_version", lambda name: None)


@pytest.mark.usefixtures("bare_host")
def test_what_the_host_lacks_the_image_brings(runtime: DockerRuntime, cache: Path) -> None:
    """A task is not refused for what is not needed here; the versions are the image's."""
    assert runtime.lacking(("make", "python3>=3.9"), print) is None
    found = runtime.versions(("make", "python3>=3.9"))
    assert found["python3"] == "3.11.2" and (found["make"] or "").startswith("4.")
    assert Plugins().runtime("local").versions(("make",)) == {"make": None}
    assert "make is not installed" in (Plugins().runtime("local").lacking(("make",), print) or "")


@pytest.mark.parametrize("host", ["3.13.1", "3.11.2", None])
def test_a_version_is_held_against_the_image(
    runtime: DockerRuntime, monkeypatch: pytest.MonkeyPatch, host: str | None
) -> None:
    """The host's is nobody's concern; the reason says which is there, and what to do."""
    monkeypatch.setattr("cab_core.tasks.toolchains.installed_version", lambda name: host)
    why = runtime.lacking(("python3>=3.13",), print)
    assert why == "python3 3.11.2 is in the image, >=3.13 is needed (CAB_BASE_IMAGE names another base image)"
    assert runtime.lacking(("python3>=3.9",), print) is None


def test_what_the_image_has_not_is_told(puppet_image: object) -> None:
    """A toolchain that no package brought is not there, though others are."""
    image = tools_image(("python3",), print).id
    why = toolchains.image_lacks(image, ("javac", "python3"), print)
    assert why == "javac is not in the image (CAB_BASE_IMAGE names another base image)"
    assert toolchains.image_versions(image, ("javac", "python3"), print) == {
        "javac": None,
        "python3": "3.11.2",
    }


def test_an_unknown_toolchain_is_the_task_s_mistake(runtime: DockerRuntime) -> None:
    """Before anything is built."""
    with pytest.raises(UserError, match="did you mean 'rustc'"):
        runtime.lacking(("rutsc",), print)


def test_an_image_is_looked_into_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is kept; what is cut off or does not speak of a toolchain is read anew."""
    image = tools_image(("python3",), print).id
    reads: list[str] = []
    read = toolchains._read
    monkeypatch.setattr(
        toolchains, "_read", lambda image, names: (reads.append(image), read(image, names))[1]
    )

    def versions() -> object:
        return toolchains.image_versions(image, ("python3",), print)

    assert versions() == versions() == {"python3": "3.11.2"} and len(reads) == 1
    (file,) = cache.glob("images/*.toolchains.json")
    for spoilt in '{"python3": "3.1', "[]", '{"go": "1"}', '{"python3": 3}':
        file.write_text(spoilt)
        assert versions() == {"python3": "3.11.2"}
    assert len(reads) == 5
    keep_json(file, {"python3": "9.9"})
    assert versions() == {"python3": "9.9"} and len(reads) == 5


TESTED = """requires = ["pytest>=7"]
[[grade.commands]]
argv = ["python3", "-m", "pytest", "-q", "--junitxml={out}/report.xml", "{tests}/test_adds.py"]
kind = "junit"
report = "report.xml"
passes = 1
"""


def test_a_task_of_pytest_is_graded_in_an_image_that_has_it(tmp_path: Path) -> None:
    """What a task requires is there where its grader runs: the reference passes, the untouched tree fails."""
    test = "from adds import total\ndef test_total():\n    assert total([1, 2]) == 3\n"
    right = "def total(numbers):\n    return sum(numbers)\n"
    files = {"workdir/adds.py": "", "solution/adds.py": right, "tests/test_adds.py": test}
    task = write_pack(tmp_path, TESTED, files)
    assert validate(task, Plugins().runtime("docker"), tmp_path / "scratch", StopSignal()).fault is None


def test_a_module_comes_from_debian_or_is_told(runtime: DockerRuntime, cache: Path) -> None:
    """One that Debian does not have costs its own tasks and breaks no build; versions are the image's."""
    why = runtime.lacking(("python3-six>=1.16", "python3-no-such-module"), print)
    assert why == "python3-no-such-module is not in the image (CAB_BASE_IMAGE names another base image)"
    assert runtime.versions(("python3-six>=1.16", "python3-no-such-module"))["python3-six"] == "1.16.0"


def test_an_image_that_cannot_be_looked_into_is_told(cache: Path) -> None:
    """One without a shell: infrastructure, and nothing is kept of it."""
    broken = client().import_image_from_data(b"\0" * 1024, repository="cab-empty", tag="1")
    assert broken
    try:
        image = client().inspect_image("cab-empty:1")["Id"]
        with pytest.raises(InfraError, match=r"docker: run a container|cannot be read"):
            toolchains.image_versions(image, ("git",), print)
    finally:
        client().remove_image("cab-empty:1")
    assert not list(cache.glob("images/*.json"))


def test_a_recipe_s_python_is_held_against_the_base_image() -> None:
    """Where none fits, nothing is installed: which one is wanted, which there is, what to do."""
    recipe = Recipe(pip=("never-reached==0",), python=">=3.99")
    with pytest.raises(ImageError) as told:
        extra_image(recipe, print)
    text = str(told.value)
    assert "this needs Python >=3.99; the base image has /usr/bin/python3 (3.11.2)" in text
    assert "in CAB_BASE_IMAGE" in text and "never-reached" not in text.split("this needs")[1]


def test_what_a_first_cell_would_find_out_is_known_after_the_installation(
    runtime: DockerRuntime, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How directories get there, which base and which toolchains: no container more once a clock runs."""
    monkeypatch.setattr(mountable, "_known", [])
    extra = Recipe(env={"SERVER": "{prefix}/x", "TOY": "of the stack"})
    try:
        found = runtime.install(Cli(env={"TOY": "7"}), "1", ("python3",), (extra,), print)
    finally:
        made = ("cab-agent-toy", "cab-cli-toy", "cab-extra:")
        remove_images(i for i in list_images() if i["name"].startswith(made))
    assert mountable.known() is not None
    assert found.base_image == base_id(print) and found.toolchains == {"python3": "3.11.2"}
    assert found.reported == "toy 7" and found.env["TOY"] == "7"
    assert found.env["SERVER"].startswith("/opt/cab/extra-") and found.cell_image is None
