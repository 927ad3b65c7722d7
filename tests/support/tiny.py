"""A third party's CLI for tests of the command: a Python script, which a test gives by the environment (`SCRIPT`).

It may use two pipes of the test: `SAY` to tell what it does, `GO` to wait for the test.
"""

from __future__ import annotations

from pathlib import Path

ROOT = str(Path(__file__).parents[2])
PLUGIN = f"""
import os, sys
sys.path.insert(0, {ROOT!r})
import attrs
from cab_core import Registration, hookimpl
from tests.support.puppet import Puppet
class Tiny(Puppet):
    name = "tiny"
    def __init__(self):
        super().__init__(os.environ.get("SCRIPT", "call()"))
    def launch(self, job):
        found = super().launch(job)
        pipes = {{n: os.environ[n] for n in ("SAY", "GO") if n in os.environ}}
        return attrs.evolve(found, env={{**found.env, **pipes}})
@hookimpl
def cab_adapters():
    return [Registration(name="tiny", summary="t", factory=Tiny)]
"""
