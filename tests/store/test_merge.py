"""Putting runs directories together: by what cells are, whole, once, and safe from whoever made them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import UserError
from cab_core.records.result import Regraded
from cab_core.store import merge as merging
from cab_core.store.cells import Store, write_result
from cab_core.store.merge import Merged, merge_cells, sweeps_in
from cab_core.store.standing import accept
from tests.site.made import Made

OTHER = "f" * 64


def merge(target: Path, *sources: Path) -> Merged:
    """Merge as the command does."""
    store, merged = Store(target), Merged()
    for source in sources:
        sweeps = sweeps_in(source)
        for sweep in sweeps:
            with store.lock(sweep):
                pass
        merge_cells(source, store, sweeps, merged)
    return merged


def files(root: Path) -> dict[str, bytes]:
    """Return all files below a directory, but for locks."""
    return {
        str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"
    }


def test_cells_are_copied_whole_and_once(tmp_path: Path) -> None:
    """Byte by byte; again, nothing is done."""
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    Made(task="p/1").write(a)
    Made(task="p/2", stack=("x",)).write(b)
    assert merge(out, a, b).copied == 2
    assert files(out) == {**files(a), **files(b)}
    again = merge(out, b, a)
    assert (again.copied, again.there) == (0, 2) and files(out) == {**files(a), **files(b)}


def test_two_verdicts_on_the_same_are_both_kept_and_named(tmp_path: Path) -> None:
    """Numbered; what came later counts."""
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    Made(outcome="passed").write(a)
    Made(outcome="failed", started_at="2026-06-18T00:00:00Z").write(b)
    [conflict] = merge(out, a, b).conflicts
    assert conflict.outcomes == ("passed", "failed") and conflict.stands.endswith("/2")
    [(path, standing)] = Store(out).summaries()
    assert (str(path), standing.outcome) == (conflict.stands, "failed")
    assert (
        merge(out, a, b).conflicts == [] and merge(tmp_path / "o", b, a).conflicts[0].outcomes[1] == "passed"
    )


def test_two_verdicts_that_agree_are_no_conflict(tmp_path: Path) -> None:
    """Nor is a try that came to nothing."""
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    Made(started_at="2026-06-17T00:00:00Z").write(a)
    Made(started_at="2026-06-18T00:00:00Z").write(b)
    Made(started_at="2026-06-19T00:00:00Z", outcome="infra_upstream").write(b)
    merged = merge(out, a, b)
    assert merged.copied == 3 and merged.conflicts == []


def test_a_verdict_on_other_content_that_takes_the_place_of_ours_is_named(tmp_path: Path) -> None:
    """Whoever made the directory may have written any key into it."""
    a, out = tmp_path / "a", tmp_path / "out"
    Made(outcome="failed").write(out)
    Made(outcome="passed", content_key=OTHER, started_at="2026-06-20T00:00:00Z").write(a)
    [conflict] = merge(out, a).conflicts
    assert conflict.other_content and conflict.outcomes == ("failed", "passed")
    assert conflict.stands.endswith("/2") and merge(out, a).conflicts == []
    Made(outcome="failed", content_key="e" * 64, started_at="2026-06-21T00:00:00Z").write(a)
    assert merge(tmp_path / "new", a).conflicts == []  # nothing of ours was there


def test_a_strangers_word_on_which_of_our_tries_counts_is_named(tmp_path: Path) -> None:
    """Who has copies of both may say that the older one was taken for done since."""
    a, out = tmp_path / "a", tmp_path / "out"
    first = Made().write(out)
    second = Made(outcome="failed", content_key=OTHER, started_at="2026-06-18T00:00:00Z").write(out)
    shutil.copytree(out, a)
    tries = [str(a / path.relative_to(out)) for path in (first, second)]
    accept(tries[0], tries)
    [conflict] = merge(out, a).conflicts
    assert conflict.other_content and conflict.outcomes == ("failed", "passed")


def test_a_try_that_was_scored_anew_is_the_same_try(tmp_path: Path) -> None:
    """On either side: merging once more makes no second one of it."""
    a, out = tmp_path / "a", tmp_path / "out"
    Made().write(a)
    merge(out, a)
    [(path, result)] = Store(out).standing()
    was = {"at": "2026-07-01T00:00:00Z", "outcome": "passed", "headlines": {"composite": 0.4}}
    from cab_core.records.result import Rescored

    write_result(path, attrs.evolve(result, rescored=Rescored(**was)))  # type: ignore[arg-type]
    assert merge(out, a).there == 1


def test_what_an_older_command_took_for_done_stands_here_too(tmp_path: Path) -> None:
    """Unless there is something newer."""
    a, out = tmp_path / "a", tmp_path / "out"
    first, second = Made().write(a), Made(content_key=OTHER, started_at="2026-06-18T00:00:00Z").write(a)
    accept(str(first), [str(first), str(second)])
    merge(out, a)
    cell = Made().cell()
    assert Store(out).stands(cell).endswith("/1")
    Made(content_key=OTHER, started_at="2026-06-19T00:00:00Z").write(out)
    merge(out, a)
    assert Store(out).stands(cell).endswith("/3")


def test_a_regraded_try_names_its_run_by_its_number_here(tmp_path: Path) -> None:
    """It may have another number than where it came from."""
    a, out = tmp_path / "a", tmp_path / "out"
    Made().write(a)
    path = Made(started_at="2026-06-18T00:00:00Z").write(a)
    result = Store(a).result(path)
    write_result(path, attrs.evolve(result, regraded=Regraded(at="x", of_try=1, outcome="failed")))
    Made(started_at="2026-06-16T00:00:00Z").write(out)
    merge(out, a)
    [(path, found)] = Store(out).standing()
    assert path.name == "3" and found.regraded is not None and found.regraded.of_try == 2


def test_what_a_killed_merge_left_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at each file and each rename: no half cell is there, and the same command comes to the same end."""
    a, out = tmp_path / "a", tmp_path / "out"
    for n in range(2):
        Made(task=f"p/{n}").write(a)
    real, left = merging._copy_file, 0

    class Killed(BaseException):
        pass

    def dying(*args: Any) -> int:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        return real(*args)

    monkeypatch.setattr(merging, "_copy_file", dying)
    monkeypatch.setattr(merging.shutil, "rmtree", lambda *_, **__: None)  # nobody cleans up after a kill
    for start in range(12):
        left = start
        with pytest.raises(Killed):
            merge(out, a)
        for path in Store(out).finished():
            assert files(Path(path)) == files(a / Path(path).relative_to(out))
    monkeypatch.undo()
    merge(out, a)
    assert files(out) == files(a)


