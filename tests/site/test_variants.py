"""Versions, runtimes and settings of one cell: pages, names, badges and lines of their own."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from cab_core.records import CellResult
from cab_core.site.build import build_site
from cab_core.site.commands import docker_commands, run_cell_command
from cab_core.site.planned import not_run
from cab_core.site.rows import load_rows
from cab_core.store.cells import Store
from cab_core.store.paths import cell_address, variant_segment
from tests.site.made import Made, lock_file
from tests.site.test_build import OFF, Links

OLD = Made(
    version="0.86.1", runtime="docker", network="gateway", ended_at="2026-01-01T00:00:00Z", outcome="failed"
)
NEW = Made(version="0.86.2", runtime="docker", network="gateway", ended_at="2026-02-01T00:00:00Z")
BEHIND = "@0.86.1-docker-gateway"
LASTING = "@0.86.2-docker-gateway"
HOME = "config/aider/acme/coder-1"


def build(root: Path, *cells: Made) -> Path:
    """Write these cells and their site; return where it is."""
    for cell in cells:
        cell.write(root / "runs")
    return build_site([root / "runs"], root / "site").parent


def text(site: Path, path: str) -> str:
    """Return the text of a page."""
    return (site / path / "index.html").read_text(encoding="utf-8")


def test_each_version_has_its_page_and_badge(tmp_path: Path) -> None:
    """The one that stands at the plain address, the other behind it."""
    site = build(tmp_path, OLD, NEW)
    badges = "badge/aider/acme/coder-1/mutations/off-by-one"
    for path, outcome in ((OFF, "passed"), (f"{OFF}/{BEHIND}", "failed")):
        assert json.loads((site / path / "cell.json").read_text())["outcome"] == outcome
    assert "composite 90%" in (site / f"{badges}.svg").read_text()
    behind = (site / badges / f"{BEHIND}.svg").read_text()
    assert ">failed<" in behind and "%" not in behind
    assert "0.86.1" in (site / badges / f"{BEHIND}.svg").read_text()


def test_the_pages_lead_to_each_other(tmp_path: Path) -> None:
    """Under a heading of its own, and not among other CLIs."""
    site = build(tmp_path, OLD, NEW)
    for path, other, name in ((OFF, BEHIND, "@0.86.1"), (f"{OFF}/{BEHIND}", "..", "@0.86.2")):
        before, _, behind = text(site, path).partition("Other versions and settings</h2>")
        assert f'"{other}/index.html">{name}</a>' in behind
        assert "No other CLI ran this task with this model." in before
    links = {p: Links(p) for p in site.rglob("*.html")}
    assert all(
        (p.parent / to.partition("#")[0]).resolve().exists() for p, found in links.items() for to in found.to
    )


def test_no_two_lines_read_the_same(tmp_path: Path) -> None:
    """On the leaderboard, the matrices, the task's page and the recordings."""
    site = build(tmp_path, OLD, NEW, Made(tui="opencode", version="1"))
    for path in (".", "task/mutations/off-by-one", "pack/mutations", "sweep/made"):
        page = text(site, path)
        assert "aider × acme/coder-1 @0.86.1" in page and "aider × acme/coder-1 @0.86.2" in page, path
        assert "opencode × acme/coder-1<" in page, path
    for path in ("matrix.html", "pack/mutations/matrix.html", "recordings.html"):
        assert "@0.86.1" in (site / path).read_text(), path


def test_each_configuration_has_a_page(tmp_path: Path) -> None:
    """With its own figures, its parts, and a link to the others."""
    site = build(tmp_path, OLD, NEW)
    assert "<dd>1/1</dd>" in text(site, HOME) and "<dd>0/1</dd>" in text(site, f"{HOME}/{BEHIND}")
    assert f'{HOME}/{BEHIND}/index.html">@0.86.1</a>' in text(site, HOME)
    assert f'{HOME}/index.html">@0.86.2</a>' in text(site, f"{HOME}/{BEHIND}")
    assert "version 0.86.1 · runtime docker, network gateway" in text(site, f"{HOME}/{BEHIND}")


def test_an_address_of_its_own_leads_to_what_stands(tmp_path: Path) -> None:
    """So that a link and a badge hold when a newer version takes the plain address, and when it gives it up."""
    site = build(tmp_path, OLD, NEW)
    badge = site / "badge/aider/acme/coder-1/mutations/off-by-one" / f"{LASTING}.svg"
    for path in (f"{OFF}/{LASTING}", f"{HOME}/{LASTING}"):
        assert 'content="0; url=../index.html"' in text(site, path)
    assert badge.read_text() == badge.parent.with_suffix(".svg").read_text()
    build(
        tmp_path, Made(version="0.87", runtime="docker", network="gateway", ended_at="2026-03-01T00:00:00Z")
    )
    assert json.loads((site / OFF / LASTING / "cell.json").read_text())["cell"]["tui_version"] == "0.86.2"
    assert badge.exists()


