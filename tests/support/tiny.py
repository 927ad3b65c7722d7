"""A third party's CLI for tests of the command: a Python script, which a test gives by the environment (`SCRIPT`)."""

from __future__ import annotations

from pathlib import Path

ROOT = str(Path(__file__).parents[2])
PLUGIN = f"""
import os, sys
sys.path.insert(0, {ROOT!r})
from cab_core import Registration, hookimpl
from tests.support.puppet import Puppet
class Tiny(Puppet):
    name = "tiny"
    def __init__(self):
        super().__init__(os.environ.get("SCRIPT", "call()"))
@hookimpl
def cab_adapters():
    return [Registration(name="tiny", summary="t", factory=Tiny)]
"""
