"""Whatever an agent destroys at its end is its own result, never trouble of the infrastructure."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest
from cab_core.store.cells import read_json
from tests.support.destruction import DESTRUCTIONS, ThirdParty, expected
from tests.support.puppet import FIX, Puppet, play
from tests.support.unprivileged import PROGRAMS, environment, place, run


@pytest.mark.parametrize("name", DESTRUCTIONS)
def test_no_destruction_is_infrastructure_trouble(tmp_path: Path, name: str) -> None:
    """Below runtime `local`, with an adapter that trusts what it finds."""
    _, result = play(tmp_path, "", adapter=ThirdParty(name))
    assert result.outcome in expected(name), (result.outcome, result.why)


ALL = """
import json, sys
from pathlib import Path
from tests.support.destruction import ThirdParty
from tests.support.puppet import play
found = {}
for n, name in enumerate(json.loads(sys.argv[1])):
    _, result = play(Path(f"runs{n}"), "", adapter=ThirdParty(name))
    found[name] = result.outcome, result.why
print(json.dumps(found))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason="setpriv or unshare is missing")
def test_nor_is_it_for_an_ordinary_user(tmp_path: Path) -> None:
    """Whom modes hold back, as they do not root."""
    names = [n for n in DESTRUCTIONS if "lock" in n or "around" in n]
    with place() as own:
        done = run([sys.executable, "-c", ALL, json.dumps(names)], own, environment(own))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {n: said for n, said in found.items() if said[0] not in expected(n)} == {}


def test_what_an_adapter_could_not_read_is_a_note(tmp_path: Path) -> None:
    """Nothing of what it would have said is known, and what it could not read is named."""
    directory, result = play(tmp_path, "", adapter=ThirdParty("removes HOME"))
    assert read_json(directory / "harvest.json", Harvest) == Harvest()
    assert any("could not be read" in n and "FileNotFoundError" in n for n in result.notes)


class Trusting(Puppet):
    """An adapter that makes a record of whatever it reads."""

    def harvest(self, left: Leftovers) -> Harvest:
        """Read what may be anything."""
        said = json.loads(left.read("said.json") or '{"last": "nothing"}')
        return Harvest(final_message=said["last"])


@pytest.mark.parametrize("said", ['{"last": 7}', '{"first": ""}', "[]", "no JSON", '{"last": "well"}'])
def test_what_an_agent_wrote_is_no_adapter_s_fault(tmp_path: Path, said: str) -> None:
    """A wrong type, a missing key: the adapter copes where nothing was left."""
    put = f"open(os.environ['HOME'] + '/said.json', 'w').write({said!r})"
    _, result = play(tmp_path, "", adapter=Trusting(FIX + put))
    assert result.outcome == "passed", result.why
    assert any("could not be read" in n for n in result.notes) == ("well" not in said)
