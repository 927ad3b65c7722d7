"""Reports that the code under test wrote to mislead or break the grader: a failed verdict, never an error."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.registry import Plugins
from cab_core.records import Changes, Grade, GradeCommand
from cab_core.run.verdicts import Verdict, verdict
from cab_core.store.cells import read_json, write_json
from cab_core.tasks.catalog import load_pack
from tests.support.puppet import judge_changes

Kind = Literal["json", "junit"]
NONE = Verdict(False, "no report was written", None, ended_early=True)
NO_FILE_TO_READ = Verdict(False, "the report is no file that can be read", None, ended_early=True)
LIMIT = 16 << 20  # bytes of a report that are read
GOOD = {
    "json": b'{"tests": {"a": true}}',
    "junit": b'<testsuite><testcase classname="c" name="a"/></testsuite>',
}
# Nine levels of ten: a name of three billion letters.
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
DOCTYPE = b'<!DOCTYPE t [<!ENTITY l0 "lol">%s%s]>'
NO_JSON = {
    "empty": b"",
    "binary": bytes(range(256)) * 9,
    "cut": GOOD["json"][:-1],
    "no object": b'["tests"]',
    "a text": b'"tests"',
    "a number": b"7",
    "nothing": b"null",
    "no tests": b"{}",
    "a list": b'{"tests": ["a"]}',
    "true": b'{"tests": true}',
    "deep": b'{"tests":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
    "deep and cut": b'{"tests":' * 1_000_000,
    "a long number": b'{"tests": {"a": ' + b"9" * 1_000_000 + b"}}",
    "half a letter": b'{"tests": {"\xe2\x82": true}}',
    "odd letters": GOOD["json"].decode().encode("utf-16-le")[:-1],
}
NO_XML = {
    "empty": b"",
    "binary": bytes(range(256)) * 9,
    "cut": GOOD["junit"][:-1],
    "json": GOOD["json"],
    "deep and cut": b"<a>" * 1_000_000,
    "billion laughs": DOCTYPE % (LAUGHS, b"") + b'<t><testcase name="&l9;"/></t>',
    "an entity of its own": DOCTYPE % (b"", b"") + b'<testsuite><testcase name="&l0;"/></testsuite>',
    "an attribute of its own": b'<!DOCTYPE t [<!ATTLIST testcase status CDATA "ok">]>' + GOOD["junit"],
    "an entity in itself": DOCTYPE % (b'<!ENTITY a "&a;">', b"") + b'<t><testcase name="&a;"/></t>',
    "a file of this machine": DOCTYPE % (b'<!ENTITY a SYSTEM "file:///etc/passwd">', b"")
    + b"<t><testcase>&a;</testcase></t>",
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="nobody"?>' + GOOD["junit"],
    "an encoding of no letters": b'<?xml version="1.0" encoding="base64"?>' + GOOD["junit"],
    "an encoding that always fails": b'<?xml version="1.0" encoding="undefined"?>' + GOOD["junit"],
    "another encoding than said": b'<?xml version="1.0" encoding="utf-16"?>' + GOOD["junit"],
}
NO_TEST = {
    "no object": ("json", b'{"tests": {}}'),
    "no case": ("junit", b"<testsuite/>"),
    "deep": ("junit", b"<testsuite>" * 100_000 + b"</testsuite>" * 100_000),
}
NO_FILE = {
    "nothing": lambda path: None,
    "a directory": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}


def judge(
    out: Path, kind: Kind, exit_code: int | None = 0, passes: int | None = None, report: str = "report"
) -> Verdict:
    """Return the verdict on the report in `out`."""
    command = GradeCommand(argv=("true",), kind=kind, report=report, passes=passes)
    return verdict(command, exit_code, "", "", None, out)


def states(found: Verdict) -> list[str] | None:
    """Return the states of the results in their order."""
    return None if found.tests is None else [t.state for t in found.tests]


def said(tmp_path: Path, kind: Kind, report: bytes) -> Verdict:
    """Return the verdict on a report."""
    (tmp_path / "report").write_bytes(report)
    return judge(tmp_path, kind)


@pytest.mark.parametrize("kind", GOOD)
def test_a_sound_report_is_accepted(tmp_path: Path, kind: Kind) -> None:
    """What the others are measured against: a report with a test that passed."""
    found = said(tmp_path, kind, GOOD[kind])
    assert (found.ok, found.reason, states(found)) == (True, None, ["passed"])


@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_no_json_report_is_none(tmp_path: Path, name: str) -> None:
    """Empty, binary, cut, of another shape, a million levels deep: told as what it is, and no pass."""
    found = said(tmp_path, "json", NO_JSON[name])
    assert (found.ok, found.tests) == (False, None)
    assert found.reason is not None and found.reason.startswith("the report ")


@pytest.mark.parametrize("name", NO_XML)
def test_what_is_no_junit_report_is_none(tmp_path: Path, name: str) -> None:
    """Empty, binary, cut, entities of entities, encodings that are none: told as what it is, and no pass."""
    found = said(tmp_path, "junit", NO_XML[name])
    assert (found.ok, found.tests) == (False, None)
    assert found.reason is not None and found.reason.startswith("the report ")


@pytest.mark.parametrize("name", NO_TEST)
def test_a_report_without_a_test_fails(tmp_path: Path, name: str) -> None:
    """A report can be read and say nothing: that no test failed is no pass."""
    assert said(tmp_path, *NO_TEST[name]) == Verdict(False, "no test was run", ())


@pytest.mark.parametrize("value", ["1", '"true"', "[true]", '{"a": true}', "null", "1e999", "NaN"])
def test_nothing_but_true_is_a_pass(tmp_path: Path, value: str) -> None:
    """A value that Python takes for true is a failed test all the same."""
    report = b'{"tests": {"a": %s}}' % value.encode()
    found = said(tmp_path, "json", report)
    assert (found.ok, found.reason, states(found)) == (False, "1 of 1 tests failed", ["failed"])


@pytest.mark.parametrize("mark", ["failure", "error"])
def test_a_case_that_did_not_pass_fails(tmp_path: Path, mark: str) -> None:
    """A failure and an error are no pass, whatever the suite's own counts claim."""
    report = f'<testsuite tests="1" failures="0"><testcase name="a"><{mark}/></testcase></testsuite>'
    found = said(tmp_path, "junit", report.encode())
    assert (found.ok, found.reason, states(found)) == (False, "1 of 1 tests failed", ["failed"])


