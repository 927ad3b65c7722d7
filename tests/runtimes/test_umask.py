"""The state of the process that runs cab (its umask, its user) does not decide a verdict."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys

import pytest

from cab_core.records import Installation
from tests.runtimes.docker.conftest import engine as _engine
from tests.runtimes.docker.conftest import puppet_image as _puppet_image
from tests.support import unprivileged
from tests.support.unprivileged import environment, place

engine, puppet_image = _engine, _puppet_image

# One process for one umask and one user: a right and a wrong fix in each runtime. It prints what came of them.
CELLS = """
import json, sys
from pathlib import Path
image, image_id, runs = sys.argv[1:]
from cab_core.records import Installation
from tests.support.puppet import play
RIGHT = '''
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("new.py", "w").close()
os.mkdir("made")
open("made/file", "w").close()
open("stock.py", "w").write(text)
'''
WRONG = "call()\\nopen('stock.py', 'a').write('#')"
found = {}
for runtime in ("docker", "bwrap", "local"):
    given = dict(image=image, image_id=image_id) if runtime == "docker" else {}
    there = Installation(name="puppet", version="1", reported="puppet 1", **given)
    for name, script in (("right", RIGHT), ("wrong", WRONG)):
        directory, result = play(Path(runs, runtime, name), script, runtime_name=runtime, installation=there)
        changes = json.loads((directory / "changes.json").read_text())["changes"]
        modes = {c["path"]: oct(c["after"]["mode"]) for c in changes if c["after"]}
        found[f"{runtime} {name}"] = (result.outcome, result.why, modes)
print(json.dumps(found))
"""
UMASKS = ("000", "022", "027", "077")
RUNTIMES = ("docker", "bwrap", "local")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
needed = [p for p in ("bwrap", "socat", "setpriv", "unshare") if shutil.which(p) is None]
if needed and os.environ.get("CAB_REQUIRE_DOCKER"):
    pytest.fail(f"CAB_REQUIRE_DOCKER is set, but {needed} are missing", pytrace=False)
pytestmark = pytest.mark.skipif(bool(needed), reason=f"{needed} missing; on Debian: scripts/docker-setup")


@functools.cache
def verdicts(user: str, umask: str, image: str, image_id: str) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Return (outcome, why, modes of what was changed) of each cell, run by this user under this umask."""
    uid = 0 if user == "root" else unprivileged.UID
    with place(uid) as own:
        argv = [sys.executable, "-c", CELLS, image, image_id, str(own / "runs")]
        done = unprivileged.run(argv, own, environment(own), uid, int(umask, 8))
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


@as_root
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("user", ["root", "ordinary"])
@pytest.mark.parametrize("umask", UMASKS)
def test_a_verdict_is_the_same(umask: str, user: str, runtime: str, puppet_image: Installation) -> None:
    """A right fix passes, a wrong one fails, and what the agent made has the modes that it has everywhere."""
    assert puppet_image.image and puppet_image.image_id
    found = verdicts(user, umask, puppet_image.image, puppet_image.image_id)
    outcome, why, modes = found[f"{runtime} right"]
    assert outcome == "passed", why
    assert modes == {"made/file": "0o644", "new.py": "0o644", "stock.py": "0o644"}
    assert found[f"{runtime} wrong"][0] == "failed", found[f"{runtime} wrong"]