def _link_file(cell: Path) -> None:
    (cell / "calls.jsonl").unlink()
    (cell / "calls.jsonl").symlink_to("/etc/passwd")


def _link_record(cell: Path) -> None:
    (cell / "cell.json").rename(cell.parents[6] / "elsewhere.json")
    (cell / "cell.json").symlink_to(cell.parents[6] / "elsewhere.json")


def _pipe(cell: Path) -> None:
    (cell / "stdout.log").unlink()
    os.mkfifo(cell / "stdout.log")


def _directory(cell: Path) -> None:
    (cell / "grade.log").unlink()
    (cell / "grade.log").mkdir()


def _no_json(cell: Path) -> None:
    (cell / "cell.json").write_text("{")


def _half(cell: Path) -> None:
    said = json.loads((cell / "cell.json").read_text())
    del said["identity"]
    (cell / "cell.json").write_text(json.dumps(said))


def _huge(cell: Path) -> None:
    with (cell / "wire.jsonl.zst").open("wb") as file:
        file.truncate(5 << 30)


@pytest.mark.parametrize("spoil", [_link_file, _link_record, _pipe, _directory, _no_json, _half, _huge])
def test_what_is_no_cell_is_told_and_left(
    tmp_path: Path, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others come; nothing of it does."""
    monkeypatch.setattr(merging, "_LARGEST", 1 << 20)
    a, out = tmp_path / "a", tmp_path / "out"
    Made(task="p/good").write(a)
    bad = Made(task="p/bad").write(a)
    spoil(bad)
    merged = merge(out, a)
    assert merged.copied == 1 and list(merged.refused) == [str(bad)]
    assert [r.cell.task for _, r in Store(out).summaries()] == ["p/good"]
    assert not [p for p in out.rglob("*") if p.is_symlink()] and not list(out.glob("*/.merging/*"))


def test_where_a_cell_goes_is_said_by_its_record_alone(tmp_path: Path) -> None:
    """Names that would lead out are segments of a path; a directory that is called otherwise decides nothing."""
    a, out = tmp_path / "a", tmp_path / "in/out"
    made = Made(sweep="../..", tui="..", model="../../../etc", task="../x/../y").write(a)
    shutil.move(made, tmp_path / "7")
    shutil.rmtree(a)
    (a / "x").mkdir(parents=True)
    shutil.move(tmp_path / "7", a / "x/7")
    merge(out, a)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "in"] and os.listdir(tmp_path / "in") == [
        "out"
    ]
    [(_, found)] = Store(out).summaries()
    assert found.cell.model == "../../../etc"


def test_a_link_among_directories_is_not_gone_through(tmp_path: Path) -> None:
    """Neither where cells lie nor in what a CLI left."""
    a, out, secret = tmp_path / "a", tmp_path / "out", tmp_path / "secret"
    path = Made(task="p/1").write(a)
    Made(task="p/2").write(secret)
    (a / "linked").symlink_to(secret)
    (path / "leftovers/home").mkdir(parents=True)
    (path / "leftovers/home/kept.txt").write_text("x")
    (path / "leftovers/home/out").symlink_to(tmp_path)
    merged = merge(out, a)
    assert [r.cell.task for _, r in Store(out).summaries()] == ["p/1"] and not merged.refused
    assert {p.name for p in out.rglob("leftovers/**/*")} == {"home", "kept.txt"}


def test_other_files_are_counted_and_left(tmp_path: Path) -> None:
    """Nobody needs them, and nobody looked at them."""
    a, out = tmp_path / "a", tmp_path / "out"
    (Made().write(a) / "index.html").write_text("<script>")
    assert merge(out, a).other_files == {"index.html": 1}
    assert not list(out.rglob("index.html"))


def test_shards_hold_a_sweep_together_and_nobody_else_does(tmp_path: Path) -> None:
    """Each once; a whole run and a merge wait for all of them, and they for it."""
    store = Store(tmp_path)
    with store.lock("s", "1/3"), store.lock("s", "2/3"):
        for shard in ("", "1/3"):
            with pytest.raises(UserError, match="is being run by another cab"), store.lock("s", shard):
                pass
    with store.lock("s"), pytest.raises(UserError, match="shard 1/3 of sweep 's'"), store.lock("s", "1/3"):
        pass
    with store.lock("s", "1/3"):
        pass