@pytest.mark.parametrize("kind", GOOD)
def test_a_huge_report_is_not_read_whole(tmp_path: Path, kind: Kind) -> None:
    """What comes after the sixteenth megabyte is not looked at, so such a report is cut, and none."""
    start, end = GOOD[kind][:-1], GOOD[kind][-1:]
    assert said(tmp_path, kind, start + b" " * (LIMIT - len(start) - 1) + end).ok
    found = said(tmp_path, kind, start + b" " * LIMIT + end)
    assert (found.ok, found.reason) == (False, "the report is larger than the 16 MiB that are read")


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("name", NO_FILE)
def test_what_is_no_file_is_no_report(tmp_path: Path, kind: Kind, name: str) -> None:
    """A directory, a pipe that nobody writes to, a link in place of the report are not read."""
    NO_FILE[name](tmp_path / "report")
    assert judge(tmp_path, kind) == (NONE if name == "nothing" else NO_FILE_TO_READ)


@pytest.mark.parametrize("kind", GOOD)
def test_a_link_to_a_sound_report_is_not_followed(tmp_path: Path, kind: Kind) -> None:
    """A report that lies elsewhere, such as another run's, is not taken through a link."""
    (tmp_path / "elsewhere").write_bytes(GOOD[kind])
    (tmp_path / "report").symlink_to(tmp_path / "elsewhere")
    assert judge(tmp_path, kind) == NO_FILE_TO_READ


@pytest.mark.parametrize("kind", GOOD)
def test_a_link_on_the_way_to_a_report_is_not_followed(tmp_path: Path, kind: Kind) -> None:
    """Nor is it where the report's directory is the link."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/report").write_bytes(GOOD[kind])
    (tmp_path / "reports").symlink_to("elsewhere")
    assert judge(tmp_path, kind, report="elsewhere/report") == judge(tmp_path / "elsewhere", kind)
    assert judge(tmp_path, kind, report="reports/report") == NO_FILE_TO_READ
    assert judge(tmp_path, kind, report="reports/*") == NONE


@pytest.mark.parametrize("kind", GOOD)
def test_a_pipe_with_a_sound_report_in_it_is_not_read(tmp_path: Path, kind: Kind) -> None:
    """Whoever still writes to a pipe in place of the report writes in vain."""
    os.mkfifo(tmp_path / "report")
    writer = os.open(tmp_path / "report", os.O_RDWR)
    try:
        os.write(writer, GOOD[kind])
        assert judge(tmp_path, kind) == NO_FILE_TO_READ
    finally:
        os.close(writer)


@pytest.mark.parametrize("kind", GOOD)
def test_a_socket_is_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """A socket that the code under test listens on is not read."""
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("report")
        assert judge(tmp_path, kind) == NO_FILE_TO_READ


@pytest.mark.parametrize("exit_code", [1, -9, None])
@pytest.mark.parametrize("kind", GOOD)
def test_a_sound_report_of_a_failed_command_does_not_count(
    tmp_path: Path, kind: Kind, exit_code: int | None
) -> None:
    """A report that says pass beside an exit code that does not is a failure, and told as that."""
    (tmp_path / "report").write_bytes(GOOD[kind])
    found = judge(tmp_path, kind, exit_code)
    assert (found.ok, found.reason) == (False, f"exit code {exit_code}")


@pytest.mark.parametrize("kind", GOOD)
def test_a_report_of_tests_that_were_never_there_fails(tmp_path: Path, kind: Kind) -> None:
    """Another number of passed tests than the reference's is no pass."""
    (tmp_path / "report").write_bytes(GOOD[kind])
    found = judge(tmp_path, kind, passes=2)
    assert (found.ok, found.reason) == (False, "1 tests passed, the reference passes 2")