@pytest.mark.parametrize(
    ("stands", "other"),
    [
        (OLD, Made(outcome="infra_upstream", version="2", ended_at="2026-09-01T00:00:00Z")),
        (OLD, Made(marks=("provisional",), version="2", ended_at="2026-09-01T00:00:00Z")),
        (NEW, OLD),
    ],
)
def test_which_version_has_the_plain_address(tmp_path: Path, stands: Made, other: Made) -> None:
    """A verdict before none, citable before provisional, then the latest."""
    site = build(tmp_path, other, stands)
    assert json.loads((site / OFF / "cell.json").read_text())["cell"]["tui_version"] == stands.version


def test_attempts_of_one_version_stay_together(tmp_path: Path) -> None:
    """The plain address with an attempt is that of the version whose first attempt is there."""
    second = attrs.evolve(OLD, attempt=2)
    site = build(tmp_path, OLD, NEW, second)
    assert not (site / OFF / "~2/index.html").exists()
    assert f'"../~2/{BEHIND}/index.html"' in text(site, f"{OFF}/{BEHIND}")


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        (Made(runtime="docker", network="gateway"), ("docker", "local")),
        (Made(options={"edit_format": "diff"}), ("edit_format=diff", "edit_format=none")),
        (Made(model_params={"temperature": 0.2}), ("temperature=0.2", "temperature=none")),
    ],
)
def test_settings_are_told_apart_like_versions(tmp_path: Path, changed: Made, parts: tuple[str, ...]) -> None:
    """Runtime, network, options and model parameters."""
    site = build(tmp_path, Made(), changed)
    assert len(list(site.glob("cell/**/cell.json"))) == 2
    assert all(f"aider × acme/coder-1 {part}" in text(site, ".") for part in parts)


def test_the_identity_names_all_parts(tmp_path: Path) -> None:
    """Version asked for, runtime, network, options and model parameters; a dash where there are none."""
    site = build(tmp_path, Made(version="0.86.1", options={"a": "5"}, model_params={"temperature": 0.2}))
    page = text(site, OFF)
    for said in ("(asked for: 0.86.1)", "a=&#34;5&#34;", "temperature=0.2", "<dd>local, open</dd>"):
        assert said in page, said
    assert "<dt>options</dt><dd>–</dd>" in text(build(tmp_path / "x", Made()), OFF)


def test_an_earlier_sweep_of_another_version_has_its_own_line(tmp_path: Path) -> None:
    """A newer version in a newer sweep does not take its place; the same version in a newer sweep does."""
    earlier = Made(
        sweep="earlier",
        version="0.86.1",
        runtime="docker",
        network="gateway",
        ended_at="2025-01-01T00:00:00Z",
    )
    site = build(tmp_path, OLD, NEW, earlier)
    assert text(site, ".").count(f"{HOME}/{BEHIND}/index.html") == 1
    assert "Another sweep stands." in text(site, f"sweep/earlier/{OFF}/{BEHIND}")
    assert f"sweep/earlier/{OFF}/{BEHIND}/index.html" in text(site, f"{OFF}/{BEHIND}")


def test_a_name_that_grows_is_written_again(tmp_path: Path) -> None:
    """A page that is there already says its version once there is another."""
    assert "<h1>aider × acme/coder-1</h1>" in text(build(tmp_path, OLD), OFF)
    build(tmp_path, NEW)
    assert "<h1>aider × acme/coder-1 @0.86.1</h1>" in text(tmp_path / "site", f"{OFF}/{BEHIND}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Made(version="1-docker", runtime="x"), Made(version="1", runtime="docker-x")),
        (Made(version="1", runtime="a-b", network="c"), Made(version="1-a", runtime="b", network="c")),
    ],
)
@pytest.mark.parametrize("task", ["mutations/off-by-one", "p/other"])
def test_names_that_read_the_same_when_joined_have_pages_of_their_own(
    tmp_path: Path, one: Made, other: Made, task: str
) -> None:
    """Cells of one task, or configurations with different tasks, beside one that stands."""
    other.task = task
    later = {"version": "9", "ended_at": "2030-01-01T00:00:00Z"}
    site = build(tmp_path, one, other, Made(**later), Made(task=task, sweep="b", **later))  # type: ignore[arg-type]
    for made in (one, other):
        place = f"{cell_address(made.cell())}/{variant_segment(made.cell().configuration)}"
        assert f"<dd>{made.runtime}" in text(site, f"cell/{place}")


def test_a_version_that_ran_another_task_is_said_here_too(tmp_path: Path) -> None:
    """A page without a neighbour of its name is written again as well."""
    build(tmp_path, OLD)
    site = build(tmp_path, attrs.evolve(NEW, task="p/other"))
    assert "<h1>aider × acme/coder-1 @0.86.1</h1>" in text(site, OFF)


