"""A plan: what is held against what before anything is run, and what a sweep is pinned to."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core import __version__
from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, ModelDoc
from cab_core.plugins.registry import Plugins
from cab_core.records import Limits, Recipe, Sweep
from cab_core.sweep.lock_file import check_locked, merge_lock_file, pins, write_lock_file
from cab_core.sweep.plan import Plan, make_plan
from cab_core.sweep.shards import Shard
from cab_core.tasks.catalog import Catalog
from tests.support.puppet import Puppet, find_task, plan_one

TASK = "mutations/py-lru-cache"


class Tiny(Puppet):
    """An adapter whose installation costs nothing."""

    name = "puppet"

    def recipe(self, version: str) -> Recipe:
        return Recipe()

    def version_argv(self) -> list[str]:
        return ["echo", "tiny"]


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Plan]:
    """Make the plan of a sweep of the puppet."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))

    def make(adapter: Any = None, config: ConfigDoc | None = None, **more: Any) -> Plan:
        plugins = Plugins()
        owner, row = plugins.owner, plugins.owner("adapter", "aider")
        monkeypatch.setattr(plugins, "adapter", lambda _: adapter or Tiny(""))
        monkeypatch.setattr(
            plugins, "owner", lambda kind, name: row if name == "puppet" else owner(kind, name)
        )
        said = {"tuis": ("puppet",), "models": ("scripted:null",), "tasks": (TASK,), **more}
        sweep = Sweep(**said)
        return make_plan(
            sweep, plugins, Catalog(plugins), EndpointChoice(), config or ConfigDoc(), lambda _: None
        )

    return make


def test_a_cli_that_speaks_another_protocol_is_a_mistake(plan: Callable[..., Plan]) -> None:
    """The gateway relays, it does not translate: said before anything is installed."""
    adapter = Tiny("")
    adapter.protocols = ("other",)
    adapter.recipe = lambda version: 1 / 0  # type: ignore[method-assign,return-value]
    with pytest.raises(
        UserError, match="'puppet' speaks other, the gateway speaks anthropic-messages, gemini"
    ):
        plan(adapter)


def test_a_plan_too_large_to_be_held_is_a_mistake(plan: Callable[..., Plan]) -> None:
    """It is told with its factors before anything is installed or made."""
    with pytest.raises(
        UserError, match=r"2 x 1 tasks x 500,001 attempts are 1,000,002 cells; expected at most"
    ):
        plan(models=("scripted:null", "scripted:oracle"), attempts=500_001)


def test_the_order_of_a_plan_is_cli_runtime_model_options_task_attempt(plan: Callable[..., Plan]) -> None:
    """So a board fills a configuration at a time, and the same command plans the same order."""
    adapter = Tiny("")
    adapter.options = {"x": {}}  # type: ignore[attr-defined]
    found = plan(
        adapter, tuis=("puppet@2", "puppet@1"), option_sets=({"x": 1}, {"x": 2}), attempts=2,
        models=("scripted:null", "scripted:oracle"),
    )  # fmt: skip
    order = [(p.cell.tui_version, p.cell.model, p.cell.options["x"], p.cell.attempt) for p in found.cells]
    assert order == [
        (v, m, x, a)
        for v in "21"
        for m in ("scripted:null", "scripted:oracle")
        for x in (1, 2)
        for a in (1, 2)
    ]


def test_what_cells_share_is_made_once(plan: Callable[..., Plan]) -> None:
    """A hundred cells hold one record of their task, model and CLI."""
    cells = plan(attempts=100).cells
    for part in ("task", "model", "cli", "sandbox", "stack", "grader"):
        assert len({id(getattr(p.inputs, part)) for p in cells}) == 1
    assert len({p.content_key for p in cells}) == 100


def test_a_sweep_is_pinned_to_all_that_can_be_named(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Version of the format and of cab, configurations, CLIs with their images, models, tasks, plugins."""
    made = plan(attempts=2)
    made = attrs.evolve(made, cells=[_with_image(p) for p in made.cells])
    (tmp_path / "local").mkdir()
    assert write_lock_file(made, tmp_path) == []
    lock = tomllib.loads((tmp_path / "local" / "sweep.lock.toml").read_text())
    assert (lock["schema_version"], lock["cab"], lock["attempts"]) == (2, __version__, 2)
    [cli] = lock["clis"].values()
    assert (cli["image_id"], cli["version"], cli["reported"], cli["runtime"]) == (
        "sha256:1",
        "1",
        "tiny",
        "local",
    )
    [configuration] = lock["configurations"]
    assert configuration == {k: list(v) if isinstance(v, tuple) else v for k, v in
                             attrs.asdict(made.cells[0].cell.configuration).items()}  # fmt: skip
    assert lock["tasks"] == {TASK: find_task(TASK).task.tree_hash}
    assert lock["limits"] == {"wall_s": 600.0, "calls": 10_000}
    assert lock["plugins"]["aider"] == f"codingagentbench {__version__}"


def _with_image(planned: Any) -> Any:
    return attrs.evolve(planned, installation=attrs.evolve(planned.installation, image_id="sha256:1"))


def test_no_secret_is_pinned(plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint's key stays out of the lock file; an address that holds one is refused."""
    monkeypatch.setattr("cab_core.sweep.plan.reach", lambda _: None)
    monkeypatch.setenv("OWN", "hunter2")
    config = ConfigDoc(models={"m": ModelDoc(endpoint="http://127.0.0.1:1/v1", key_env="OWN")})
    found = pins(plan(models=("m",), config=config))
    assert "hunter2" not in str(found) and found["models"]["m"]["endpoint"] == "http://127.0.0.1:1/v1"


@pytest.mark.parametrize("text", ["", "schema_version = 2", "not toml [", "plugins = 3", "plugins = {a = 1}"])
def test_a_lock_file_that_says_nothing_is_no_trouble(
    plan: Callable[..., Plan], tmp_path: Path, text: str
) -> None:
    """It is replaced."""
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "sweep.lock.toml").write_text(text)
    assert write_lock_file(plan(), tmp_path) == []


