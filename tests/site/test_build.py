"""Building: addresses, links, what is written again, what is removed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from cab_core.errors import UserError
from cab_core.records import Span, from_json
from cab_core.site.build import build_site
from cab_core.site.diff import read_patch
from cab_core.site.spans import tree
from cab_core.site.text import compact, content, json_line, json_lines, visible
from tests.site.conftest import Browser
from tests.site.made import PATCH, Made, lock_file, span

OFF = "cell/aider/acme/coder-1/mutations/off-by-one"


class Links(HTMLParser):
    """Where a page leads to, and the places within it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value and not value.startswith("data:"):
                self.to.append(value)
            if name == "id" and value:
                assert value not in self.ids, f"id {value} twice"
                self.ids.add(value)


def test_every_link_resolves(site: Path) -> None:
    """Every link of every page leads to a file, and to a place that is in it."""
    pages = {page: Links(page) for page in site.rglob("*.html")}
    assert len(pages) > 40
    for page, links in pages.items():
        for link in links.to:
            path, _, fragment = link.partition("#")
            target = (page.parent / unquote(path)).resolve() if path else page
            assert target.is_file(), f"{page}: {link}"
            if fragment:
                assert fragment in pages[target].ids, f"{page}: {link}"


def test_addresses_are_the_references(site: Path) -> None:
    """A cell, its badge, attempts, stacks and other sweeps have the reference's addresses."""
    for path in (
        f"{OFF}/index.html", f"{OFF}/cell.json", f"{OFF}/~2/index.html",
        f"{OFF}/+docs/index.html", "badge/aider/acme/coder-1/mutations/off-by-one.svg",
        "badge/aider/acme/coder-1/mutations/off-by-one/~2.svg", f"sweep/earlier/{OFF}/index.html",
        "sweep/earlier/badge/aider/acme/coder-1/mutations/off-by-one.svg",
    ):  # fmt: skip
        assert (site / path).is_file(), path


def test_json_beside_the_page_is_the_cell(site: Path) -> None:
    """The `cell.json` beside a page is that cell's own."""
    assert json.loads((site / OFF / "cell.json").read_text())["cell_id"].startswith(
        "made/aider/acme/coder-1/"
    )


def test_another_sweep_is_said_and_leads_to_the_one_that_stands(site: Path) -> None:
    """A cell of another sweep says so, and both pages lead to each other."""
    old = (site / "sweep/earlier" / OFF / "index.html").read_text()
    assert "Another sweep stands." in old
    assert f"../../../../../../../{OFF}/index.html" in old
    assert f"sweep/earlier/{OFF}/index.html" in (site / OFF / "index.html").read_text()


def test_marks_stand_wherever_a_result_does(site: Path) -> None:
    """Scripted and incomplete results are marked on every page and badge."""
    scripted = "cell/aider/scripted~3aoracle/mutations/off-by-one"
    for page in (f"{scripted}/index.html", "task/mutations/off-by-one/index.html",
                 "config/aider/scripted~3aoracle/index.html", "sweep/made/index.html", f"{OFF}/index.html"):  # fmt: skip
        assert "scripted" in (site / page).read_text(), page
    badge = (site / "badge/aider/scripted~3aoracle/mutations/off-by-one.svg").read_text()
    assert "(scripted)" in badge
    trouble = (site / "cell/copilot/acme/coder-1/mutations/off-by-one/index.html").read_text()
    assert "incomplete" in trouble
    assert "Left out: infra upstream, the endpoint answered 503." in trouble
    assert "left out: " in (site / "badge/copilot/acme/coder-1/mutations/off-by-one.svg").read_text()


def test_only_a_pushed_image_can_be_pulled(site: Path) -> None:
    """A page prints `docker pull` for an image with a digest alone."""
    assert "docker pull" not in (site / OFF / "index.html").read_text()
    pushed = (site / "cell/aider/acme/coder-3/mutations/off-by-one/index.html").read_text()
    assert f"docker pull cab/aider:1@sha256:{'cd' * 32}" in pushed