# A process that may have half a gigabyte judges a report; it says what was found.
SMALL = """
import resource, sys
from pathlib import Path
from cab_core.records import GradeCommand
from cab_core.run.verdicts import Verdict, verdict
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
command = GradeCommand(argv=("true",), kind="junit", report="report")
print(verdict(command, 0, "", "", None, Path(sys.argv[1])))
"""


def test_blank_lines_do_not_hold_a_verdict_up(tmp_path: Path) -> None:
    """A megabyte of line ends is read in one pass, whatever the style of the report."""
    for style in ("go", "tap", "libtest", "unittest"):
        command = GradeCommand(argv=("x",), kind="counts", style=style)
        found = verdict(command, 0, "\n \t" * 350_000, "", None, tmp_path)
        assert (found.ok, found.reason) == (False, "no line of a test was printed")


def test_entities_do_not_make_a_report_larger_than_memory(tmp_path: Path) -> None:
    """A report of eight megabytes that names one entity ninety times needs no gigabyte."""
    entity = b'<!ENTITY a "%s">' % (b"x" * (8 << 20))
    (tmp_path / "report").write_bytes(DOCTYPE % (entity, b"") + b"<t>%s</t>" % (b"&a;" * 90))
    done = subprocess.run([sys.executable, "-c", SMALL, str(tmp_path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# --- whatever the bytes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
# fmt: off
PIECES = ("<t>", "</t>", "<testcase/>", "<testcase", " name='", "'", ">", "<failure/>", "</testcase>",
          "<!DOCTYPE t [", "<testsuite>", "</testsuite>", " status='", " failures='1'", "<!DOCTYPE t>", "<!ENTITY a '", "]>", "&a;", "&#0;", "<![CDATA[", "]]>", "<?xml", "?>", "\0", "x")
# fmt: on


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grader's output directory, which every example writes anew."""
    return tmp_path_factory.mktemp("out")


@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=300))
def test_no_bytes_raise_or_pass(out: Path, kind: Kind, report: bytes) -> None:
    """Any bytes are a failed verdict with a reason."""
    found = said(out, kind, report)
    assert not found.ok and found.reason


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_sound_report_that_was_damaged_raises(out: Path, kind: Kind, data: st.DataObject) -> None:
    """A report with bytes replaced anywhere gives a verdict, with a reason wherever it is no pass."""
    good = GOOD[kind]
    at = data.draw(st.integers(0, len(good)))
    report = good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 8)) :]
    found = said(out, kind, report)
    assert found.ok == (found.reason is None)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_markup_raises(out: Path, pieces: list[str]) -> None:
    """However tags, entities and declarations are put together, there is a verdict."""
    found = said(out, "junit", "".join(pieces).encode())
    assert found.ok == (found.reason is None)


@given(JSON)
def test_no_json_raises(out: Path, tests: object) -> None:
    """Whatever stands for the tests, it passes where it is an object of nothing but true."""
    found = said(out, "json", json.dumps({"tests": tests}).encode())
    right = isinstance(tests, dict) and bool(tests) and all(v is True for v in tests.values())
    assert (found.ok, found.reason is None) == (right, right)


# --- the whole way


def graded(tmp_path: Path, code: str) -> Grade:
    """Grade with a command that is this Python code, run as a real process."""
    pack = tmp_path / "mine"
    (pack / "one/workdir").mkdir(parents=True)
    (pack / "one/solution").mkdir()
    for name in ("workdir", "solution"):
        (pack / "one" / name / "a.txt").write_text(name)
    (pack / "pack.toml").write_text('schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n')
    (pack / "one/task.toml").write_text(
        'schema_version = 1\ntitle = "t"\nprompt = "p"\nexpected_files = ["a.txt"]\n'
        "[grade]\n[[grade.commands]]\n"
        f'kind = "json"\nreport = "report"\nargv = ["python3", "-c", {json.dumps(code)}, "{{out}}/report"]\n'
    )
    plugins = Plugins()
    [task] = load_pack(plugins, pack)
    return judge_changes(task, Changes(), tmp_path / "left", tmp_path)


def test_a_grader_that_leaves_a_pipe_fails(tmp_path: Path) -> None:
    """A real command that leaves a pipe for its report is a command that failed, and the grading ends."""
    result = graded(tmp_path, "import os, sys; os.mkfifo(sys.argv[1])")
    assert (result.passed, result.commands[0].reason) == (False, NO_FILE_TO_READ.reason)


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    """Names of tests are written and read back, though they are half a letter or a terminal's escape."""
    report = r'{"tests": {"\ud800": true, "\u001b[2J": true, "": true}}'
    result = graded(tmp_path, f"import sys; open(sys.argv[1], 'w').write({report!r})")
    write_json(tmp_path / "grade.json", result)
    assert result.passed
    [command] = read_json(tmp_path / "grade.json", Grade).commands
    assert command.names("passed") == list(json.loads(report)["tests"])