def test_an_older_version_of_another_task_is_said_here_too(tmp_path: Path) -> None:
    """A page that keeps its address and its configuration's page gets the longer name all the same."""
    build(tmp_path, NEW)
    site = build(tmp_path, attrs.evolve(OLD, task="p/other"))
    assert "<h1>aider × acme/coder-1 @0.86.2</h1>" in text(site, OFF)


def test_cells_of_the_former_layout_are_shown_as_before(tmp_path: Path) -> None:
    """With their address, and their tries; those of another version in the same directory are not theirs."""
    runs = tmp_path / "runs"
    Made(version="1", outcome="infra_upstream", why="the endpoint answered 503").write_former(runs)
    Made(version="1").write_former(runs)
    site = build_site([runs], tmp_path / "site").parent
    assert json.loads((site / OFF / "cell.json").read_text())["outcome"] == "passed"
    assert "try 1" in text(site, OFF)
    Made(version="2", ended_at="2030-01-01T00:00:00Z").write_former(runs)
    build_site([runs], tmp_path / "site")
    assert "No other attempt, try or sweep" in text(site, OFF)
    assert "try 1" in text(site, f"{OFF}/@1-local-open") and "try 3" not in text(site, f"{OFF}/@1-local-open")


def test_tries_of_both_layouts_are_one_cell(tmp_path: Path) -> None:
    """A cell that was run again since has its earlier tries on its page."""
    runs = tmp_path / "runs"
    Made(outcome="infra_upstream", why="the endpoint answered 503").write_former(runs)
    Made().write(runs)
    assert len(load_rows([runs])) == 1
    assert "the endpoint answered 503" in text(build_site([runs], tmp_path / "site").parent, OFF)


def test_the_command_says_all_that_distinguishes(tmp_path: Path) -> None:
    """Version, runtime, network, options and limits and model parameters."""
    made = Made(version="0.86.1", runtime="docker", network="open", options={"a": "5", "b": [1], "c": True, "d": "diff"},
                model_params={"temperature": 0.2}, stack=("docs",))  # fmt: skip
    made.limits = type(made.limits)(wall_s=90, calls=7, usd=0.5)
    said = run_cell_command(result_of(tmp_path, made))
    for part in (
        "--tui aider@0.86.1", "--runtime docker", "--network open", "--stack docs", "--option 'a=\"5\"'",
        "--option 'b=[1]'", "--option c=true", "--option d=diff", "--wall 90", "--max-calls 7", "--max-usd 0.5",
        "--model-param temperature=0.2",
    ):  # fmt: skip
        assert part in said, part
    assert "--wall" not in run_cell_command(result_of(tmp_path / "x", Made()))


def test_the_cell_image_is_told_what_distinguishes(tmp_path: Path) -> None:
    """The printed docker command has version and options too."""
    made = Made(version="0.86.1", options={"edit": "diff"})
    made.identity = type(made.identity)(cell_image="x@sha256:1")
    said = docker_commands(result_of(tmp_path, made)) or ""
    assert "--tui aider@0.86.1" in said and "--option edit=diff" in said


def result_of(root: Path, made: Made) -> CellResult:
    """Return a cell's result as it is read back."""
    made.write(root)
    [(_, found)] = Store(root).standing()
    return found


def test_what_a_sweep_has_not_run_is_counted_by_configuration(tmp_path: Path) -> None:
    """Each version, each attempt; what was run is taken away, of that version alone."""
    for cell in (OLD, NEW):
        cell.write(tmp_path)
    plan = [OLD.cell().configuration, NEW.cell().configuration, Made(version="3").cell().configuration]
    (tmp_path / "made/sweep.lock.toml").write_text(lock_file(plan, OLD.task, "p/later"))
    assert not_run([tmp_path], "made", load_rows([tmp_path])) == 4
    (tmp_path / "made/sweep.lock.toml").write_text(lock_file(plan, OLD.task, attempts=2))
    assert not_run([tmp_path], "made", load_rows([tmp_path])) == 4


@pytest.mark.parametrize(
    "lock",
    [
        'schema_version = 1\n[clis.aider]\n[models.m]\n[tasks]\n"p/t" = ""\n',
        'schema_version = 2\nconfigurations = [{tui = 3}]\ntasks = {a = ""}\n',
        'schema_version = 2\nconfigurations = [{}]\ntasks = {a = ""}\n',
        'schema_version = 3\nconfigurations = [{tui = "a", model = "m"}]\ntasks = {a = ""}\n',
        'schema_version = 2\nconfigurations = 3\ntasks = {a = ""}\n',
        'schema_version = 2\nconfigurations = []\ntasks = {a = ""}\nattempts = "x"\n',
        'schema_version = 2\nconfigurations = [{tui = "a", model = "m"}]\ntasks = {a = ""}\nattempts = 99999999\n',
    ],
)
def test_of_another_lock_file_nothing_is_known(tmp_path: Path, lock: str) -> None:
    """One of an earlier cab, and one that is no plan."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s/sweep.lock.toml").write_text(lock)
    assert not_run([tmp_path], "s", []) is None
