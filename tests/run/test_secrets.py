"""What a cell writes holds neither the endpoint's key, nor the cell's token, nor a path of this machine."""

from __future__ import annotations

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from cab_core.cache import cache_root
from cab_core.gateway.models import Model
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Changes, Harvest, Launch, Step
from cab_core.redaction import Redactor
from cab_core.run.grader import TAIL, Grader
from cab_core.site.build import build_site
from tests.support.commands import python, with_commands
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import FIX, Puppet, play
from tests.support.recorded import content

OWN = "own-secret-81Yu4fQ7xT29"
# Repeats what it is told, and its token, wherever an agent can: both channels, in pieces, contents and names
# of files, text and binary, links; and in the output of its own fix when that is judged.
REPEAT = (
    FIX
    + """
import base64, time
from urllib.parse import quote
heard = json.loads(call())["choices"][0]["message"]["content"]
for secret in (heard, os.environ["TOKEN"]):
    data = secret.encode()
    ways = [secret, json.dumps(secret), quote(secret, safe=""), "".join("%%%02x" % b for b in data), data.hex()]
    ways += [base64.b64encode(b"x" * n + data).decode() for n in range(3)]
    for channel in (sys.stdout, sys.stderr):
        for way in ways:
            for i in range(0, len(way), 7):
                channel.write(way[i : i + 7]); channel.flush()
            channel.write("\\n")
    open("notes " + secret, "w").write("\\n".join(ways))
    open("notes.bin", "ab").write(b"\\0" + "\\0".join(ways).encode())
    os.symlink("/nowhere/" + secret, "link " + secret[-4:])
    with open("stock.py", "a") as file:
        file.write("\\nimport sys\\n" + "".join(f"sys.stderr.write({w!r} + '.')\\n" for w in ways))
"""
)


class Repeating(Puppet):
    """An adapter that takes everything into its harvest."""

    def launch(self, job):
        """Start with the token among the arguments."""
        found = super().launch(job)
        self.token = getattr(self, "token", job.token)  # asked once more, for the page
        return Launch(argv=(*found.argv, f"--token={job.token}", KEY), env=found.env, files=found.files)

    def harvest(self, left):
        """Return what was printed, and a failure with the key."""
        text = left.stdout + KEY
        return Harvest(transcript=(Step(role="tool", text=text, tool=KEY),), final_message=text, failure=KEY)


