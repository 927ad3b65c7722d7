"""Runs the steps that pipeline.json names."""

import ast
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))


def syntax():
    """Every file can be read."""
    for path in HERE.parent.glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))


def api():
    """Every promise is kept."""
    for module, names in json.loads((HERE / "api.json").read_text(encoding="utf-8")).items():
        lacking = [n for n in names if not hasattr(importlib.import_module(module), n)]
        if lacking:
            sys.exit(f"step api: {module} lacks {', '.join(lacking)}")


for step in json.loads((HERE / "pipeline.json").read_text(encoding="utf-8"))["steps"]:
    globals()[step]()
    print(f"step {step}: good")