def test_a_cell_planned_twice_has_one_key() -> None:
    """Whatever objects carry it out: the key is of what it depends on."""
    task, runtime = find_task(TASK), Plugins().runtime("local")
    from cab_core.gateway.models import Model

    one, other = (
        plan_one(Puppet(""), task, Model(id="scripted:null", scripted="null"), runtime) for _ in range(2)
    )
    assert (one.content_key, one.grader_key) == (other.content_key, other.grader_key)


def test_cells_of_a_plan_share_all_but_their_identity(plan: Callable[..., Plan]) -> None:
    """A hundred thousand of them fit into a hundred megabytes: what is alike in two cells is one object."""
    one, other = plan(attempts=2).cells
    own = {f.name for f in attrs.fields(type(one)) if getattr(one, f.name) is not getattr(other, f.name)}
    assert own == {"cell"}
    unlike = {
        f.name
        for f in attrs.fields(type(one.cell))
        if getattr(one.cell, f.name) is not getattr(other.cell, f.name)
    }
    assert unlike == {"attempt"}


def locked(made: Plan, root: Path) -> Path:
    """Write the lock file of a plan; return it."""
    (root / "local").mkdir(parents=True, exist_ok=True)
    write_lock_file(made, root)
    return root / "local" / "sweep.lock.toml"


def test_what_is_as_the_lock_file_says_is_let_through(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Whatever the order of what was asked for; a part of it, too."""
    made = plan(models=("scripted:null", "scripted:oracle"), attempts=2)
    locked(made, tmp_path)
    check_locked(plan(models=("scripted:oracle", "scripted:null"), attempts=2), tmp_path)
    check_locked(made.of_shard(Shard(1, 3)), tmp_path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"attempts": 2}, "attempts was 1, is 2"),
        ({"limits": Limits(wall_s=7)}, "limits.wall_s was 600.0, is 7"),
        ({"tasks": ("mutations/py-*",)}, 'tasks.mutations/py-moving-average was not there, is "'),
        ({"models": ("scripted:oracle",)}, "models.scripted:oracle was not there"),
        ({"tuis": ("puppet@2",)}, "clis.puppet@2 local"),
    ],
)
def test_anything_else_is_refused_by_name(
    plan: Callable[..., Plan], tmp_path: Path, more: dict[str, Any], said: str
) -> None:
    """Each difference: which key, what is locked, what it is now."""
    locked(plan(), tmp_path)
    with pytest.raises(UserError, match="--locked: nothing was run") as raised:
        check_locked(plan(**more), tmp_path)
    assert said in str(raised.value)


@pytest.mark.parametrize("key", ["adapter_sha256", "recipe_sha256", "protocol", "cab", "python3"])
def test_another_code_is_refused(plan: Callable[..., Plan], tmp_path: Path, key: str) -> None:
    """Another recipe, plugin, toolchain or cab: all that a content key is made of."""
    path = locked(plan(), tmp_path)
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{key} = "))
    path.write_text(path.read_text().replace(line, f'{key} = "other"'))
    with pytest.raises(UserError, match=rf'{key} was "other", is '):
        check_locked(plan(), tmp_path)


def test_another_plugin_of_a_path_is_refused(
    plan: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scorer that `cab.toml` names is in no content key, and changes what comes out."""
    own = {"path:score.py": "path:score.py@aaaaaaaaaaaa"}
    monkeypatch.setattr("cab_core.sweep.lock_file.imported", lambda: own)
    locked(plan(), tmp_path)
    check_locked(plan(), tmp_path)
    own["path:score.py"] = "path:score.py@bbbbbbbbbbbb"
    with pytest.raises(UserError, match=r'score.py"? was "aaaaaaaaaaaa", is "bbbbbbbbbbbb"'):
        check_locked(plan(), tmp_path)


@pytest.mark.parametrize("text", [None, "", "no toml ["])
def test_without_a_lock_file_nothing_is_locked(
    plan: Callable[..., Plan], tmp_path: Path, text: str | None
) -> None:
    """That is a mistake, and says how there comes to be one."""
    (tmp_path / "local").mkdir()
    if text is not None:
        (tmp_path / "local/sweep.lock.toml").write_text(text)
    with pytest.raises(UserError, match="without --locked writes it"):
        check_locked(plan(), tmp_path)


def test_lock_files_are_put_together(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """What only one of them has is there; what they say differently is named, and the first stands."""
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    locked(plan(), a), locked(plan(models=("scripted:oracle",), limits=Limits(wall_s=7)), b)
    (out / "local").mkdir(parents=True)
    assert merge_lock_file(a, out, "local") == []
    assert (out / "local/sweep.lock.toml").read_bytes() == (a / "local/sweep.lock.toml").read_bytes()
    assert merge_lock_file(b, out, "local") == ["limits.wall_s was 600.0, is 7"]
    both = tomllib.loads((out / "local/sweep.lock.toml").read_text())
    assert set(both["models"]) == {"scripted:null", "scripted:oracle"} and len(both["configurations"]) == 2
    assert both["limits"]["wall_s"] == 600
    assert merge_lock_file(b, out, "local") == ["limits.wall_s was 600.0, is 7"]