def written(*roots: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file below directories, with its name as a part of its content, what is packed unpacked."""
    for path in (p for root in roots for p in root.rglob("*") if p.is_file()):
        yield path, content(path)


@pytest.fixture
def repeated(tmp_path: Path, endpoint: Endpoint) -> tuple[Path, CellResult, str]:
    """A cell whose endpoint tells its key, and whose agent repeats it."""
    endpoint.reply = KEY
    adapter = Repeating(REPEAT)
    directory, result = play(
        tmp_path / "runs", "", adapter=adapter, model=Model(id="m", endpoint=endpoint.url, key=KEY)
    )
    build_site([tmp_path / "runs"], tmp_path / "site")
    return directory, result, adapter.token


def test_nothing_that_is_written_holds_a_secret(
    repeated: tuple[Path, CellResult, str], tmp_path: Path
) -> None:
    """In no spelling: logs, recording, records, spans, patch, the grader's log, pages."""
    directory, result, token = repeated
    assert result.outcome == "passed", result.why
    names = {p.name for p in directory.iterdir()}
    assert names >= {"calls.jsonl", "wire.jsonl.zst", "stdout.log", "stderr.log", "terminal.cast", "harvest.json", "changes.patch",
                     "changes.json", "grade.log", "grade.json", "spans.jsonl", "cell.json", "inputs.json"}  # fmt: skip
    look = Redactor({KEY: "[key]", token: "[token]"})
    found = [str(path) for path, data in written(tmp_path / "runs", tmp_path / "site") if look.finds(data)]
    assert found == []
    for secret in (KEY, token):
        core = base64.b64encode(secret.encode())[4:24]
        for path, data in written(tmp_path / "runs", tmp_path / "site"):
            assert secret.encode() not in data and core not in data, path


def test_what_stood_there_is_marked(repeated: tuple[Path, CellResult, str]) -> None:
    """A reader sees that something was taken out, and the notes say how the agent came to it."""
    directory, result, _ = repeated
    for name in (
        "stdout.log",
        "terminal.cast",
        "harvest.json",
        "changes.patch",
        "grade.log",
        "spans.jsonl",
        "wire.jsonl.zst",
    ):
        text = content(directory / name).decode(errors="replace")
        assert "[key]" in text or "[token]" in text, name
    for said in (
        "the endpoint repeated its key in an answer",
        "the endpoint's key stood in what the agent left",
    ):
        assert sum(said in note for note in result.notes) == 1


def test_the_agent_s_own_work_is_judged_as_it_is(repeated: tuple[Path, CellResult, str]) -> None:
    """Files whose names hold a secret are found and taken; only what is written of them is another."""
    directory, _, _ = repeated
    changed = [c["path"] for c in json.loads((directory / "changes.json").read_text())["changes"]]
    assert "stock.py" in changed and "notes [key]" in changed and "notes [token]" in changed


def test_a_placeholder_changes_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    """With the key `x` not a letter is taken out of what is written."""
    endpoint.reply = "box x EMPTY"
    script = FIX + "print(json.loads(call())['choices'][0]['message']['content'])"
    directory, result = play(tmp_path, script, model=Model(id="m", endpoint=endpoint.url, key="x"))
    assert (directory / "stdout.log").read_text() == "box x EMPTY\n"
    assert not any("key" in note for note in result.notes)
    assert '"text"' in (directory / "changes.json").read_text() or "[key]" not in str(
        list(written(directory))
    )


PLACES = """
print(os.getcwd(), __file__, sys.prefix, os.environ.get("PATH"), os.environ["HOME"])
open("where.txt", "w").write(os.getcwd() + "\\n" + os.environ["HOME"] + "\\n")
raise RuntimeError("with a traceback")
"""
SEALED = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is missing")


@pytest.mark.parametrize("runtime", ["local", pytest.param("bwrap", marks=SEALED)])
def test_no_path_of_this_machine_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    """Scratch directories, the cache and the user's home are named by what they are."""
    home = tmp_path / "home" / "somebody"
    (home / ".cache" / "cab").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("CAB_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    script = (
        FIX + f"open('home.txt', 'w').write({str(cache_root() / 'clis')!r})\nprint({str(home)!r})\n" + PLACES
    )
    directory, result = play(tmp_path / "runs", script, runtime_name=runtime)
    build_site([tmp_path / "runs"], tmp_path / "site")
    scratch = re.compile(re.escape(f"{tempfile.gettempdir()}/cab-").encode() + rb"[a-z0-9_]{8}")
    for path, data in written(directory, tmp_path / "site"):
        if path.name != "inputs.json":
            assert str(home).encode() not in data and not scratch.search(data), path
    assert "$CAB_CACHE/clis" in (directory / "changes.patch").read_text()
    if runtime == "local":
        assert (directory / "stdout.log").read_text().startswith("~\n$WORKDIR $HOME/script.py ")


def test_half_a_key_is_no_tail(tmp_path: Path) -> None:
    """Output is cut for the axis when the key is out of it."""
    printed = f"print({KEY!r} + 'a' * {TAIL - len(KEY) // 2})"
    task = with_commands(python(printed))
    grader = Grader(
        task=task, runtime=Plugins().runtime("local"), scratch=tmp_path / "grade", log=tmp_path / "grade.log",
        stop=StopSignal(), secrets=Redactor({KEY: "[key]"}),
    )  # fmt: skip
    [result] = grader.judge(Changes(), tmp_path / "left").commands
    assert KEY[-8:] not in result.stdout_tail and KEY not in (tmp_path / "grade.log").read_text()


class Secretive(Puppet):
    """An adapter with a secret of its own."""

    def launch(self, job):
        """Name it, and what is none."""
        found = super().launch(job)
        return attrs.evolve(found, argv=(*found.argv, OWN), secrets=(OWN, "x"))


def test_an_adapter_s_own_secret_is_not_written(tmp_path: Path) -> None:
    """What it names is taken out everywhere, and a letter is no secret."""
    directory, _ = play(tmp_path, "", adapter=Secretive(f"print({OWN!r}, 'box')"))
    assert (directory / "stdout.log").read_text() == "[secret] box\n"
    assert all(OWN.encode() not in data for _, data in written(directory))


class Broken(Puppet):
    """An adapter whose harvest raises."""

    def harvest(self, left):
        """Say the key."""
        raise RuntimeError(f"with {KEY}")


def test_an_accident_s_traceback_holds_no_secret(tmp_path: Path, endpoint: Endpoint) -> None:
    """What is raised may hold anything: neither the traceback nor the outcome's sentence does."""
    model = Model(id="m", endpoint=endpoint.url, key=KEY)
    directory, result = play(tmp_path, "", adapter=Broken(FIX), model=model)
    assert result.outcome == "infra_plugin" and "with [key]" in result.why
    assert "with [key]" in (directory / "error.log").read_text()
    assert all(KEY.encode() not in data for _, data in written(directory))


ONCE_MORE = """
call()
try:
    call()
except Exception as exc:
    print(exc.read())
"""


@pytest.mark.parametrize(
    ("mode", "said", "script"),
    [
        ("long_header", "", ONCE_MORE),  # the client quotes a hundred bytes of it
        ("said", f"incorrect API key: {KEY[:-4]}***", ONCE_MORE),
        ("said", f"incorrect API key: ...{KEY[-14:]}", ONCE_MORE),
        ("ok", "", FIX + f"ask('/' + 'a' * 60 + {KEY!r})"),  # a name is cut after a hundred characters
        ("ok", "", FIX + f"print({KEY[:25]!r})\nopen({KEY[:20]!r}, 'w').write({KEY[10:]!r})"),
    ],
)
def test_a_piece_of_the_key_is_not_written(
    tmp_path: Path, endpoint: Endpoint, mode: str, said: str, script: str
) -> None:
    """Whoever cut it, and where: of twelve characters with digits, or sixteen others, nothing is left."""
    endpoint.said, endpoint.script = said, ["ok", mode]
    ask = """
def ask(path):
    try:
        urllib.request.urlopen(os.environ["ENDPOINT"].replace("/v1", path))
    except Exception as exc:
        print(exc)
"""
    model = Model(id="m", endpoint=endpoint.url, key=KEY)
    directory, result = play(tmp_path / "runs", ask + script, model=model)
    build_site([tmp_path / "runs"], tmp_path / "site")
    pieces = [KEY[n : n + 16].encode() for n in range(len(KEY) - 15)] + [KEY[-12:].encode()]
    for path, data in written(directory, tmp_path / "site"):
        assert not any(piece in data for piece in pieces), path
    assert "[key]" in (directory / "cell.json").read_text()
