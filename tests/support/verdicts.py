"""What becomes of a right and of a wrong fix in each runtime, in a process of its own: its user, umask, places."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from cab_core.records import Installation

from .unprivileged import environment, place, run

RUNTIMES = ("docker", "bwrap", "local")
_lacking = [p for p in ("bwrap", "socat", "setpriv", "unshare") if shutil.which(p) is None]
_why = (
    f"{_lacking} missing; on Debian: scripts/docker-setup" if _lacking else "only root becomes another user"
)
_left_out = bool(_lacking) or os.geteuid() != 0
if _left_out and os.environ.get("CAB_REQUIRE_DOCKER"):
    pytest.fail(f"CAB_REQUIRE_DOCKER is set, but: {_why}", pytrace=False)
everywhere = pytest.mark.skipif(_left_out, reason=_why)
CELLS = """
import json, sys
from pathlib import Path
import attrs
from cab_core.records import Installation
from tests.support.puppet import Puppet, play
class Asked(Puppet):
    def launch(self, job):
        return attrs.evolve(super().launch(job), stdin="said")
RIGHT = '''
assert sys.stdin.read() == "said"
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
open("new.py", "w").close()
os.mkdir("made")
open("made/file", "w").close()
'''
WRONG = '''
call()
open("stock.py", "a").write("#")
'''
LAST = '''
for path in (os.environ["HOME"], os.getcwd()):
    os.chmod(path, 0)
'''
image, image_id, runs, *runtimes = sys.argv[1:]
found = {}
for runtime in runtimes:
    given = dict(image=image, image_id=image_id) if runtime == "docker" else {}
    there = Installation(name="puppet", version="1", reported="puppet 1", **given)
    for name, script in (("right", RIGHT), ("wrong", WRONG)):
        directory, result = play(Path(runs, runtime, name), "", adapter=Asked(script + LAST), runtime_name=runtime, installation=there)
        listed = directory / "changes.json"
        changes = json.loads(listed.read_text())["changes"] if listed.exists() else []
        modes = {c["path"]: oct(c["after"]["mode"]) for c in changes}
        found[f"{runtime} {name}"] = dict(outcome=result.outcome, why=result.why, modes=modes)
print(json.dumps(found))
"""


@attrs.frozen
class Verdict:
    """What came of a cell; `modes`: of the files that the agent changed."""

    outcome: str
    why: str
    modes: dict[str, str]


def verdicts(
    image: Installation,
    uid: int,
    umask: int = 0o022,
    prepare: Callable[[dict[str, str], Path], Path] = lambda _, own: own,
    runtimes: Sequence[str] = RUNTIMES,
) -> dict[str, Verdict]:
    """Return the verdicts by runtime and fix (`docker right`). The agent locks its directories at its end.

    `prepare` may change the environment, and the user's own directory; it returns where the process starts.
    """
    with place(uid) as own:
        env = environment(own)
        cwd = prepare(env, own)
        argv = [
            sys.executable,
            "-c",
            CELLS,
            str(image.image),
            str(image.image_id),
            str(own / "runs"),
            *runtimes,
        ]
        done = run(argv, cwd, env, uid, umask)
        assert done.returncode == 0, done.stderr
        return {name: Verdict(**found) for name, found in json.loads(done.stdout).items()}