def test_skipped_stack_items_have_their_reason(site: Path) -> None:
    """An item of a stack that was not applied is shown with the reason."""
    assert "skipped: no such thing" in (site / OFF / "+docs/index.html").read_text()


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """A second build writes what belongs to a changed cell, and nothing else."""
    runs, out = tmp_path / "runs", tmp_path / "site"
    first = Made().write(runs)
    Made(model="acme/coder-9", task="other/task").write(runs)
    build_site([runs], out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    build_site([runs], out)
    same = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    assert {p.name for p in same if same[p] != before[p]} == {".cab-site.json"}
    cell = first / "cell.json"
    cell.write_text(cell.read_text().replace("Off by one", "Off by two"), encoding="utf-8")
    build_site([runs], out)
    after = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    changed = {str(p.relative_to(out)) for p in after if after[p] != before[p]}
    assert f"{OFF}/index.html" in changed
    assert not any("coder-9" in path for path in changed)


def test_a_cell_s_page_says_what_its_sandbox_was(tmp_path: Path) -> None:
    """Limits and the way that directories got to the engine stand under the identity."""
    Made(host={"sandbox": {"pids": 512, "memory_bytes": 4096, "directories": "copied"}}).write(
        tmp_path / "runs"
    )
    page = build_site([tmp_path / "runs"], tmp_path / "site").parent / OFF / "index.html"
    assert "<dt>sandbox</dt><dd>pids 512, memory_bytes 4,096, directories copied</dd>" in page.read_text()


def test_pages_of_cells_that_are_gone_are_removed(tmp_path: Path) -> None:
    """A cell that is gone takes its pages along; files of somebody else stay."""
    import shutil

    runs, out = tmp_path / "runs", tmp_path / "site"
    Made().write(runs)
    gone = Made(task="pack/gone").write(runs)
    build_site([runs], out)
    kept = out / "CNAME"
    kept.write_text("example.org")
    shutil.rmtree(gone.parent)
    build_site([runs], out)
    assert not (out / "cell/aider/acme/coder-1/pack/gone").exists()
    assert kept.exists(), "what we did not write is left alone"
    assert (out / OFF / "index.html").exists()


def test_a_manifest_that_leads_outside_removes_nothing(tmp_path: Path) -> None:
    """A forged list of written files cannot make a build remove others."""
    runs, out = tmp_path / "runs", tmp_path / "site"
    Made().write(runs)
    victim = tmp_path / "victim"
    victim.write_text("here")
    out.mkdir()
    (out / ".cab-site.json").write_text(json.dumps({"x": {"": ["../victim", str(victim)]}}))
    build_site([runs], out)
    assert victim.exists()


def test_earlier_tries_are_listed(tmp_path: Path) -> None:
    """A cell's page lists its earlier tries, and why they failed."""
    Made(outcome="infra_upstream", why="the endpoint answered 503").write(tmp_path / "runs")
    Made().write(tmp_path / "runs")
    build_site([tmp_path / "runs"], tmp_path / "site")
    page = (tmp_path / "site" / OFF / "index.html").read_text()
    assert "try 1" in page
    assert "the endpoint answered 503" in page


def test_tries_in_vain_stand_beside_the_rate(tmp_path: Path) -> None:
    """The leaderboard and the CLI's page say how often a cell that counts was tried before, and why."""
    Made(voided=("infra_upstream", "cancelled")).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    said = "Tried in vain before cells that count: 1 × cancelled: the run was interrupted; 1 × infra_upstream"
    assert "<summary>0 (+2)</summary>" in (site / "index.html").read_text()
    [page] = site.glob("config/**/index.html")
    assert "<dt>Tried in vain</dt><dd>2</dd>" in page.read_text()
    assert all(said in p.read_text() for p in (site / "index.html", page))


def test_one_provisional_cell_marks_its_configuration_everywhere(tmp_path: Path) -> None:
    """Whichever of its cells it is: on the leaderboard, the matrices and for the compare page."""
    Made(task="p/a", runtime="docker").write(tmp_path / "runs")
    Made(task="p/b", marks=("provisional",)).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    for page in ("index.html", "matrix.html", "pack/p/matrix.html"):
        assert "provisional" in (site / page).read_text(), page
    assert '"provisional":true' in (site / "data/compare.js").read_text()


def test_without_cells_there_is_a_reason(tmp_path: Path) -> None:
    """No directory and no finished cell are told as a user's mistake."""
    with pytest.raises(UserError, match="no such directory"):
        build_site([tmp_path / "none"], tmp_path / "site")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no finished cell"):
        build_site([tmp_path / "empty"], tmp_path / "site")


def test_a_patch_is_split_into_files_and_numbered_lines() -> None:
    """A patch's lines carry their numbers before and after."""
    (only,) = read_patch(PATCH)
    assert (only.name, only.added, only.removed) == ("src/lib.rs", 1, 1)
    numbered = [(line.kind, line.old, line.new) for line in only.lines if line.kind != "meta"]
    assert numbered[:4] == [("hunk", None, None), ("same", 3, 3), ("del", 4, None), ("add", None, 4)]


def test_spans_are_a_tree_even_where_parents_come_last_or_never() -> None:
    """Spans are ordered after their parents; one without its parent is a root."""
    spans = [
        span("child", "root", "k", "child", 5, 1, {}),
        span("root", None, "k", "root", 0, 9, {}),
        span("orphan", "unknown", "k", "orphan", 7, 1, {}),
    ]
    assert [(n.name, n.depth) for n in tree([from_json(s, Span) for s in spans])] == [
        ("root", 0),
        ("child", 1),
        ("orphan", 0),
    ]


def test_a_page_stays_small_whatever_an_agent_multiplies(tmp_path: Path) -> None:
    """Of thousands of calls, refused paths and failed tests a page shows some, and says how many there are."""
    many = 5000
    calls = [span(f"c{i}", "root", "model_call", f"model_call:{i}", i, 1, {}) for i in range(many)]
    end = span("end", None, "cleanup", "cleanup:aider", many, 3, {})
    cell = Made(spans=[span("root", None, "adapter_run", "run", 0, many, {}), *calls, end]).write(
        tmp_path / "r"
    )
    grade = json.loads((cell / "grade.json").read_text())
    grade["refused"] = {f"some/path/{i}": "not a regular file" for i in range(many)}
    grade["commands"][0]["tests"] = {f"test {i}": False for i in range(many)}
    (cell / "grade.json").write_text(json.dumps(grade))
    page = (build_site([tmp_path / "r"], tmp_path / "site").parent / OFF / "index.html").read_text()
    assert "502 of 5,002 spans are shown here; spans.jsonl of the cell's directory has all." in page
    assert "cleanup:aider" in page
    assert "and 4900 more" in page and "0 of 5000 passed" in page
    assert len(page) < 1_000_000


def test_hidden_characters_are_shown() -> None:
    """Invisible, reordering and unpaired characters become escapes."""
    assert visible("a\u202eb\x00\nc\ud800") == "a\\u202eb\\x00\nc\\ud800"
    assert compact({"a": 1.0, "b": [0.5, None]}) == '{"a":1,"b":[0.5,null]}'


def test_text_inside_of_an_element_ends_no_element() -> None:
    """Of JSON the commas alone may break a line; quotation marks stay as they are."""
    assert json_line({"a": "<b>&", "c": [1]}) == '{"a":"&lt;b&gt;&amp;",<wbr>"c":[1]}'
    assert content("</pre>\u202e\"'") == "&lt;/pre&gt;\\u202e\"'"
    assert json_lines('[0.1, "o", "</script><!--"]') == '[0.1, "o", "\\u003c/script>\\u003c!--"]'


def test_the_card_is_a_picture_that_any_program_can_read(site: Path, browser: Browser) -> None:
    """The preview cards of a cell and of a configuration are pictures of 1200 by 630 that a browser shows."""
    for page in (f"{OFF}/index.html", "config/aider/acme/coder-1/index.html"):
        found = re.search('<meta property="og:image" content="([^"]+)">', (site / page).read_text())
        assert found
        browser.open((site / page).parent.joinpath(found[1]).resolve().as_uri())
        size = browser.run(
            "const i = document.querySelector('img'); return [i.naturalWidth, i.naturalHeight]"
        )
        assert size == [1200, 630]


def test_what_a_cell_adds_to_a_site_is_little(tmp_path: Path) -> None:
    """Five small files, beside the page of a task that was not there before."""
    Made(task="p/a").write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    before = {p for p in site.rglob("*") if p.is_file()}
    Made(task="p/b").write(tmp_path / "runs")
    build_site([tmp_path / "runs"], site)
    added = {
        str(p.relative_to(site)): p.lstat().st_size for p in set(site.rglob("*")) - before if p.is_file()
    }
    at = "aider/acme/coder-1/p/b"
    own = {f"cell/{at}/{name}" for name in ("index.html", "cell.json", "records.zip")}
    assert added.keys() == own | {f"badge/{at}.svg", f"badge/{at}.json", "task/p/b/index.html"}
    assert added[f"cell/{at}/index.html"] < 25_000 and added[f"badge/{at}.json"] < 200


def test_cells_that_look_the_same_share_a_card(tmp_path: Path) -> None:
    """One is drawn for each configuration, outcome and set of marks, and none twice."""
    for task, outcome in (("p/a", "passed"), ("p/b", "passed"), ("p/c", "failed")):
        Made(task=task, outcome=outcome).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert {p.name for p in site.rglob("*.png")} == {"passed.png", "failed.png", "rate.png"}


def test_a_page_says_each_text_of_the_conversation_once(tmp_path: Path) -> None:
    """The task and the final message stand above what the CLI left of the conversation."""
    made = Made(prompt="Mend what is broken here.", reply="What was broken there is mended.", spans=[])
    made.write(tmp_path / "runs")
    page = (build_site([tmp_path / "runs"], tmp_path / "site").parent / OFF / "index.html").read_text()
    transcript = page.partition('id="conversation"')[2].partition("</section>")[0]
    assert transcript.count(made.prompt) == transcript.count(made.reply) == 1
    assert "2 · assistant · the final message, as above" in transcript


def test_a_sweep_that_has_not_run_all_it_planned_is_incomplete(tmp_path: Path) -> None:
    """Planned cells without a result are counted on the sweep's page."""
    Made().write(tmp_path / "runs")
    lock = lock_file([Made().cell().configuration], "mutations/off-by-one", "p/later")
    (tmp_path / "runs/made/sweep.lock.toml").write_text(lock)
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert "1 planned and not run yet" in (site / "sweep/made/index.html").read_text()
    assert "incomplete" in (site / "sweeps.html").read_text()
